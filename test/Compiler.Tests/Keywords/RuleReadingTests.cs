using Slipway.Compiler.Keywords;
using Xunit;

namespace Slipway.Compiler.Tests.Keywords;

public sealed class RuleReadingTests
{
    [Fact]
    public void A_rule_is_read_whole()
    {
        var rule = Assert.Single(
            Reading
                .Job(
                    """
                    b: {script: y, stage: build}
                    a:
                      script: x
                      rules:
                        - if: $A == "b"
                          changes: {paths: [c, d/**], compare_to: main}
                          exists: {paths: [e], project: f/g, ref: h}
                          when: delayed
                          start_in: 30 minutes
                          allow_failure: true
                          variables: {I: 1}
                          needs: [b]
                          interruptible: false
                    """
                )
                .Rules!.Value
        );
        Assert.Equal(new TextAt("$A == \"b\"", new Position(Reading.File, 5, 11)), rule.If);
        Assert.Equal(new Position(Reading.File, 5, 7), rule.At);
        Assert.Equal(["c", "d/**"], rule.Changes!.Paths.Select(path => path.Text));
        Assert.Equal(
            ("main", "f/g", "h"),
            (rule.Changes.CompareTo!.Value.Text, rule.Exists!.Project!.Value.Text, rule.Exists.Ref!.Value.Text)
        );
        Assert.Equal(
            (JobWhen.Delayed, TimeSpan.FromMinutes(30), true, false),
            (rule.When, rule.StartIn, rule.AllowFailure, rule.Interruptible)
        );
        Assert.Equal(("I", "1"), (rule.Variables[0].Key, rule.Variables[0].Value));
        Assert.Equal("b", Assert.IsType<NeedConfig.Job>(rule.Needs!.Value[0]).Name);
    }

    [Theory]
    [InlineData("rules: [{if: $A, when: never}]", true, null)]
    [InlineData("rules: [{if: $A, when: manual}]", false, JobWhen.Manual)]
    [InlineData("rules: [{if: $A}]", false, null)]
    public void Never_is_told_apart(string keyword, bool never, JobWhen? when)
    {
        var rule = Reading.Job($"a: {{script: x, {keyword}}}").Rules!.Value[0];
        Assert.Equal((never, when), (rule.Never, rule.When));
    }

    [Fact]
    public void Nested_rules_are_flattened()
    {
        var rules = Reading
            .Job(".r: {rules: [{if: $A}, [{if: $B}]]}\na: {script: x, rules: [!reference [.r, rules], {if: $C}]}")
            .Rules!.Value;
        Assert.Equal(["$A", "$B", "$C"], rules.Select(rule => rule.If!.Value.Text));
    }

    [Theory]
    [InlineData("a: {script: x}", "branches,tags")]
    [InlineData("a: {script: x, only: }", "branches,tags")]
    [InlineData("a: {script: x, only: [main, /^v/]}", "main,/^v/")]
    [InlineData("a: {script: x, only: {variables: [$A]}}", "branches,tags")]
    [InlineData("a: {script: x, only: {refs: [main], changes: [b]}}", "main")]
    [InlineData("a: {script: x, rules: [{if: $A}]}", null)]
    [InlineData("a: {script: x, rules: }", null)]
    [InlineData("workflow: {rules: [{when: always}]}\na: {script: x}", null)]
    [InlineData("workflow: {rules: }\na: {script: x}", null)]
    [InlineData("workflow: {rules: [{when: always}]}\na: {script: x, only: [main]}", "main")]
    [InlineData("a: {trigger: b/c}", "branches,tags")]
    public void Branches_and_tags_are_the_default_of_jobs_without_rules(string yaml, string? refs) =>
        Assert.Equal(refs, Reading.Job(yaml).Only is { Refs: { } only } ? string.Join(',', only.Select(entry => entry.Text)) : null);

    [Fact]
    public void Except_has_no_default()
    {
        Assert.Null(Reading.Job("a: {script: x}").Except);
        var except = Reading.Job("a: {script: x, except: {variables: [$A, $B], changes: [c], kubernetes: active}}").Except!;
        Assert.Null(except.Refs);
        Assert.Equal(["$A", "$B"], except.Variables!.Value.Select(entry => entry.Text));
        Assert.Equal(["c"], except.Changes!.Value.Select(entry => entry.Text));
        Assert.True(except.Kubernetes);
    }

    [Fact]
    public void A_workflow_is_read_whole()
    {
        var workflow = Reading
            .Good(
                "workflow: {name: '  n $A ', auto_cancel: {on_new_commit: interruptible}, rules: [{if: $B, auto_cancel: {on_job_failure: all}, variables: {C: d}}, {when: never}]}\na: {script: x}"
            )
            .Workflow;
        Assert.Equal("n $A", workflow.Name!.Value.Text);
        Assert.Equal(new AutoCancelConfig("interruptible", null), workflow.AutoCancel);
        Assert.Equal(new AutoCancelConfig(null, "all"), workflow.Rules!.Value[0].AutoCancel);
        Assert.True(workflow.Rules.Value[1].Never);
        Assert.True(workflow.HasRules);
    }

    [Theory]
    [InlineData("A: b", "b", false)]
    [InlineData("A: 012345", "5349", false)]
    [InlineData("A: true", "true", false)]
    [InlineData("A: 1.10", "1.1", false)]
    [InlineData("A: ", "", false)]
    [InlineData("A: {value: $B, expand: false}", "$B", true)]
    [InlineData("A: {description: c}", "", false)]
    public void Variables_are_texts(string variable, string value, bool raw)
    {
        var read = Assert.Single(Reading.Good($"variables:\n  {variable}\na: {{script: x}}").Variables);
        Assert.Equal(("A", value, raw), (read.Key, read.Value, read.Raw));
    }

    [Theory]
    [InlineData("", ".pre,build,test,deploy,.post")]
    [InlineData("stages: [test, b, [c, d]]", ".pre,test,b,c,d,.post")]
    [InlineData("stages: [.post, test, .pre, test]", ".pre,test,.post")]
    public void Stages_stand_between_pre_and_post(string stages, string expected) =>
        Assert.Equal(expected, string.Join(',', Reading.Good($"{stages}\na: {{script: x}}").Stages));
}
