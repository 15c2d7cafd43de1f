using Slipway.Compiler.Rules;

namespace Slipway.Compiler.Evaluation;

/// <summary>
/// <c>regexp</c> of changes and exists: paths a pattern is found in. GitLab's engine for it is Ruby's; this one takes what can be answered in time
/// linear in the paths (<see cref="PathPattern"/>), and says so of the rest.
/// </summary>
internal static class PathSearch
{
    private const int LongestPattern = 255;

    /// <param name="clause"><c>rules:changes</c> or <c>rules:exists</c>.</param>
    /// <param name="pattern">Variables replaced.</param>
    /// <param name="known">Answers about these paths so far: many jobs ask the same.</param>
    public static ClauseResult Find(string clause, string pattern, IReadOnlyList<string> paths, Dictionary<string, ClauseResult> known)
    {
        if (!known.TryGetValue(pattern, out var result))
            known[pattern] = result = Find(clause, pattern, paths);
        return result;
    }

    private static ClauseResult Find(string clause, string pattern, IReadOnlyList<string> paths)
    {
        if (pattern.Length > LongestPattern)
            return Wrong($"{clause}:regexp is too long (maximum is {LongestPattern} characters after variable expansion)");
        if (paths.Count > GlobMatching.MaxComparisons)
            return ClauseResult.TooMany;
        if (PathPattern.Compile(pattern) is not { } wanted)
            return Wrong($"{clause}:regexp is not a regular expression that runs in linear time, as RE2 has them");
        return paths.FirstOrDefault(wanted.IsMatch) is { } path ? ClauseResult.Match(path, pattern) : ClauseResult.NoMatch(paths.Count);
    }

    private static ClauseResult Wrong(string text) => ClauseResult.Unanswerable(DiagnosticCode.RuleFailed, text);
}
