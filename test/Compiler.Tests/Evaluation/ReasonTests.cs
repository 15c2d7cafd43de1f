using Xunit;

namespace Slipway.Compiler.Tests.Evaluation;

/// <summary>Why a job is in or out, as it is handed to whoever prints it.</summary>
public sealed class ReasonTests
{
    private const string Always = "\nalways: {script: x, rules: [{when: always}]}\n";

    [Theory]
    [InlineData("", "in: no rules: in every branch and tag pipeline")]
    [InlineData("rules: null", "in: no rules: in every pipeline")]
    [InlineData("only: [branches]", "in: only: branches, and this is branch main")]
    [InlineData("only: [tags, main]", "in: only: main, and this is branch main")]
    [InlineData("only: [tags]", "out: only: tags, and this is branch main")]
    [InlineData("only: {refs: [main], variables: [$NOT, $CI]}", "in: only: main and variables: $CI, and this is branch main")]
    [InlineData("only: [schedules, main-2]", "out: only: schedules, main-2, and this is branch main by push")]
    [InlineData("only: [pushes]", "in: only: pushes, and this is branch main by push")]
    [InlineData("only: {variables: [$NOT, $NEITHER]}", "out: only: variables: $NOT, $NEITHER, and none of them is true")]
    [InlineData("only: []", "out: only: nothing, and this is branch main")]
    [InlineData("only: {variables: []}", "out: only: variables: nothing, and that is false")]
    [InlineData("only: {variables: [$NOT]}", "out: only: variables: $NOT, and that is false")]
    [InlineData("only: {changes: ['src/*']}", "in: only: branches and changes: src/a.cs, and this is branch main")]
    [InlineData("only: {changes: [docs/*]}", "out: only: changes: docs/*, and the one changed path does not match")]
    [InlineData("only: {kubernetes: active}", "out: only: kubernetes: active, and no cluster is connected")]
    [InlineData("except: [tags]", "in: except: tags, but this is branch main")]
    [InlineData(
        "except: {refs: [tags], variables: [$NOT]}",
        "in: except: tags or variables: $NOT, but this is branch main and that is false"
    )]
    [InlineData("except: {variables: [$NOT, $CI]}", "out: except: variables: $CI, and that is true")]
    [InlineData("except: {changes: ['src/*']}", "out: except: changes: src/a.cs, and that changed")]
    [InlineData("except: [tags, main]", "out: except: main, and this is branch main")]
    [InlineData("only: [main]\n  except: [schedules]", "in: only: main, and this is branch main, not except: schedules")]
    public void A_job_without_rules_says_what_let_it_in_or_kept_it_out(string keys, string expected)
    {
        var context = Compiling.Branch() with { ChangedPaths = _ => ["src/a.cs"] };
        var decision = Compiling.Compile($"job:\n  script: x\n  {keys}{Always}", context).Decisions[0];
        Assert.Equal(expected, $"{(decision.Included ? "in" : "out")}: {decision.Reason}");
    }

    [Fact]
    public void A_job_without_rules_is_out_of_merge_request_pipelines_and_says_so()
    {
        var decision = Compiling.Compile("job: {script: x}" + Always, Compiling.MergeRequest()).Decisions[0];
        Assert.Equal((false, "no rules: only in branch and tag pipelines"), (decision.Included, decision.Reason));
    }

    [Fact]
    public void Workflow_rules_take_the_default_away_and_the_reason_with_it()
    {
        var compilation = Compiling.Compile("workflow: {rules: [{when: always}]}\njob: {script: x}", Compiling.MergeRequest());
        Assert.Equal("no rules: in every pipeline", compilation.Decisions[0].Reason);
    }

    [Fact]
    public void A_decision_knows_the_line_that_made_it()
    {
        const string yaml = """
            ruled:
              script: x
              rules:
                - if: $NOT
                - if: $CI
                - when: never
            policed:
              script: x
              except: [main]
            free: {script: x}
            none: {script: x, rules: [{if: $NOT}]}
            """;
        var decisions = Compiling.Compile(yaml).Decisions;
        Assert.Equal([5, 9, null, null], decisions.Select(decision => decision.DecidedAt?.Line));
        Assert.Equal([3, 0, 0, 1], decisions.Select(decision => decision.RuleCount));
        Assert.Equal([1, 2], decisions[0].Rules.Select(rule => rule.Number));
    }

    [Fact]
    public void Each_clause_that_was_asked_says_why_it_holds_or_not()
    {
        const string yaml = """
            job:
              script: x
              rules:
                - if: $CI_COMMIT_BRANCH == "dev"
                  changes: [docs/*]
                - if: $CI
                  changes: [docs/*, README]
                  exists: [Dockerfile]
                - changes: [src/*.cs]
                  exists: [no/such]
                - changes: [src/a.cs]
                  exists: ['*file']
                - when: never
            """;
        var context = Compiling.Branch() with { ChangedPaths = _ => ["src/a.cs", "src/b.cs"] };
        var rules = Compiling.Compile(yaml, context, "Dockerfile").Decisions[0].Rules;
        Assert.Equal(
            [
                "1 if 4:11 no: it is false",
                "2 if 6:11 yes: it is true",
                "2 changes 7:16 no: none of the 2 changed paths matches",
                "3 changes 9:16 yes: src/a.cs changed, which src/*.cs matches",
                "3 exists 10:15 no: no such file",
                "4 changes 11:16 yes: src/a.cs changed",
                "4 exists 12:15 yes: Dockerfile exists, which *file matches",
            ],
            rules.SelectMany(rule =>
                rule.Clauses.Select(clause =>
                    $"{rule.Number} {clause.Keyword} {clause.At.Line}:{clause.At.Column} {(clause.Holds ? "yes" : "no")}: {clause.Why}"
                )
            )
        );
        Assert.Equal([null, null, null, "src/a.cs"], rules.Select(rule => rule.MatchedPath));
    }

    [Theory]
    [InlineData("changes: [a]", null, "there is nothing to compare with, and then it is true")]
    [InlineData("changes: [a]", "", "nothing changed")]
    [InlineData("changes: [a]", "b", "the one changed path does not match")]
    public void Changes_say_what_there_was_to_compare(string clause, string? changed, string expected)
    {
        var context = Compiling.Branch() with { ChangedPaths = _ => changed?.Split(' ', StringSplitOptions.RemoveEmptyEntries) };
        var rule = Compiling.Compile($"job: {{script: x, rules: [{{{clause}}}]}}{Always}", context).Decisions[0].Rules[0];
        Assert.Equal(expected, rule.Clauses[0].Why);
    }

    [Theory]
    [InlineData("$A == \"x\" && $B != null", "\"one\" == \"x\" && null != null")]
    [InlineData("$A=~/$B/||!$EMPTY", "\"one\"=~/$B/||!\"\"")]
    [InlineData("'$A' == $A", "'$A' == \"one\"")]
    [InlineData("$QUOTED", "'say \"hi\"'")]
    [InlineData("$LINES", "\"1 2\"")]
    [InlineData("$LONG", "\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa…\"")]
    public void A_condition_shows_the_values_it_saw(string condition, string expected)
    {
        var context = Compiling.Branch().With("A=one", "EMPTY=", "QUOTED=say \"hi\"", "LINES=1\n2", "LONG=" + new string('a', 90));
        var yaml = $"job:\n  script: x\n  rules:\n    - if: >-\n        {condition}\n{Always}";
        Assert.Equal(expected, Compiling.Compile(yaml, context).Decisions[0].Rules[0].Condition);
    }
}
