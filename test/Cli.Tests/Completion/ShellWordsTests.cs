using Slipway.Cli.Completion;
using Xunit;

namespace Slipway.Cli.Tests.Completion;

public sealed class ShellWordsTests
{
    [Theory]
    [InlineData("slipway run ", "slipway|run|")]
    [InlineData("slipway run un", "slipway|run|un")]
    [InlineData("slipway run unit\\ 1/2 x", "slipway|run|unit 1/2|x")]
    [InlineData("slipway run 'm: [a, 1]' \"b c", "slipway|run|m: [a, 1]|b c")]
    [InlineData("slipway run a\\'b", "slipway|run|a'b")]
    [InlineData("", "")]
    public void A_line_is_taken_apart_as_a_shell_does(string line, string expected) =>
        Assert.Equal(expected, string.Join('|', ShellWords.Split(line).Select(w => w.Value)));

    [Theory]
    [InlineData("unit 1/2", "un", "un", "unit\\ 1/2")]
    [InlineData("unit 1/2", "'un", "'un", "unit 1/2")]
    [InlineData("m: [a, 1]", "m:", ":", "\\ \\[a,\\ 1\\]")]
    [InlineData("m: [a, 1]", "m:\\ ", "\\ ", "\\ \\[a,\\ 1\\]")]
    [InlineData("m: [a, 1]", "m", "m", "m:\\ \\[a,\\ 1\\]")]
    [InlineData("$(rm -rf x)", "", "", "\\$\\(rm\\ -rf\\ x\\)")]
    public void Bash_gets_what_it_is_to_put_in(string candidate, string typed, string bashWord, string expected) =>
        Assert.Equal(expected, ShellWords.ForBash(candidate, ShellWords.Split("slipway run " + typed)[^1], bashWord));
}
