using System.Text.Json;
using Slipway.Cli.Terminal;
using Slipway.Cli.Tests.Commands;
using Slipway.Cli.Tests.Support;
using Xunit;

namespace Slipway.Cli.Tests.Comparison;

/// <summary><c>slipway config diff</c> over real repositories.</summary>
public sealed class ConfigDiffTests
{
    private const string Old = """
        include: ci/base.yml
        stages: [build, test, deploy]
        default: {image: "node:20"}
        build:
          stage: build
          script: [npm ci]
        unit:
          parallel: 3
          needs: [build]
          script: [npm ci, npm test, echo one, echo two, echo three]
        docs:
          script: [make docs]
        deploy:
          stage: deploy
          needs: [unit]
          script: [./deploy]
          rules:
            - if: $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH
        """;

    private const string Base = ".base:\n  tags: [linux]\nlint:\n  extends: .base\n  script: [lint]\n";

    private static readonly string s_new = Old.Replace("node:20", "node:22")
        .Replace("parallel: 3", "parallel: 5")
        .Replace("npm test", "npm test --coverage")
        .Replace("docs:\n  script: [make docs]\n", "")
        .Replace("DEFAULT_BRANCH", "DEFAULT_BRANCH\n      when: manual\n    - if: $CI_COMMIT_TAG");

    [Fact]
    public void What_is_not_committed_is_told_for_all_kinds_of_pipelines()
    {
        using var repository = TemporaryFolder.Repository((".gitlab-ci.yml", Old), ("ci/base.yml", Base));
        repository.Write(".gitlab-ci.yml", s_new);
        Assert.Equal(
            """
            HEAD → working tree

                      main  branch  mr  tag  schedule
            ~ lint    ~     ~       ·   ~    ~
            ~ build   ~     ~       ·   ~    ~
            ~ unit    ~     ~       ·   ~    ~
            ~ deploy  ~     ·       ·   +    ~
            - docs    -     -       ·   -    -
            main: push to main, branch: push to a-branch, mr: merge request from a-branch, tag: tag v1.0.0, schedule: schedule on main

            lint, build
              image: node:20 → node:22

            unit
              parallel: 3 → 5
                script:
                - npm ci
              - - npm test
              + - npm test --coverage
                - echo one
              …
              image: node:20 → node:22

            deploy
                rules:
                - if: $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH
              +   when: manual
              + - if: $CI_COMMIT_TAG
              image: node:20 → node:22
              by its rules, in main, schedule:
                when: on_success → manual

            5 jobs differ: 1 removed, 4 changed

            """,
            Diff(repository).Out
        );
    }

    [Fact]
    public void Two_commits_are_compared_from_gits_objects()
    {
        using var repository = TemporaryFolder.Repository((".gitlab-ci.yml", Old), ("ci/base.yml", Base));
        repository.Git("tag", "one");
        repository.Write("ci/base.yml", Base.Replace("[linux]", "[linux, fast]"));
        repository.Commit("Second");
        repository.Write(".gitlab-ci.yml", "not even YAML: [");
        var (exit, output, _) = Diff(repository, "one", "main");
        Assert.Equal(0, exit);
        Assert.StartsWith("one → main\n", output);
        Assert.Contains("\nlint\n    tags:\n    - linux\n  + - fast\n", output);
        Assert.Equal("not even YAML: [", File.ReadAllText(Path.Combine(repository.Path, ".gitlab-ci.yml")));
    }

    [Theory]
    [InlineData("", 0)]
    [InlineData("--exit-code", 1)]
    [InlineData("HEAD HEAD --exit-code", 0)]
    [InlineData("HEAD --exit-code", 1)]
    [InlineData(".gitlab-ci.yml .gitlab-ci.yml --exit-code", 0)]
    [InlineData("--source schedule --exit-code", 1)]
    [InlineData("--source merge_request_event --exit-code", 1)]
    [InlineData("--source api", 2)]
    [InlineData("nope", 5)]
    [InlineData("--upload-pack=x", 2)]
    public void The_exit_code_is_as_gits(string words, int expected)
    {
        using var repository = TemporaryFolder.Repository((".gitlab-ci.yml", Old), ("ci/base.yml", Base));
        repository.Write(".gitlab-ci.yml", s_new);
        Assert.Equal(expected, Diff(repository, words.Split(' ', StringSplitOptions.RemoveEmptyEntries)).Exit);
    }

    [Fact]
    public void A_side_that_is_invalid_is_named_with_its_mistakes()
    {
        using var repository = TemporaryFolder.Repository((".gitlab-ci.yml", "build:\n  script: 1\n"));
        repository.Write(".gitlab-ci.yml", "build:\n  script: make\n");
        var (exit, output, error) = Diff(repository);
        Assert.Equal(ExitCode.Invalid, exit);
        Assert.Empty(output);
        Assert.StartsWith("error: the configuration of HEAD is invalid\nerror[CI0102]: jobs:build:script config should be", error);
        Assert.Contains("2 │   script: 1\n", error);
    }

    [Fact]
    public void A_pipeline_that_is_refused_now_is_told()
    {
        using var repository = TemporaryFolder.Repository((".gitlab-ci.yml", "build:\n  script: make\n"));
        repository.Write(".gitlab-ci.yml", "workflow:\n  rules: [{if: $CI_COMMIT_TAG}]\nbuild:\n  script: make\n");
        var output = Diff(repository).Out;
        Assert.Contains("push to main: no pipeline any more: Pipeline filtered out by workflow rules.\n", output);
        Assert.DoesNotContain("tag v1.0.0: no pipeline", output);
        Assert.Contains("the pipeline as a whole\n  + workflow:\n", output);
    }

    [Fact]
    public void Without_a_configuration_before_all_jobs_are_new()
    {
        using var repository = TemporaryFolder.Repository(("README", ""));
        repository.Write(".gitlab-ci.yml", "build:\n  script: make\n");
        Assert.Contains("+ build  +     +       ·   +    +\n", Diff(repository).Out);
    }

    [Fact]
    public void Without_a_commit_two_files_can_be_compared()
    {
        using var folder = new TemporaryFolder();
        folder.Write("a.yml", "build:\n  script: make\n");
        folder.Write("b.yml", "build:\n  script: make all\n");
        Assert.Equal(ExitCode.NotFound, Diff(folder).Exit);
        Assert.Contains("  script: make → make all\n", Diff(folder, "a.yml", "b.yml").Out);
    }

    [Fact]
    public void For_scripts_there_is_json()
    {
        using var repository = TemporaryFolder.Repository((".gitlab-ci.yml", Old), ("ci/base.yml", Base));
        repository.Write(".gitlab-ci.yml", s_new);
        var json = JsonDocument.Parse(Diff(repository, "--json").Out).RootElement;
        Assert.Equal(["from", "to", "differs", "pipelines", "global", "jobs", "children"], json.EnumerateObject().Select(p => p.Name));
        Assert.Equal(
            """{"name":"tag","source":"push","ref":"v1.0.0","added":["deploy"],"removed":["docs"],"changed":["lint","build","unit"]}""",
            json.GetProperty("pipelines")[3].Compact()
        );
        var deploy = json.GetProperty("jobs").EnumerateArray().Single(job => job.GetProperty("name").GetString() == "deploy");
        Assert.Equal("""{"keyword":"image","from":"image: node:20","to":"image: node:22"}""", deploy.GetProperty("keywords")[1].Compact());
        Assert.Equal(
            """{"name":"main","change":"changed","keywords":[{"keyword":"when","from":"when: on_success","to":"when: manual"}]}""",
            deploy.GetProperty("pipelines")[0].Compact()
        );
    }

    [Theory]
    [InlineData(30)]
    [InlineData(40)]
    [InlineData(80)]
    public void It_fits_the_window(int columns)
    {
        using var repository = TemporaryFolder.Repository((".gitlab-ci.yml", Old), ("ci/base.yml", Base));
        repository.Write(".gitlab-ci.yml", s_new);
        using var fake = new FakeSurroundings(repository.Path);
        var terminal = fake.Value with { OutIsTerminal = true, Columns = () => columns };
        terminal = terminal with { Environment = new Dictionary<string, string> { ["NO_COLOR"] = "1" } };
        Assert.Equal(0, SlipwayProgram.Run(["config", "diff"], terminal));
        Assert.All(fake.Out.Split('\n'), line => Assert.True(CellWidth.Of(line) <= columns, line));
    }

    private static (int Exit, string Out, string Error) Diff(TemporaryFolder folder, params string[] arguments) =>
        FakeSurroundings.Run(folder.Path, ["config", "diff", .. arguments]);
}
