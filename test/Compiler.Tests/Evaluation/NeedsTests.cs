using Slipway.Compiler;
using Xunit;

namespace Slipway.Compiler.Tests.Evaluation;

/// <summary>needs, dependencies, stages and parallel jobs: gitlab-ci-yaml §7.7, §7.8 and the pitfalls 14, 18, 19 and 27.</summary>
public sealed class NeedsTests
{
    private static string Of(CompiledJob job) =>
        job.Needs is { } needs
            ? string.Join(' ', needs.Select(need => need.Job + (need.Artifacts ? "" : "-") + (need.Optional ? "?" : "")))
            : "stages";

    [Fact]
    public void Jobs_stand_in_stage_order_and_then_in_file_order()
    {
        const string yaml = """
            stages: [one, two]
            e: {stage: .post, script: x}
            d: {stage: two, script: x}
            b: {stage: one, script: x}
            c: {stage: one, script: x}
            a: {stage: .pre, script: x}
            """;
        var pipeline = Compiling.Pipeline(yaml);
        Assert.Equal("a b c d e", pipeline.Names());
        Assert.Equal([0, 1, 1, 2, 3], pipeline.Jobs.Select(job => job.StageIndex));
        Assert.Equal([".pre", "one", "two", ".post"], pipeline.Stages);
    }

    [Theory]
    [InlineData("needs: [a]", "a")]
    [InlineData("needs: []", "")]
    [InlineData("", "stages")]
    [InlineData("needs: [{job: a, artifacts: false}]", "a-")]
    [InlineData("needs: [{job: gone, optional: true}]", "")]
    [InlineData("needs: [a, {job: gone, optional: true}]", "a")]
    [InlineData("needs: [{job: left-out, optional: true}]", "")]
    [InlineData("needs: [{project: g/p, job: x, ref: main, artifacts: true}]", "")]
    [InlineData("rules: [{if: $CI, needs: [a]}]", "a")]
    [InlineData("rules: [{if: $CI, needs: []}]", "stages")]
    [InlineData("needs: [a]\n  rules: [{if: $CI, needs: []}]", "")]
    [InlineData("needs: [a]\n  rules: [{if: $CI, needs: [b]}]", "b")]
    [InlineData("needs: [a]\n  rules: [{if: $CI}]", "a")]
    [InlineData("rules: [{if: $CI, needs: [left-out]}]", "")]
    public void Needs_are_those_that_are_there(string keywords, string needs)
    {
        var yaml = $$"""
            a: {stage: build, script: x}
            b: {stage: build, script: x}
            left-out: {stage: build, script: x, rules: [{when: never}]}
            job:
              script: x
              {{keywords}}
            """;
        Assert.Equal(needs, Of(Compiling.Job(yaml, "job")));
    }

    [Fact]
    public void A_need_that_the_rules_left_out_is_an_error_told_for_every_job()
    {
        const string yaml = """
            a: {stage: build, script: x, rules: [{if: $CI_COMMIT_TAG}]}
            b: {script: x, needs: [a]}
            c: {script: x, needs: [{job: a, optional: true}]}
            d: {script: x, needs: [a], rules: [{if: $CI_COMMIT_TAG}]}
            e: {script: x, needs: [b, a]}
            """;
        Assert.Equal(
            [
                "'b' job needs 'a' job, but 'a' does not exist in the pipeline. This might be because of the only, except, or rules keywords. To need a job that sometimes does not exist in the pipeline, use needs:optional.",
                "'e' job needs 'a' job, but 'a' does not exist in the pipeline. This might be because of the only, except, or rules keywords. To need a job that sometimes does not exist in the pipeline, use needs:optional.",
            ],
            Compiling.Errors(yaml)
        );
        Assert.Equal("a b c d e", Compiling.Pipeline(yaml, Compiling.Tag()).Names());
    }

    [Fact]
    public void Needs_of_other_projects_have_their_variables_replaced()
    {
        const string yaml = """
            variables: {TEAM: group/$NAME, NAME: lib}
            job:
              script: x
              needs:
                - {project: $TEAM, job: 'build $NAME', ref: $CI_COMMIT_BRANCH, artifacts: true}
            """;
        var need = Assert.Single(Compiling.Job(yaml, "job").ExternalNeeds);
        Assert.Equal(new ExternalNeed("group/lib", null, "build lib", "main", true), need);
    }

    [Theory]
    [InlineData("", "a b c")]
    [InlineData("dependencies: []", "")]
    [InlineData("dependencies: [b]", "b")]
    [InlineData("dependencies: [c, a]", "a c")]
    [InlineData("needs: [c, a]", "a c")]
    [InlineData("needs: [c, {job: a, artifacts: false}]", "c")]
    [InlineData("needs: [c, a]\n  dependencies: [a]", "a")]
    [InlineData("needs: [quiet]", "")]
    [InlineData("needs: []", "")]
    [InlineData("rules: [{if: $CI, needs: [b]}]", "b")]
    public void Artifacts_come_from_needs_or_earlier_stages_or_dependencies(string keywords, string from)
    {
        var yaml = $$"""
            stages: [one, two, three]
            a: {stage: one, script: x, artifacts: {paths: [a]} }
            b: {stage: one, script: x, artifacts: {reports: {dotenv: b.env} } }
            quiet: {stage: one, script: x}
            c: {stage: two, script: x, artifacts: {untracked: true} }
            beside: {stage: three, script: x, artifacts: {paths: [z]} }
            job:
              stage: three
              script: x
              {{keywords}}
            """;
        Assert.Equal(from, string.Join(' ', Compiling.Job(yaml, "job").ArtifactsFrom));
    }

    [Fact]
    public void Parallel_jobs_stand_there_one_by_one()
    {
        const string yaml = """
            test: {script: x, parallel: 3}
            build:
              stage: build
              script: x
              parallel: {matrix: [{OS: [linux, mac], ARCH: arm}, {OS: win, ARCH: [x86]}]}
              variables: {OS: none, REST: $OS}
            after: {stage: deploy, script: x, needs: [test]}
            some: {stage: deploy, script: x, needs: [{job: build, parallel: {matrix: [{OS: mac, ARCH: arm}]}}]}
            """;
        var pipeline = Compiling.Pipeline(yaml);
        Assert.Equal("build: [linux, arm] build: [mac, arm] build: [win, x86] test 1/3 test 2/3 test 3/3 after some", pipeline.Names());
        var (mac, second) = (pipeline.Jobs[1], pipeline.Jobs[4]);
        Assert.Equal(("build", 2, 3), (mac.GroupName, mac.ParallelIndex, mac.ParallelTotal));
        Assert.Equal(("mac", "arm", "mac"), (mac.Value("OS"), mac.Value("ARCH"), mac.Value("REST")));
        Assert.Equal(
            ("2", "3", "test", "test 2/3"),
            (second.Value("CI_NODE_INDEX"), second.Value("CI_NODE_TOTAL"), second.Value("CI_JOB_GROUP_NAME"), second.Value("CI_JOB_NAME"))
        );
        Assert.Equal("test 1/3 test 2/3 test 3/3", Of(pipeline.Jobs[6]));
        Assert.Equal("build: [mac, arm]", Of(pipeline.Jobs[7]));
        Assert.Equal("1", pipeline.Jobs[7].Value("CI_NODE_TOTAL"));
        Assert.Null(pipeline.Jobs[7].Value("CI_NODE_INDEX"));
    }

    [Fact]
    public void Rules_may_choose_among_the_instances_of_a_matrix()
    {
        const string yaml = """
            test:
              script: x
              parallel: {matrix: [{OS: [linux, mac]}]}
              rules: [{if: $OS == "mac"}]
            """;
        var compilation = Compiling.Compile(yaml);
        Assert.Equal("test: [mac]", compilation.Pipeline!.Names());
        Assert.Equal(("test", true), (compilation.Decisions[0].Job, compilation.Decisions[0].Included));
    }

    [Fact]
    public void A_thousand_jobs_in_a_thousand_stages_are_no_square()
    {
        var names = Enumerable.Range(0, 1000).ToArray();
        var yaml =
            $"stages: [{string.Join(", ", names.Select(i => $"s{i}"))}]\n"
            + string.Join('\n', names.Select(i => $"j{i}: {{stage: s{i}, script: x}}"));
        Assert.All(Compiling.Pipeline(yaml).Jobs, job => Assert.Empty(job.ArtifactsFrom));
    }
}
