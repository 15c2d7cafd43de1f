using System.Text;
using Xunit;

namespace Slipway.Compiler.Tests.Origins;

/// <summary>Where the keys of a merged configuration come from, and where a mistake in a template hurts.</summary>
public sealed class ProvenanceTests
{
    private static readonly Dictionary<string, string> s_files = new()
    {
        [".gitlab-ci.yml"] = """
            include: ci/base.yml
            .steps: &steps
              - make
            build:
              extends: [.go]
              variables: {A: "2"}
              before_script: *steps
              script: !reference [.shared, script]
              after_script:
                - echo own
                - !reference [.shared, after_script]
            """,
        ["ci/base.yml"] = """
            include: ci/deep.yml
            .go:
              extends: .deep
              image: golang
              variables:
                A: "1"
                B: "1"
            .shared:
              script: |
                make one
                make two
              after_script: [echo shared]
            """,
        ["ci/deep.yml"] = """
            .deep:
              tags: [linux]
            """,
    };

    [Fact]
    public void Each_key_has_its_file_and_line_and_the_way_it_came()
    {
        const string expected = """
            build:  # .gitlab-ci.yml:4
              tags:  # ci/deep.yml:2, extends .deep
              - linux
              extends:  # .gitlab-ci.yml:5
              - .go
              image: golang  # ci/base.yml:4, extends .go
              variables:  # .gitlab-ci.yml:6
                A: '2'  # .gitlab-ci.yml:6
                B: '1'  # ci/base.yml:7, extends .go
              before_script:  # .gitlab-ci.yml:7; value from .gitlab-ci.yml:3, anchor in .steps
              - make
              script: |  # .gitlab-ci.yml:8; value from ci/base.yml:9, !reference to .shared
                make one
                make two
              after_script:  # .gitlab-ci.yml:9
              - echo own
              - - echo shared
            """;
        Assert.Contains(expected, Compile(s_files).MergedYamlWithOrigins);
    }

    [Fact]
    public void A_name_that_would_end_its_comment_is_written_out()
    {
        var files = new Dictionary<string, string>
        {
            [".gitlab-ci.yml"] = "\".a\\nb\": {image: x}\njob: {extends: \".a\\nb\", script: y}\n",
        };
        var yaml = Compile(files).MergedYamlWithOrigins!;
        Assert.Contains("image: x  # .gitlab-ci.yml:1, extends \".a\\nb\"\n", yaml);
    }

    [Fact]
    public void Nothing_is_said_of_a_configuration_that_could_not_be_merged() =>
        Assert.Null(Compile(new() { [".gitlab-ci.yml"] = "a: {extends: .b, script: x}\n" }).MergedYamlWithOrigins);

    [Theory]
    // Through extends and two includes.
    [InlineData(
        "tags: [linux]",
        "tags: 1",
        "ci/deep.yml:2:9",
        "extended at .gitlab-ci.yml:5:13; included from ci/base.yml:1:10; included from .gitlab-ci.yml:1:10"
    )]
    // Through a reference.
    [InlineData(
        "after_script: [echo shared]",
        "after_script: {a: b}",
        "ci/base.yml:12:17",
        "referred to at .gitlab-ci.yml:11:18; included from .gitlab-ci.yml:1:10"
    )]
    // Through an anchor.
    [InlineData("- make\n", "- 1\n", ".gitlab-ci.yml:3:5", "used in build at .gitlab-ci.yml:4:1")]
    // Where it stands itself.
    [InlineData("variables: {A: \"2\"}", "retry: 5", ".gitlab-ci.yml:6:10", "")]
    public void A_mistake_is_told_where_it_stands_with_the_way_it_came(string old, string wrong, string at, string trail)
    {
        var files = s_files.ToDictionary(file => file.Key, file => file.Value.Replace(old, wrong));
        var error = Assert.Single(Compile(files).Diagnostics);
        Assert.Equal(at, error.At.ToString());
        Assert.Equal(trail, string.Join("; ", error.Trail.Select(step => $"{step.Label} {step.At}")));
    }

    [Fact]
    public void A_trail_names_the_first_three_of_many()
    {
        var jobs = string.Concat(Enumerable.Range(1, 9).Select(i => $"j{i}: {{extends: .a, script: x}}\n"));
        var error = Assert.Single(Compile(new() { [".gitlab-ci.yml"] = ".a: {retry: 5}\n" + jobs }).Diagnostics);
        Assert.Equal([2, 3, 4], error.Trail.Select(step => step.At.Line));
    }

    [Fact]
    public void Of_hundreds_of_mistakes_the_first_have_a_trail()
    {
        var yaml = new StringBuilder();
        for (var i = 0; i < 300; i++)
            yaml.Append($".t{i}: {{retry: 9, tags: [a, b, c, d, e, f, g, h]}}\n");
        for (var i = 0; i < 3_000; i++)
            yaml.Append($"j{i}: {{script: x, retry: !reference [.t{i % 300}, retry], tags: !reference [.t{i % 300}, tags]}}\n");
        var diagnostics = Compile(new() { [".gitlab-ci.yml"] = yaml.ToString() }).Diagnostics;
        Assert.Equal(300, diagnostics.Length);
        Assert.Equal([301, 601, 901], diagnostics[0].Trail.Select(step => step.At.Line));
        Assert.Empty(diagnostics[^1].Trail);
    }

    private static Compilation Compile(Dictionary<string, string> files) =>
        PipelineCompiler.Compile(
            new ConfigSource.File(".gitlab-ci.yml"),
            ProjectTree.From(files),
            new PipelineContext(),
            TestContext.Current.CancellationToken
        );
}
