using Slipway.Cli.Comparison;
using Xunit;

namespace Slipway.Cli.Tests.Comparison;

public sealed class LineDifferenceTests
{
    [Theory]
    [InlineData("a", "a", " a")]
    [InlineData("a", "b", "-a|+b")]
    [InlineData("a|b|c", "a|c", " a|-b| c")]
    [InlineData("a|c", "a|b|c", " a|+b| c")]
    [InlineData("a|b|c|d|e|f", "a|b|c|d|e|g", " a|…| e|-f|+g")]
    [InlineData("x|a|b|c|d|y", "z|a|b|c|d|y", "-x|+z| a|…")]
    public void Lines_that_stay_are_left_out_where_they_are_many(string from, string to, string expected) =>
        Assert.Equal(
            expected.Split('|'),
            LineDifference.Of(from.Replace('|', '\n'), to.Replace('|', '\n')).Select(line => $"{line.Mark}{line.Line}")
        );

    [Fact]
    public void Very_long_texts_are_told_whole()
    {
        var (from, to) = (string.Join('\n', Enumerable.Range(0, 2_000)), string.Join('\n', Enumerable.Range(1, 2_000)));
        var lines = LineDifference.Of(from, to);
        Assert.Equal(4_000, lines.Count);
        Assert.Equal('-', lines[0].Mark);
    }
}
