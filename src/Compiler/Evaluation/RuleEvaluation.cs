using System.Collections.Immutable;
using Slipway.Compiler.Include;
using Slipway.Compiler.Keywords;
using Slipway.Compiler.Rules;
using Slipway.Compiler.Rules.Expressions;
using Slipway.Compiler.Variables;

namespace Slipway.Compiler.Evaluation;

/// <summary>The answer of a list of rules.</summary>
/// <param name="Matched">The first rule that matched; <see langword="null"/> when none did, or when one could not be answered.</param>
/// <param name="Outcomes">The rules asked, the matching one last.</param>
/// <param name="Error">The place and text of the clause that could not be answered.</param>
internal sealed record RuleResult(RuleConfig? Matched, ImmutableArray<RuleOutcome> Outcomes, Diagnostic? Error)
{
    public string Reason => Matched is null ? "no rule matched" : Words.Matched(Outcomes.Length, Outcomes[^1]);
}

/// <summary>Asks rules in order until one matches (gitlab-ci-yaml §8.1). Not for several threads.</summary>
internal sealed class RuleEvaluation(PathClauses paths, PatternCache patterns)
{
    private readonly Dictionary<ImmutableArray<RuleConfig>, RuleSet> _sets = [];

    /// <param name="origin">For an include's rules: of the file they stand in.</param>
    public RuleResult Evaluate(ImmutableArray<RuleConfig> rules, VariableScope scope, IncludeOrigin? origin = null)
    {
        if (!_sets.TryGetValue(rules, out var set))
            _sets[rules] = set = new RuleSet(rules);
        var outcomes = ImmutableArray.CreateBuilder<RuleOutcome>();
        for (var i = 0; i < rules.Length; i++)
        {
            var (answer, clauses) = Clauses(rules[i], set, i, scope, origin);
            outcomes.Add(
                set.Outcomes[i] with
                {
                    Values = set.Expressions[i] is { Variables.IsEmpty: false } expression ? ValuesOf(expression, scope) : [],
                    Matched = answer.Holds,
                    MatchedPath = answer.Holds ? PathOf(clauses) : null,
                    Clauses = clauses,
                }
            );
            if (answer.Error is { } error)
                return new RuleResult(
                    null,
                    outcomes.DrainToImmutable(),
                    new Diagnostic(answer.ErrorCode!, Severity.Error, error, rules[i].At) { Help = answer.Help }
                );
            if (answer.Holds)
                return new RuleResult(rules[i], outcomes.DrainToImmutable(), null);
        }

        return new RuleResult(null, outcomes.DrainToImmutable(), null);
    }

    /// <summary>All of them must hold; the first that does not ends it.</summary>
    private (ClauseResult Answer, ImmutableArray<RuleOutcome.Clause> Clauses) Clauses(
        RuleConfig rule,
        RuleSet set,
        int index,
        VariableScope scope,
        IncludeOrigin? origin
    )
    {
        if (rule.If is not null && set.Expressions[index]?.IsTrue(scope.AsWritten, patterns) != true)
            return (new ClauseResult(false, RuleOutcome.Ground.Condition), set.Failing[index]);
        var clauses = set.Holding[index];
        var answer = new ClauseResult(true, RuleOutcome.Ground.Condition);
        if (rule.Changes is { } changes)
        {
            answer = paths.Changes(changes, scope);
            clauses = clauses.Add(answer.Clause("changes", changes.At));
        }

        if (answer.Holds && rule.Exists is { } exists)
        {
            answer = paths.Exists(exists, scope, origin);
            clauses = clauses.Add(answer.Clause("exists", exists.At));
        }

        return (answer, clauses);
    }

    private static string? PathOf(ImmutableArray<RuleOutcome.Clause> clauses)
    {
        foreach (var clause in clauses)
            if (clause.Path is { } path)
                return path;
        return null;
    }

    private static ImmutableArray<KeyValuePair<string, string?>> ValuesOf(Expression expression, VariableScope scope)
    {
        var values = ImmutableArray.CreateBuilder<KeyValuePair<string, string?>>(expression.Variables.Length);
        foreach (var name in expression.Variables)
            values.Add(KeyValuePair.Create(name, scope.AsWritten(name)));
        return values.MoveToImmutable();
    }
}
