using System.Collections.Immutable;
using Slipway.Compiler.Rules.Expressions;

namespace Slipway.Compiler;

/// <summary>Why a job is in the pipeline or not.</summary>
/// <param name="Rules">The rules looked at, in order; those after the first match are not among them. Empty when the job has none.</param>
/// <param name="When">GitLab's word; <see langword="null"/> when the job is out.</param>
/// <param name="Reason">
/// One sentence: <c>rule 2 matched ($CI_COMMIT_BRANCH == "main")</c>, <c>no rule matched</c>, <c>only: tags, and this is branch main</c>,
/// <c>no rules: in every branch and tag pipeline</c>.
/// </param>
public sealed record JobDecision(string Job, bool Included, ImmutableArray<RuleOutcome> Rules, string? When, string Reason)
{
    /// <summary>Where the job's key stands.</summary>
    public Position? At { get; init; }

    /// <summary>Where stands what decided: a rule, an <c>only</c>, an <c>except</c>. <see langword="null"/> when no written line did.</summary>
    public Position? DecidedAt { get; init; }

    /// <summary>How many rules the job has, whether they were looked at or not.</summary>
    public int RuleCount { get; init; }
}

/// <summary>A rule as it was answered.</summary>
/// <param name="At">Where the rule stands.</param>
/// <param name="If">As written; see <see cref="Condition"/>.</param>
/// <param name="Values">Each variable the <c>if</c> names, with the value it had; <see langword="null"/> = not defined.</param>
/// <param name="When">What the rule itself says, <c>never</c> included; <see langword="null"/> when it says nothing.</param>
/// <param name="MatchedPath">The first path that made <c>changes</c> or <c>exists</c> true.</param>
public sealed record RuleOutcome(
    Position At,
    string? If,
    ImmutableArray<string> Changes,
    ImmutableArray<string> Exists,
    ImmutableArray<KeyValuePair<string, string?>> Values,
    bool Matched,
    string? When,
    string? MatchedPath
)
{
    /// <summary>Its place among the rules of the job, from 1.</summary>
    public int Number { get; init; }

    /// <summary>
    /// Its clauses in the order they were asked: <c>if</c>, <c>changes</c>, <c>exists</c>. Those behind the first that does not hold were not
    /// asked and are not among them. Empty for a rule without clauses, which always matches.
    /// </summary>
    public ImmutableArray<Clause> Clauses { get; init; } = [];

    /// <summary>
    /// The <c>if</c> with the variables' values in their places: <c>"dev" == "main"</c>, <c>null =~ /^v/</c>. Long values are cut short, and line
    /// breaks in them are blanks. <see langword="null"/> without an <c>if</c>.
    /// </summary>
    public string? Condition => If is null ? null : ValuedCondition.Of(If, Values);

    /// <summary>One clause as it was answered.</summary>
    /// <param name="Keyword"><c>if</c>, <c>changes</c> or <c>exists</c>.</param>
    /// <param name="At">Where its value stands.</param>
    public sealed record Clause(string Keyword, Position At, bool Holds, Ground Ground)
    {
        /// <summary>The path that matched, for <see cref="Ground.PathMatches"/>.</summary>
        public string? Path { get; init; }

        /// <summary>The glob it matched, variables replaced.</summary>
        public string? Glob { get; init; }

        /// <summary>How many paths were compared.</summary>
        public int Paths { get; init; }

        /// <summary>Half a sentence: <c>src/a.cs changed, which src/**/* matches</c>, <c>none of the 3 changed paths matches</c>.</summary>
        public string Why =>
            Ground switch
            {
                Ground.Condition => Holds ? "it is true" : "it is false",
                Ground.PathMatches when Keyword == "exists" => Path == Glob ? $"{Path} exists" : $"{Path} exists, which {Glob} matches",
                Ground.PathMatches => Path == Glob ? $"{Path} changed" : $"{Path} changed, which {Glob} matches",
                Ground.NothingToCompare => "there is nothing to compare with, and then it is true",
                Ground.TooManyComparisons => "there are too many paths to compare, and then it is true",
                Ground.Unanswerable => "it cannot be answered",
                _ when Keyword == "exists" => "no such file",
                _ when Paths == 0 => "nothing changed",
                _ when Paths == 1 => "the one changed path does not match",
                _ => $"none of the {Paths} changed paths matches",
            };
    }

    /// <summary>What a clause's answer rests on.</summary>
    public enum Ground
    {
        /// <summary>The condition's value.</summary>
        Condition,
        PathMatches,
        NoPathMatches,

        /// <summary>A new branch, a tag, a schedule: no diff, so <c>changes</c> is true.</summary>
        NothingToCompare,

        /// <summary>Beyond GitLab's limit of comparisons a clause is true unseen.</summary>
        TooManyComparisons,

        /// <summary>The pipeline has an error: <c>compare_to</c> names no ref, say.</summary>
        Unanswerable,
    }
}
