using Slipway.Cli.Reports;
using Xunit;

namespace Slipway.Cli.Tests.Reports;

public sealed class SuggestionTests
{
    [Theory]
    [InlineData("lnit", "lint")]
    [InlineData("buld", "build")]
    [InlineData("Explain", "explain")]
    [InlineData("xyz", null)]
    [InlineData("--varable", "--variable")]
    public void The_nearest_word_is_offered_when_it_is_near(string word, string? expected) =>
        Assert.Equal(expected, Suggestion.Nearest(word, ["lint", "list", "explain", "build", "--variable"]));
}
