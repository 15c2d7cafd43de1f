using System.Collections.Immutable;
using Slipway.Compiler.Include;
using Slipway.Compiler.Keywords;
using Slipway.Compiler.Variables;

namespace Slipway.Compiler.Evaluation;

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

        /// <summary>The same for patterns.</summary>
        public Dictionary<string, ClauseResult> Found { get; } = new(StringComparer.Ordinal);
    }

    /// <summary>Without a diff the clause holds; with one that is empty, or without globs, it does not.</summary>
    public ClauseResult Changes(ChangesConfig changes, VariableScope scope) =>
        Changes(changes, scope.ExpandExisting, GlobMatching.MaxComparisons);

    /// <summary>Of <c>only</c> and <c>except</c>: variables in paths stay as they are written, and no number of comparisons is too many.</summary>
    public ClauseResult Changes(PolicyConfig policy, ImmutableArray<TextAt> globs) =>
        Changes(new ChangesConfig(policy.At, globs, CompareTo: null), static text => text, long.MaxValue);

    private ClauseResult Changes(ChangesConfig changes, Func<string, string> expand, long mostComparisons)
    {
        var diff = DiffTo(changes.CompareTo is { } to ? expand(to.Text) : null);
        if (diff.IsUnknownRef)
            return ClauseResult.Unanswerable(DiagnosticCode.RuleFailed, "rules:changes:compare_to is not a valid ref");
        if (diff.Paths is null)
            return new ClauseResult(true, RuleOutcome.Ground.NothingToCompare);
        if (changes.Regexp is { } regexp)
            return PathSearch.Find("rules:changes", expand(regexp.Text), diff.Paths, diff.Found);
        if ((long)diff.Paths.Count * changes.Paths.Length > mostComparisons)
            return ClauseResult.TooMany;
        foreach (var glob in changes.Paths)
        {
            var text = expand(glob.Text);
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
        if (exists.Paths.IsEmpty && exists.Regexp is null)
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

        if (where is null)
            return ClauseResult.NoMatch(0);
        return exists.Regexp is { } regexp
            ? PathsOf(where).Search(scope.ExpandExisting(regexp.Text))
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
