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
