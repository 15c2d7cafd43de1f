using System.Collections.Immutable;
using Slipway.Compiler.Include;
using Slipway.Compiler.Keywords;
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
    /// <summary>What to do about the error.</summary>
    public string? Help { get; init; }

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

/// <summary><c>changes</c> and <c>exists</c> (gitlab-ci-yaml §8.2, §8.3). Not for several threads.</summary>
internal sealed class PathClauses(PipelineContext context, ProjectTree tree, ExternalLookup external, Func<string, string> mask)
{
    private readonly GlobMatching _matching = new();
    private readonly Dictionary<string, Diff> _diffs = new(StringComparer.Ordinal);
    private readonly Dictionary<ProjectTree, ExistingPaths> _trees = new(ReferenceEqualityComparer.Instance);

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
        if ((long)diff.Paths.Count * globs.Length > GlobMatching.MaxComparisons)
            return ClauseResult.TooMany;
        foreach (var glob in globs)
        {
            var text = scope.ExpandExisting(glob.Text);
            if (!diff.Matches.TryGetValue(text, out var match))
                diff.Matches[text] = match = _matching.FirstMatch(_matching.Parse(text), diff.Paths);
            if (match is not null)
                return ClauseResult.Match(match, text);
        }

        return ClauseResult.NoMatch(diff.Paths.Count);
    }

    /// <param name="origin">Of the file an include's rule stands in, whose project is looked into; <see langword="null"/>: the pipeline's.</param>
    public ClauseResult Exists(ExistsConfig exists, VariableScope scope, IncludeOrigin? origin)
    {
        if (exists.Paths.IsEmpty)
            return ClauseResult.NoMatch(0);
        var where = origin is null ? tree : origin.Tree;
        if (exists.Project is { } project)
        {
            var path = scope.ExpandExisting(project.Text);
            var reference = exists.Ref is { } named ? scope.ExpandExisting(named.Text) : "HEAD";
            var answer = external.Project(path, reference, publicOnly: origin is { SeesVariables: false });
            if (answer is not ProjectAnswer.Found found)
                return Unanswered(answer, mask(path), mask(reference));
            where = found.Tree;
        }

        return where is null
            ? ClauseResult.NoMatch(0)
            : PathsOf(where).Exists([.. exists.Paths.Select(glob => scope.ExpandExisting(glob.Text))]);
    }

    private ExistingPaths PathsOf(ProjectTree where)
    {
        if (!_trees.TryGetValue(where, out var paths))
            _trees[where] = paths = new ExistingPaths(where.Paths(), _matching);
        return paths;
    }

    private ClauseResult Unanswered(ProjectAnswer answer, string path, string reference)
    {
        const string failed = DiagnosticCode.RuleFailed;
        var (code, error, help) = answer switch
        {
            ProjectAnswer.NoProject(var more) => (failed, $"rules:exists:project `{path}` not found or access denied", more),
            ProjectAnswer.NoRef(var more) => (failed, $"rules:exists:ref `{reference}` is not a valid ref in project `{path}`", more),
            ProjectAnswer.Unavailable(var reason, var more) => (
                DiagnosticCode.IncludeUnavailable,
                $"rules:exists:project `{path}` cannot be read: {mask(reason)}",
                more
            ),
            _ => throw new ArgumentOutOfRangeException(nameof(answer)),
        };
        return ClauseResult.Unanswerable(code, error) with { Help = help is null ? null : mask(help) };
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
}
