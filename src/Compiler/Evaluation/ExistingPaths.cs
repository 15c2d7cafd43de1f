using System.Collections.Immutable;
using Slipway.Compiler.Rules;

namespace Slipway.Compiler.Evaluation;

/// <summary>Globs parsed once, and what comparing them with paths has cost so far. Not for several threads.</summary>
internal sealed class GlobMatching
{
    /// <summary>Beyond so many comparisons of a path with a glob a clause holds without looking.</summary>
    public const int MaxComparisons = 50_000;

    /// <summary>
    /// What all comparisons of one compilation may cost together, in characters of glob times characters of path: about two seconds at the very
    /// worst. Beyond it every glob matches. No honest project comes near.
    /// </summary>
    private const long MaxWork = 2_000_000_000;

    private readonly Dictionary<string, Glob> _globs = new(StringComparer.Ordinal);
    private long _work;

    public Glob Parse(string text)
    {
        if (!_globs.TryGetValue(text, out var glob))
            _globs[text] = glob = Glob.Parse(text);
        return glob;
    }

    public string? FirstMatch(Glob glob, IReadOnlyList<string> paths)
    {
        foreach (var path in paths)
        {
            _work += (long)glob.Length * path.Length;
            if (_work > MaxWork || glob.IsMatch(path))
                return path;
        }

        return null;
    }
}

/// <summary>The paths of one tree, asked by <c>exists</c>. What a glob matches is worked out once: many jobs ask the same.</summary>
internal sealed class ExistingPaths(IReadOnlyList<string> paths, GlobMatching matching)
{
    private readonly Dictionary<string, string?> _existing = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ClauseResult> _found = new(StringComparer.Ordinal);

    /// <param name="pattern">A regular expression.</param>
    public ClauseResult Search(string pattern) => PathSearch.Find("rules:exists", pattern, paths, _found);

    public ClauseResult Exists(ImmutableArray<string> globs)
    {
        var patterns = 0;
        foreach (var text in globs)
        {
            var glob = matching.Parse(text);
            if (!glob.IsExact && !IsExtension(text) && (long)++patterns * paths.Count > GlobMatching.MaxComparisons)
                return ClauseResult.TooMany;
            if (!_existing.TryGetValue(text, out var match))
                _existing[text] = match = Find(glob);
            if (match is not null)
                return ClauseResult.Match(match, text);
        }

        return ClauseResult.NoMatch(paths.Count);
    }

    /// <summary><c>**/*.rb</c>, which is the end of a name and costs nothing.</summary>
    private static bool IsExtension(string glob) =>
        glob.StartsWith("**/*.", StringComparison.Ordinal) && glob.AsSpan(4).IndexOfAny("*?[{/") < 0;

    private string? Find(Glob glob)
    {
        if (!glob.IsExact)
            return matching.FirstMatch(glob, paths);
        var at = IndexOf(glob.Text);
        if (at >= 0)
            return paths[at];
        var isFolder = glob.Text.EndsWith('/') && ~at < paths.Count && paths[~at].StartsWith(glob.Text, StringComparison.Ordinal);
        return isFolder ? glob.Text : null;
    }

    /// <summary>The place of a path among the sorted ones; where it is not there, the complement of where it would be.</summary>
    private int IndexOf(string path)
    {
        var (low, high) = (0, paths.Count - 1);
        while (low <= high)
        {
            var middle = low + ((high - low) / 2);
            var order = string.CompareOrdinal(paths[middle], path);
            if (order == 0)
                return middle;
            (low, high) = order < 0 ? (middle + 1, high) : (low, middle - 1);
        }

        return ~low;
    }
}
