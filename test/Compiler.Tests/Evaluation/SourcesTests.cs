using Slipway.Compiler;
using Xunit;

namespace Slipway.Compiler.Tests.Evaluation;

/// <summary>Files, texts and child pipelines; includes with rules and variables; what a compilation tells besides its pipeline.</summary>
public sealed class SourcesTests
{
    private static Compilation Compile(ConfigSource source, PipelineContext context, Dictionary<string, string> files) =>
        PipelineCompiler.Compile(source, ProjectTree.From(files), context, TestContext.Current.CancellationToken);

    private static readonly Dictionary<string, string> Files = new()
    {
        [".gitlab-ci.yml"] = """
            variables: {YAML: x}
            include:
              - local: ci/$KIND.yml
              - {local: main.yml, rules: [{if: $CI_COMMIT_BRANCH == "main"}]}
              - {local: tag.yml, rules: [{if: $CI_COMMIT_TAG}]}
              - {local: never.yml, rules: [{when: never}]}
              - {local: yaml.yml, rules: [{if: $YAML}]}
              - {local: docker.yml, rules: [{exists: [Dockerfile]}]}
              - {local: changed.yml, rules: [{changes: [src/*]}]}
            root: {script: x}
            """,
        ["ci/docs.yml"] = "docs: {script: x}",
        ["main.yml"] = "main: {script: x}",
        ["tag.yml"] = "tag: {script: x}",
        ["never.yml"] = "never: {script: x}",
        ["yaml.yml"] = "yaml: {script: x}",
        ["docker.yml"] = "docker: {script: x}",
        ["changed.yml"] = "changed: {script: x}",
        ["Dockerfile"] = "",
    };

    [Fact]
    public void Includes_see_what_is_known_before_the_pipeline()
    {
        var compilation = Compile(new ConfigSource.File(".gitlab-ci.yml"), Compiling.Branch().With("KIND=docs"), Files);
        Assert.Empty(compilation.Diagnostics);
        Assert.Equal("docs main docker root", compilation.Pipeline!.Names());
        Assert.Equal([".gitlab-ci.yml", "ci/docs.yml", "main.yml", "docker.yml"], compilation.Files);
    }

    [Theory]
    [InlineData("{if: $A == b}", "include:rules:rule if invalid expression syntax")]
    [InlineData("{when: manual}", "include:rules:rule when unknown value: manual")]
    [InlineData("{unless: $A}", "include:rules:rule config contains unknown keys: unless")]
    [InlineData("{changes: {paths: [a], compare_to: gone}}", "rules:changes:compare_to is not a valid ref")]
    [InlineData("{exists: [[a]]}", "include:rules:rule:exists config should be an array of strings")]
    [InlineData("text", "include:rules config should be an array of hashes")]
    public void Wrong_rules_of_an_include_are_told_with_their_place(string rule, string message)
    {
        var files = new Dictionary<string, string>
        {
            [".gitlab-ci.yml"] = $"include:\n  - local: a.yml\n    rules:\n      - {rule}\njob: {{script: x}}",
            ["a.yml"] = "a: {script: x}",
        };
        var context = Compiling.Branch() with { ChangedPaths = to => throw new UnknownRefException(to ?? "") };
        var diagnostic = Assert.Single(Compile(new ConfigSource.File(".gitlab-ci.yml"), context, files).Diagnostics);
        Assert.Equal(message, diagnostic.Message);
        Assert.Equal(4, diagnostic.At?.Line);
    }

    [Fact]
    public void A_child_pipeline_is_made_of_what_its_trigger_includes()
    {
        var at = new Position(".gitlab-ci.yml", 1, 1);
        var source = new ConfigSource.Child([
            new ChildInclude(new TriggerInclude("local", "ci/docs.yml", null, at)),
            new ChildInclude(new TriggerInclude("artifact", "made.yml", "generate", at), "made: {script: x}"),
        ]);
        var child = Compiling.Branch() with { Source = "parent_pipeline" };
        var compilation = Compile(source, child, Files);
        Assert.Empty(compilation.Diagnostics);
        Assert.Equal("docs made", compilation.Pipeline!.Names());
        Assert.Equal("parent_pipeline", compilation.Pipeline!.Jobs[0].Value("CI_PIPELINE_SOURCE"));
    }

    [Fact]
    public void A_child_of_a_merge_request_needs_rules()
    {
        var source = new ConfigSource.Child([new ChildInclude(new TriggerInclude("local", "ci/docs.yml", null, new Position("x", 1, 1)))]);
        Assert.NotNull(Compile(source, Compiling.MergeRequest() with { Source = "parent_pipeline" }, Files).Refusal);
    }

    [Fact]
    public void A_file_that_is_not_there_is_told() =>
        Assert.Equal(
            "Missing CI config file",
            Assert.Single(Compile(new ConfigSource.File("gone.yml"), Compiling.Branch(), Files).Diagnostics).Message
        );

    [Fact]
    public void The_merged_configuration_shows_includes_and_extends_resolved()
    {
        const string yaml = """
            .base: {image: alpine, variables: {A: "1", B: 'yes'}}
            job:
              extends: .base
              script:
                - 'echo "a: b"'
                - |
                  two
                  lines
                - '- x'
            """;
        Assert.Equal(
            """
            ---
            stages:
            - .pre
            - build
            - test
            - deploy
            - .post
            .base:
              image: alpine
              variables:
                A: '1'
                B: 'yes'
            job:
              image: alpine
              variables:
                A: '1'
                B: 'yes'
              extends: .base
              script:
              - 'echo "a: b"'
              - |
                two
                lines
              - '- x'

            """.ReplaceLineEndings("\n"),
            Compiling.Compile(yaml).MergedYaml
        );
    }

    [Fact]
    public void A_configuration_with_mistakes_still_shows_what_it_merged_to()
    {
        var compilation = Compiling.Compile("job: {script: x, stage: nowhere}");
        Assert.False(compilation.IsValid);
        Assert.Contains("stage: nowhere", compilation.MergedYaml);
        Assert.Equal([".gitlab-ci.yml"], compilation.Files);
    }

    [Fact]
    public void Warnings_do_not_stop_a_pipeline()
    {
        var compilation = Compiling.Compile("job: {script: x, rules: [{if: $CI}, {when: always}]}");
        Assert.True(compilation.IsValid);
        Assert.NotNull(compilation.Pipeline);
        Assert.Equal(Severity.Warning, Assert.Single(compilation.Diagnostics).Severity);
    }

    [Fact]
    public void Compiling_can_be_called_off()
    {
        using var called = new CancellationTokenSource();
        called.Cancel();
        Assert.Throws<OperationCanceledException>(() =>
            PipelineCompiler.Compile(
                new ConfigSource.Text("a.yml", "job: {script: x}"),
                ProjectTree.Empty,
                Compiling.Branch(),
                called.Token
            )
        );
    }
}
