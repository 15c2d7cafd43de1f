using System.Text.RegularExpressions;
using Slipway.Compiler.Rules;

namespace Slipway.Server.Registry.Cleanup;

/// <summary>Which tags of a repository go. A policy has one, and so has who deletes many tags at once.</summary>
/// <param name="NameRegex">RE2's, for the whole name: what does not match stays.</param>
/// <param name="NameRegexKeep">What matches stays; nothing: no tag for that reason.</param>
/// <param name="KeepN">So many of the newest that would go stay.</param>
/// <param name="OlderThan">Younger ones stay.</param>
internal sealed record CleanupRule(string NameRegex, string? NameRegexKeep, int? KeepN, TimeSpan? OlderThan)
{
    /// <summary>Letters of an expression.</summary>
    public const int LongestRegex = 255;

    /// <summary>An expression for whole names.</summary>
    /// <returns>Nothing when it is none, or too long. Matching takes time linear in the name.</returns>
    public static Regex? Whole(string regex) =>
        regex.Length <= LongestRegex && Re2.IsValid(regex) ? Re2.Compile($@"\A(?:{regex})\z") : null;
}
