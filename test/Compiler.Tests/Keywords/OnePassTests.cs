using Slipway.Compiler.Keywords;
using Xunit;

namespace Slipway.Compiler.Tests.Keywords;

public sealed class OnePassTests
{
    [Fact]
    public void All_mistakes_are_told_in_one_pass()
    {
        var reading = Reading.Of(
            """
            stages: [build, test]
            rspec:
              script: test
              bad_tags: mysql
              rules: {wrong: format}
            lint:
              script: [1]
              stage: lint
              needs: [rspce]
            """
        );
        Assert.Null(reading.Configuration);
        Assert.Equal(
            [
                "jobs:rspec rules should be an array containing hashes and arrays of hashes",
                "jobs:rspec config contains unknown keys: bad_tags",
                "jobs:lint:script config should be a string or a nested array of strings up to 10 levels deep",
                "lint job: chosen stage lint does not exist; available stages are .pre, build, test, .post",
                "lint job: undefined need: rspce",
            ],
            reading.Errors.Select(error => error.Message)
        );
    }

    [Fact]
    public void A_mistake_in_a_template_is_told_once_however_many_jobs_extend_it()
    {
        var reading = Reading.Of(
            """
            .base: {tags: ruby, artifacts: {when: 1}, typo: 2}
            a: {extends: .base, script: x}
            b: {extends: .base, script: x}
            c: {extends: .base, script: x}
            """
        );
        Assert.Equal(
            [
                "jobs:a:tags config should be an array of strings",
                "jobs:a:artifacts when should be one of: on_success, on_failure, always",
                "jobs:a config contains unknown keys: typo",
            ],
            reading.Errors.Select(error => error.Message)
        );
    }

    [Fact]
    public void A_file_of_nothing_but_mistakes_is_looked_at_no_further_than_it_is_told()
    {
        var bag = new DiagnosticBag();
        var root = Reading.Compose(string.Concat(Enumerable.Range(0, 100_000).Select(i => $"k{i}:\n")), bag)!;
        var before = GC.GetAllocatedBytesForCurrentThread();
        ConfigurationReader.Read(root, bag, Reading.Texts);
        Assert.Equal(DiagnosticBag.Limit, bag.Count);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 16 * 1024 * 1024);
    }

    [Fact]
    public void Wrong_stages_blame_no_job()
    {
        var error = Assert.Single(Reading.Of("stages: test\na: {script: x, stage: elsewhere}").Errors);
        Assert.StartsWith("stages config", error.Message);
    }

    [Fact]
    public void A_job_in_an_unknown_stage_is_not_blamed_again_by_those_that_need_it()
    {
        var error = Assert.Single(Reading.Of("a: {script: x, stage: nowhere}\nb: {script: x, needs: [a], dependencies: [a]}").Errors);
        Assert.Equal(DiagnosticCode.UnknownStage, error.Code);
    }

    [Theory]
    [InlineData("before_script: [bundle update]")]
    [InlineData(".hidden: {script: ls}")]
    [InlineData("{}")]
    public void A_configuration_needs_a_visible_job(string yaml)
    {
        var error = Assert.Single(Reading.Of(yaml).Errors);
        Assert.Equal("jobs config should contain at least one visible job", error.Message);
        Assert.Equal((1, 1), (error.At?.Line, error.At?.Column));
    }

    [Fact]
    public void Mistakes_have_their_codes()
    {
        var reading = Reading.Of(
            "a: {script: x, tags: b, when: c, timeout: dd, coverage: e, retry: 5, artifacts: {expose_as: f}, g: h, rules: [{if: i j}]}"
        );
        Assert.Equal(
            ["CI0101", "CI0102", "CI0103", "CI0104", "CI0106", "CI0107", "CI0108", "CI0109"],
            reading.Errors.Select(error => error.Code).Order().Distinct()
        );
    }

    [Fact]
    public void A_last_rule_that_always_matches_is_warned_of_unless_the_workflow_decides()
    {
        const string Jobs =
            "a:\n  script: x\n  rules:\n    - if: $A\n    - when: always\nb: {script: x, rules: [{if: $B, when: always}, {when: never}]}";
        var warning = Assert.Single(Reading.Of(Jobs).Warnings);
        Assert.StartsWith(
            "jobs:a may allow multiple pipelines to run for a single action due to `rules:when` clause with no `workflow:rules` - read more: ",
            warning.Message
        );
        Assert.Equal(new Position(Reading.File, 5, 7), warning.At);
        Assert.NotNull(Reading.Of(Jobs).Configuration);
        Assert.Empty(Reading.Of("workflow: {rules: [{when: always}]}\n" + Jobs).Warnings);
    }
}
