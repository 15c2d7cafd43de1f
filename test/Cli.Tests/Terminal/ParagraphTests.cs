using Slipway.Cli.Terminal;
using Xunit;

namespace Slipway.Cli.Tests.Terminal;

public sealed class ParagraphTests
{
    [Theory]
    [InlineData("one two three", 7, "one two|three")]
    [InlineData("one two three", 0, "one two three")]
    [InlineData("one two three", 13, "one two three")]
    [InlineData("a verylongword b", 6, "a|verylo|ngword|b")]
    [InlineData("日本語 日本", 5, "日本|語|日本")]
    [InlineData("", 5, "")]
    public void Lines_break_at_blanks_and_fit(string text, int width, string expected) =>
        Assert.Equal(expected.Split('|'), Paragraph.Lines(text, width));
}
