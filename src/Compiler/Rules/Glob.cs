using System.Collections.Immutable;

namespace Slipway.Compiler.Rules;

/// <summary>
/// A path pattern of <c>changes</c> and <c>exists</c>: Ruby's <c>File.fnmatch</c> with PATHNAME, DOTMATCH and EXTGLOB (gitlab-ci-yaml-2 §8.2). <c>*</c>, <c>?</c>
/// and <c>[…]</c> stay within one part of the path, a whole part <c>**/</c> takes any number of parts, <c>{a,b}</c> is either; a backslash makes
/// the next character itself. The whole path must match, with its case. Time grows with the product of the two lengths, never faster.
/// </summary>
internal sealed class Glob
{
    private Glob(string text, ImmutableArray<string> patterns, bool isTooWide)
    {
        Text = text;
        Patterns = patterns;
        Length = patterns.Sum(pattern => pattern.Length);
        IsTooWide = isTooWide;
    }

    public string Text { get; }

    /// <summary>The pattern with its braces written out.</summary>
    public ImmutableArray<string> Patterns { get; }

    /// <summary>Characters of all <see cref="Patterns"/>.</summary>
    public int Length { get; }

    /// <summary>Braces that stand for more patterns than anybody will compare: treated as GitLab treats too many comparisons, as a match.</summary>
    public bool IsTooWide { get; }

    /// <summary>Nothing in it but a path (as <c>exists</c> sees it; a backslash counts as part of the name there).</summary>
    public bool IsExact => Text.AsSpan().IndexOfAny("*?[{") < 0;

    /// <summary>It can only name something directly in the root folder.</summary>
    public bool IsTopLevel => !Text.Contains('/') && !Text.Contains("**", StringComparison.Ordinal);

    public static Glob Parse(string text)
    {
        var patterns = BraceExpansion.Expand(text);
        return new Glob(text, patterns ?? [], patterns is null);
    }

    /// <param name="path">Relative, with forward slashes.</param>
    public bool IsMatch(string path)
    {
        foreach (var pattern in Patterns)
            if (Matches(pattern, path))
                return true;
        return IsTooWide;
    }

    /// <summary>Part by part; a part <c>**/</c> is a place to come back to, one folder further into the path.</summary>
    private static bool Matches(ReadOnlySpan<char> pattern, ReadOnlySpan<char> path)
    {
        int p = 0,
            s = 0,
            anyFolders = -1,
            triedAt = -1;
        while (true)
        {
            if (IsAnyFolders(pattern[p..]))
            {
                while (IsAnyFolders(pattern[p..]))
                    p += 3;
                (anyFolders, triedAt) = (p, s);
            }

            if (GlobPart.TryMatch(pattern, ref p, path, ref s))
            {
                if (p == pattern.Length && s == path.Length)
                    return true;
                if (p < pattern.Length && s < path.Length)
                {
                    p++;
                    s++;
                    continue;
                }
            }

            if (anyFolders < 0)
                return false;
            var slash = path[triedAt..].IndexOf('/');
            if (slash < 0)
                return false;
            triedAt += slash + 1;
            (p, s) = (anyFolders, triedAt);
        }
    }

    private static bool IsAnyFolders(ReadOnlySpan<char> pattern) => pattern.StartsWith("**/");
}
