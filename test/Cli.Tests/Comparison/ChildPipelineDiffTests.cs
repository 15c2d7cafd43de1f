using System.Text.Json;
using Slipway.Cli.Tests.Commands;
using Slipway.Cli.Tests.Support;
using Xunit;

namespace Slipway.Cli.Tests.Comparison;

/// <summary><c>slipway config diff</c>, where the change lies in a child pipeline.</summary>
public sealed class ChildPipelineDiffTests
{
    private const string Root = """
        apps:
          trigger:
            include: apps/$APP/ci.yml
          parallel:
            matrix: [{APP: [web, api, cron]}]
          variables: {TARGET: prod}
          rules: [{if: $CI_COMMIT_BRANCH}]
        """;

    private const string Child = """
        build: {script: make}
        deploy:
          script: ./deploy
          rules: [{if: $TARGET == "prod" && $CI_PIPELINE_SOURCE == "parent_pipeline"}]
        """;

    [Fact]
    public void A_change_in_child_pipelines_is_told_with_their_trigger_jobs()
    {
        using var repository = Apps();
        repository.Write("apps/web/ci.yml", Child.Replace("make", "make all"));
        repository.Write("apps/api/ci.yml", Child.Replace("make", "make all"));
        repository.Write("apps/cron/ci.yml", Child.Replace("\"prod\"", "\"test\""));
        Assert.Equal(
            """
            HEAD → working tree
            no job differs but in child pipelines

            child pipelines of apps: [web], apps: [api]

                     main  branch  mr  tag  schedule
            ~ build  ~     ~       ·   ·    ~
            main: push to main, branch: push to a-branch, mr: merge request from a-branch, tag: tag v1.0.0, schedule: schedule on main

            build
              script: make → make all

            1 job differs: 1 changed

            child pipeline of apps: [cron]

                      main  branch  mr  tag  schedule
            ~ deploy  -     -       ·   ·    -
            main: push to main, branch: push to a-branch, mr: merge request from a-branch, tag: tag v1.0.0, schedule: schedule on main

            deploy
                rules:
              - - if: $TARGET == "prod" && $CI_PIPELINE_SOURCE == "parent_pipeline"
              + - if: $TARGET == "test" && $CI_PIPELINE_SOURCE == "parent_pipeline"

            1 job differs: 1 changed

            """,
            Diff(repository).Out
        );
        Assert.Equal(1, Diff(repository, "--exit-code").Exit);
    }

    [Fact]
    public void A_child_that_can_no_longer_be_created_says_why()
    {
        using var repository = Apps();
        repository.Write("apps/api/ci.yml", "build: {scrip: make}\n");
        var output = Diff(repository).Out;
        Assert.Contains("\nchild pipeline of apps: [api]\n", output);
        Assert.Contains("push to main: no pipeline any more: jobs build config should implement", output);
        Assert.DoesNotContain("tag v1.0.0: no pipeline", output);
    }

    [Fact]
    public void A_trigger_job_that_is_new_brings_all_jobs_of_its_child_and_of_the_childs_child()
    {
        using var repository = TemporaryFolder.Repository((".gitlab-ci.yml", "lint: {script: lint}\n"));
        repository.Write(".gitlab-ci.yml", "lint: {script: lint}\nsub:\n  trigger: {include: sub.yml}\n");
        repository.Write("sub.yml", "more:\n  trigger: {include: [{local: more.yml, inputs: {name: it}}]}\n");
        repository.Write("more.yml", "spec: {inputs: {name: {}}}\n---\n\"do $[[ inputs.name ]]\": {script: do}\n");
        var output = Diff(repository).Out;
        Assert.Contains("\nchild pipeline of sub\n", output);
        Assert.Contains("+ more  +", output);
        Assert.Contains("\nchild pipeline of sub → more\n", output);
        Assert.Contains("+ do it  +", output);
    }

    [Fact]
    public void What_only_a_running_pipeline_can_know_is_left_out()
    {
        const string Dynamic = """
            generate: {script: ./generate, artifacts: {paths: [child.yml]}}
            dynamic: {trigger: {include: [{artifact: child.yml, job: generate}]}, needs: [generate]}
            other: {trigger: group/project}
            """;
        using var repository = TemporaryFolder.Repository((".gitlab-ci.yml", Dynamic));
        Assert.Equal("HEAD → working tree\nno job differs in any pipeline\n", Diff(repository).Out);
    }

    [Fact]
    public void For_scripts_children_have_the_shape_of_the_whole()
    {
        using var repository = Apps();
        repository.Write("apps/web/ci.yml", Child.Replace("make", "make all"));
        var json = JsonDocument.Parse(Diff(repository, "--json").Out).RootElement;
        Assert.True(json.GetProperty("differs").GetBoolean());
        Assert.Empty(json.GetProperty("jobs").EnumerateArray());
        var child = Assert.Single(json.GetProperty("children").EnumerateArray());
        Assert.Equal(["trigger_job", "pipelines", "global", "jobs", "children"], child.EnumerateObject().Select(p => p.Name));
        Assert.Equal("apps: [web]", child.GetProperty("trigger_job").GetString());
        Assert.Equal(
            """{"name":"main","source":"push","ref":"main","added":[],"removed":[],"changed":["build"]}""",
            child.GetProperty("pipelines")[0].Compact()
        );
    }

    private static TemporaryFolder Apps() =>
        TemporaryFolder.Repository(
            (".gitlab-ci.yml", Root),
            ("apps/web/ci.yml", Child),
            ("apps/api/ci.yml", Child),
            ("apps/cron/ci.yml", Child)
        );

    private static (int Exit, string Out, string Error) Diff(TemporaryFolder folder, params string[] arguments) =>
        FakeSurroundings.Run(folder.Path, ["config", "diff", .. arguments]);
}
