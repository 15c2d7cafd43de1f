using Slipway.Cli.Terminal;
using Xunit;

namespace Slipway.Cli.Tests.Terminal;

public sealed class TextTests
{
    [Theory]
    [InlineData("plain 1/2: [a, b] ümlaut 日本", "plain 1/2: [a, b] ümlaut 日本")]
    [InlineData("\e[31mred\e[0m", "\\x1b[31mred\\x1b[0m")]
    [InlineData("a\rb\nc\td", "a\\rb\\nc\\td")]
    [InlineData("\u009b2J\u007f", "\\x9b2J\\x7f")]
    [InlineData("x\u202egnp.exe", "x\\u202egnp.exe")]
    [InlineData(null, "")]
    public void Nothing_in_a_strangers_text_can_steer_the_terminal(string? text, string expected) =>
        Assert.Equal(expected, PlainText.Of(text));

    [Theory]
    [InlineData("abc", 3)]
    [InlineData("日本", 4)]
    [InlineData("e\u0301", 1)]
    [InlineData("🚢", 2)]
    [InlineData("✔", 1)]
    public void Cells_are_counted_as_terminals_draw_them(string text, int cells) => Assert.Equal(cells, CellWidth.Of(text));

    [Theory]
    [InlineData("abcdef", 6, "abcdef")]
    [InlineData("abcdef", 4, "abc…")]
    [InlineData("日本語", 4, "日…")]
    [InlineData("日本語", 5, "日本…")]
    [InlineData("abc", 0, "")]
    public void A_cut_never_halves_a_character(string text, int width, string expected) =>
        Assert.Equal(expected, CellWidth.Cut(text, width));
}
