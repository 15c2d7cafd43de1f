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
    public static Regex? Compile(string pattern, string flags = "") => Translate(pattern, flags) is { } translated ? Build(translated) : null;

    /// <summary>A .NET pattern that means the same to the linear engine, or <see langword="null"/> when the pattern is not RE2.</summary>
    internal static string? Translate(string pattern, string flags) =>
        pattern.Length <= MaxLength ? new Re2Translator(pattern, flags).Translate() : null;

    internal static Regex? Build(string translated)
    {
        try
        {
            return new Regex(translated, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
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
