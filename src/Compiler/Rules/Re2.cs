using System.Text.RegularExpressions;

namespace Slipway.Compiler.Rules;

/// <summary>
/// GitLab's regular expressions, which are RE2's (no lookaround, no backreference, time linear in the text), on .NET's own linear engine.
/// Where they differ: <c>\b</c> knows letters beyond ASCII, a character beyond U+FFFF counts as two, and <c>\p{Script}</c> is not known.
/// </summary>
public static class Re2
{
    /// <summary>Longest pattern, in characters.</summary>
    public const int MaxLength = 10_000;

    /// <param name="pattern">RE2 syntax, without slashes.</param>
    /// <param name="flags">Any of <c>i</c>, <c>m</c>, <c>s</c>, <c>U</c>.</param>
    public static bool IsValid(string pattern, string flags = "") => Translate(pattern, flags) is not null;

    /// <returns><see langword="null"/> when the pattern is not valid.</returns>
    public static Regex? Compile(string pattern, string flags = "") => Translate(pattern, flags)?.Build(RegexOptions.NonBacktracking);

    /// <returns><see langword="null"/> when the pattern is not RE2.</returns>
    internal static Re2Pattern? Translate(string pattern, string flags) =>
        pattern.Length <= MaxLength ? new Re2Translator(pattern, flags).Translate() : null;
}

/// <summary>A pattern in .NET's words, and what a backtracking engine could at worst make of it.</summary>
/// <param name="Quantifiers">How many places can take more or less.</param>
/// <param name="Ways">Product of the alternatives there are.</param>
/// <param name="IsNested">Something with choices inside is itself repeated.</param>
internal sealed record Re2Pattern(string Text, int Quantifiers, double Ways, bool IsNested)
{
    private const double FewSteps = 1_000_000;

    /// <summary>
    /// The linear engine takes milliseconds to build, the backtracking one next to nothing. Most patterns are a handful of parts asked about a
    /// branch name: where even the worst case is a few steps, the latter will do.
    /// </summary>
    public RegexOptions EngineFor(int textLength) =>
        !IsNested && Ways * Math.Pow(textLength + 1, Quantifiers + 1) <= FewSteps ? RegexOptions.None : RegexOptions.NonBacktracking;

    public Regex? Build(RegexOptions engine)
    {
        try
        {
            return new Regex(Text, engine | RegexOptions.CultureInvariant);
        }
        catch (NotSupportedException)
        {
            return null;
        }
        catch (RegexParseException)
        {
            return null;
        }
    }
}
