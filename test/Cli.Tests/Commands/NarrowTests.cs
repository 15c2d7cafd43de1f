using Slipway.Cli.Terminal;
using Slipway.Cli.Tests.Support;
using Xunit;

namespace Slipway.Cli.Tests.Commands;

/// <summary>No line is wider than the window.</summary>
public sealed class NarrowTests
{
    private const string Configuration = """
        stages: [build, a-rather-long-name-of-a-stage]
        compile:
          stage: build
          script: [make]
          rules: [{if: $CI_COMMIT_BRANCH == "main" && $CI_PIPELINE_SOURCE == "push"}]
        a job whose name is not short either:
          stage: a-rather-long-name-of-a-stage
          needs: [compile]
          script: [make]
        deploy to somewhere far away:
          stage: build
          script: [make]
          rules: [{if: $CI_COMMIT_TAG, when: manual}, {when: never}]
        """;

    [Theory]
    [InlineData(40, "list")]
    [InlineData(80, "list")]
    [InlineData(120, "list")]
    [InlineData(40, "explain --all")]
    [InlineData(40, "explain --codes")]
    [InlineData(80, "explain compile")]
    [InlineData(40, "config graph")]
    [InlineData(50, "list --help")]
    [InlineData(80, "run --help")]
    [InlineData(100, "lint --help")]
    public void Output_fits_the_window(int columns, string line)
    {
        var output = Run(columns, line);
        Assert.NotEmpty(output);
        Assert.All(output, text => Assert.True(CellWidth.Of(text) <= columns, $"{CellWidth.Of(text)} cells: {text}"));
    }

    [Fact]
    public void A_reason_without_room_beside_its_job_stands_below()
    {
        var output = Run(40, "list");
        Assert.Equal(
            ["build", "  compile  on_success", "    rule 1 matched ($CI_COMMIT_BRANCH ==", "    \"main\" && $CI_PIPELINE_SOURCE =="],
            output.SkipWhile(text => text != "build").Take(4)
        );
    }

    private static string[] Run(int columns, string line)
    {
        using var repository = TemporaryFolder.Repository((".gitlab-ci.yml", Configuration));
        using var fake = new FakeSurroundings(repository.Path);
        var terminal = fake.Value with
        {
            OutIsTerminal = true,
            Columns = () => columns,
            Environment = new Dictionary<string, string> { ["NO_COLOR"] = "1" },
        };
        Assert.Equal(0, SlipwayProgram.Run(line.Split(' '), terminal));
        return fake.Out.Split('\n');
    }
}
