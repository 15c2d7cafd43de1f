using System.Text;
using Slipway.Cli.Drawing;
using Slipway.Cli.Terminal;
using Slipway.Compiler;
using Xunit;

namespace Slipway.Cli.Tests.Drawing;

/// <summary>Job graphs drawn with characters.</summary>
public sealed class GraphDrawingTests
{
    private const string Small = """
        stages: [build, test, deploy]
        compile: {stage: build, script: x}
        assets: {stage: build, script: x}
        unit: {stage: test, script: x, needs: [compile, assets], parallel: 3}
        lint: {stage: test, script: x, needs: [], allow_failure: true}
        deploy: {stage: deploy, script: x, when: manual}
        announce: {stage: deploy, script: x, needs: [deploy]}
        """;

    private const string Far = """
        stages: [a, b, c, d]
        one: {stage: a, script: x}
        two: {stage: a, script: x}
        three: {stage: b, script: x, needs: [one]}
        four: {stage: c, script: x, needs: [three, two]}
        five: {stage: d, script: x, needs: [one, four]}
        """;

    [Fact]
    public void Stages_are_boxes_needs_are_lines_and_waiting_is_an_arrow() =>
        Assert.Equal(
            """
            ╭ build ──╮     ╭ test ────╮┄┄┄▶╭ deploy ──╮
            │ compile ├─┬──▶│ unit ×3  │    │ deploy ▷ ├─╮
            │ assets  ├─╯   │ lint ○ ? │    │ announce │◀╯
            ╰─────────╯     ╰──────────╯    ╰──────────╯
            ○ starts at once   ? may fail   ▷ manual   ┄▶ waits for the whole stage

            """,
            Draw(Small)
        );

    [Fact]
    public void Lines_past_other_stages_go_below_them() =>
        Assert.Equal(
            """
            ╭ a ──╮       ╭ b ────╮     ╭ c ───╮     ╭ d ───╮
            │ one ├───┬──▶│ three ├─┬──▶│ four ├─┬──▶│ five │
            │ two ├─╮ │   ╰───────╯ │   ╰──────╯ │   ╰──────╯
            ╰─────╯ │ │             │            │
                    ╰─┼─────────────╯            │
                      ╰──────────────────────────╯

            """,
            Draw(Far)
        );

    [Fact]
    public void Without_utf8_it_is_ascii() =>
        Assert.Equal(
            """
            + build --+     + test ----+...>+ deploy --+
            | compile +-+-->| unit x3  |    | deploy > +-+
            | assets  +-+   | lint o ? |    | announce |<+
            +---------+     +----------+    +----------+
            o starts at once   ? may fail   > manual   .> waits for the whole stage

            """,
            Draw(Small, Strokes.Ascii)
        );

    [Fact]
    public void What_does_not_fit_is_a_list() =>
        Assert.Equal(
            """
            build
              compile
              assets
            test
              unit ×3   ← compile, assets
              lint ○ ?
            deploy
              deploy ▷
              announce  ← deploy
            ○ starts at once   ? may fail
            ▷ manual

            """,
            Draw(Small, columns: 32)
        );

    [Theory]
    [InlineData(16)]
    [InlineData(30)]
    [InlineData(45)]
    [InlineData(50)]
    [InlineData(200)]
    public void It_fits_the_window(int columns)
    {
        foreach (var yaml in (string[])[Small, Far, Dense(40)])
            Assert.All(Draw(yaml, columns: columns).Split('\n'), line => Assert.True(CellWidth.Of(line) <= columns, line));
    }

    [Fact]
    public void A_dense_graph_is_a_list_however_wide_the_window() => Assert.StartsWith("a\n  a0\n", Draw(Dense(40), columns: 500));

    [Fact]
    public void Wide_characters_keep_the_boxes_straight() =>
        Assert.Equal("╭ test ──╮\n│ 日本語 │\n│ e\u0301      │\n╰────────╯\n", Draw("日本語: {script: x}\n\"e\\u0301\": {script: x}"));

    [Fact]
    public void A_hostile_name_cannot_steer_the_terminal() => Assert.Contains(@"│ evil\x1b[2J │", Draw("\"evil\\e[2J\": {script: x}"));

    [Fact]
    public void A_thousand_jobs_are_drawn_in_no_time()
    {
        var yaml = new StringBuilder("stages: [a, b]\n");
        for (var i = 0; i < 500; i++)
            yaml.Append($"a{i}: {{stage: a, script: x}}\nb{i}: {{stage: b, script: x, needs: [a{i}]}}\n");
        Assert.Equal(502, Draw(yaml.ToString()).Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
    }

    [Fact]
    public void Thousands_of_jobs_with_fifty_needs_each_are_a_list_in_no_time()
    {
        var yaml = new StringBuilder("stages: [a, b, c]\n");
        for (var i = 0; i < 1_000; i++)
        {
            var needs = string.Join(", ", Enumerable.Range(0, 50).Select(n => $"a{(i + (n * 17)) % 1_000}"));
            yaml.Append($"a{i}: {{stage: a, script: x}}\nb{i}: {{stage: b, script: x}}\nc{i}: {{stage: c, script: x, needs: [{needs}]}}\n");
        }

        Assert.StartsWith("a\n  a0\n", Draw(yaml.ToString()));
    }

    /// <summary>Each job of the second stage needs the one across.</summary>
    private static string Dense(int count)
    {
        var yaml = new StringBuilder("stages: [a, b]\n");
        for (var i = 0; i < count; i++)
            yaml.Append($"a{i}: {{stage: a, script: x}}\nb{i}: {{stage: b, script: x, needs: [a{count - 1 - i}]}}\n");
        return yaml.ToString();
    }

    private static string Draw(string yaml, Strokes? strokes = null, int columns = 0)
    {
        var compilation = PipelineCompiler.Compile(
            new ConfigSource.Text(".gitlab-ci.yml", yaml),
            ProjectTree.Empty,
            new PipelineContext(),
            TestContext.Current.CancellationToken
        );
        return GraphDrawing.Of(compilation.Pipeline!, strokes ?? Strokes.Unicode, new Palette(false), columns);
    }
}
