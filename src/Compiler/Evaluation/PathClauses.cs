using System.Collections.Immutable;
using Slipway.Compiler.Keywords;
using Slipway.Compiler.Rules;
using Slipway.Compiler.Variables;

namespace Slipway.Compiler.Evaluation;

/// <summary>The answer of one clause.</summary>
/// <param name="Path">The path that made it true, and <paramref name="Glob"/> the glob it matched.</param>
/// <param name="Paths">How many there were to compare.</param>
/// <param name="Error">Why there is no answer.</param>
internal readonly record struct ClauseResult(
    bool Holds,
    RuleOutcome.Ground Ground,
    string? Path = null,
    string? Glob = null,
    int Paths = 0,
    string? Error = null,
    string? ErrorCode = null
)
{
    public static ClauseResult TooMany { get; } = new(true, RuleOutcome.Ground.TooManyComparisons);

    public static ClauseResult Match(string path, string glob) => new(true, RuleOutcome.Ground.PathMatches, path, glob);

    public static ClauseResult NoMatch(int paths) => new(false, RuleOutcome.Ground.NoPathMatches, Paths: paths);

    public static ClauseResult Unanswerable(string code, string text) =>
        new(false, RuleOutcome.Ground.Unanswerable, Error: text, ErrorCode: code);

    public RuleOutcome.Clause Clause(string keyword, Position at) =>
        new(keyword, at, Holds, Ground)
        {
            Path = Path,
            Glob = Glob,
            Paths = Paths,
        };
}

/// <summary>
/// <c>changes</c> and <c>exists</c> (gitlab-ci-yaml §8.2, §8.3). What a glob matches is worked out once: many jobs ask the same. Not for several
/// threads.
/// </summary>
internal sealed class PathClauses(PipelineContext context, ProjectTree tree)
{
    /// <summary>Beyond so many comparisons of a path with a glob the clause holds without looking.</summary>
    private const int MaxComparisons = 50_000;

    /// <summary>
    /// What all comparisons of one compilation may cost together, in characters of glob times characters of path: about two seconds at the very
    /// worst. Beyond it every glob matches. No honest project comes near.
    /// </summary>
    private const long MaxWork = 2_000_000_000;

    private readonly Dictionary<string, Glob> _globs = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Diff> _diffs = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string?> _existing = new(StringComparer.Ordinal);
    private IReadOnlyList<string>? _paths;
    private long _work;

    /// <param name="Paths"><see langword="null"/>: there is nothing to compare with.</param>
    private sealed record Diff(IReadOnlyList<string>? Paths, bool IsUnknownRef)
    {
        public Dictionary<string, string?> Matches { get; } = new(StringComparer.Ordinal);
    }

    /// <summary>Without a diff the clause holds; with one that is empty, or without globs, it does not.</summary>
    public ClauseResult Changes(ImmutableArray<TextAt> globs, TextAt? compareTo, VariableScope scope)
    {
        var diff = DiffTo(compareTo is { } to ? scope.ExpandExisting(to.Text) : null);
        if (diff.IsUnknownRef)
            return ClauseResult.Unanswerable(DiagnosticCode.RuleFailed, "rules:changes:compare_to is not a valid ref");
        if (diff.Paths is null)
            return new ClauseResult(true, RuleOutcome.Ground.NothingToCompare);
        if ((long)diff.Paths.Count * globs.Length > MaxComparisons)
            return ClauseResult.TooMany;
        foreach (var glob in globs)
        {
            var text = scope.ExpandExisting(glob.Text);
            if (!diff.Matches.TryGetValue(text, out var match))
                diff.Matches[text] = match = FirstMatch(GlobOf(text), diff.Paths);
            if (match is not null)
                return ClauseResult.Match(match, text);
        }

        return ClauseResult.NoMatch(diff.Paths.Count);
    }

    public ClauseResult Exists(ExistsConfig exists, VariableScope scope)
    {
        if (exists.Project is { } project && (exists.Ref is not null || scope.ExpandExisting(project.Text) != context.Project.Path))
            return ClauseResult.Unanswerable(DiagnosticCode.ExistsProjectUnsupported, "rules:exists:project is not supported yet");
        _paths ??= tree.Paths();
        var patterns = 0;
        foreach (var path in exists.Paths)
        {
            var text = scope.ExpandExisting(path.Text);
            var glob = GlobOf(text);
            if (!glob.IsExact && !IsExtension(text) && (long)++patterns * _paths.Count > MaxComparisons)
                return ClauseResult.TooMany;
            if (!_existing.TryGetValue(text, out var match))
                _existing[text] = match = Find(glob);
            if (match is not null)
                return ClauseResult.Match(match, text);
        }

        return ClauseResult.NoMatch(_paths.Count);
    }

    private Glob GlobOf(string text)
    {
        if (!_globs.TryGetValue(text, out var glob))
            _globs[text] = glob = Glob.Parse(text);
        return glob;
    }

    private Diff DiffTo(string? compareTo)
    {
        var key = compareTo ?? "";
        if (_diffs.TryGetValue(key, out var known))
            return known;
        try
        {
            return _diffs[key] = new Diff(context.ChangedPaths(compareTo), false);
        }
        catch (UnknownRefException)
        {
            return _diffs[key] = new Diff(null, true);
        }
    }

    private string? FirstMatch(Glob glob, IReadOnlyList<string> paths)
    {
        foreach (var path in paths)
        {
            _work += (long)glob.Length * path.Length;
            if (_work > MaxWork || glob.IsMatch(path))
                return path;
        }

        return null;
    }

    /// <summary><c>**/*.rb</c>, which is the end of a name and costs nothing.</summary>
    private static bool IsExtension(string glob) =>
        glob.StartsWith("**/*.", StringComparison.Ordinal) && glob.AsSpan(4).IndexOfAny("*?[{/") < 0;

    private string? Find(Glob glob)
    {
        if (!glob.IsExact)
            return FirstMatch(glob, _paths!);
        var at = IndexOf(glob.Text);
        if (at >= 0)
            return _paths![at];
        var isFolder = glob.Text.EndsWith('/') && ~at < _paths!.Count && _paths[~at].StartsWith(glob.Text, StringComparison.Ordinal);
        return isFolder ? glob.Text : null;
    }

    /// <summary>The place of a path among the sorted ones; where it is not there, the complement of where it would be.</summary>
    private int IndexOf(string path)
    {
        var (low, high) = (0, _paths!.Count - 1);
        while (low <= high)
        {
            var middle = low + ((high - low) / 2);
            var order = string.CompareOrdinal(_paths[middle], path);
            if (order == 0)
                return middle;
            (low, high) = order < 0 ? (middle + 1, high) : (low, middle - 1);
        }

        return ~low;
    }
}
