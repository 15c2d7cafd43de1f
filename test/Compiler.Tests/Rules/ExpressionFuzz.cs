using System.Diagnostics;
using System.Text.RegularExpressions;
using Slipway.Compiler.Rules;
using Slipway.Compiler.Rules.Expressions;
using Xunit;

namespace Slipway.Compiler.Tests.Rules;

/// <summary>Arbitrary text neither breaks nor stalls what reads expressions, patterns and globs. SLIPWAY_FUZZ_SECONDS prolongs the search.</summary>
public sealed class ExpressionFuzz
{
    private static readonly string[] Pieces =
    [
        "$A",
        "$",
        "$[[ inputs.x ]]",
        "$[[",
        "\"x\"",
        "'",
        "\"",
        "/a+b/",
        "/",
        "\\/",
        "\\",
        "null",
        "true",
        "false",
        "==",
        "!=",
        "=~",
        "!~",
        "&&",
        "||",
        "!",
        "(",
        ")",
        " ",
        "\n",
        "\0",
        "(?i)",
        "(?<n>",
        "[a-z]",
        "[^",
        "]",
        "{2,3}",
        "{",
        "*",
        "**/",
        "?",
        "|",
        "\\Q",
        "\\E",
        "\\x{1F600}",
        "\\pL",
        "😀",
        "\ud83d",
        "é",
        "i",
        "U",
        ",",
        "}",
    ];

    [Fact]
    public void No_text_breaks_the_readers()
    {
        var seconds = int.TryParse(Environment.GetEnvironmentVariable("SLIPWAY_FUZZ_SECONDS"), out var given) ? given : 0;
        var clock = Stopwatch.StartNew();
        for (var round = 0; round < 2_000 || clock.Elapsed.TotalSeconds < seconds; round++)
        {
            var text = Make(new Random(round));
            try
            {
                Try(text);
            }
            catch (Exception e)
            {
                Assert.Fail($"round {round}, text {text}: {e}");
            }
        }
    }

    private static string Make(Random random) =>
        string.Concat(
            Enumerable
                .Range(0, random.Next(1, 24))
                .Select(_ => random.Next(8) == 0 ? ((char)random.Next(0x2ff)).ToString() : Pieces[random.Next(Pieces.Length)])
        );

    private static void Try(string text)
    {
        var patterns = new PatternCache();
        if (Expression.TryParse(text, out var expression, out _))
            _ = expression.IsTrue(name => name == "A" ? text : null, patterns, _ => text);
        if (Re2.Translate(text, "") is { } translated)
        {
            var linear = translated.Build(RegexOptions.NonBacktracking);
            Assert.NotNull(linear);
            if (translated.EngineFor(text.Length) == RegexOptions.None)
                Assert.Equal(linear.IsMatch(text), translated.Build(RegexOptions.None)!.IsMatch(text));
        }

        if (RegexPattern.Parse(text) is { } pattern)
            _ = patterns.IsMatch(pattern, text);
        _ = Glob.Parse(text).IsMatch(text);
    }
}
