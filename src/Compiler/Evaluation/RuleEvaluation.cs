using System.Collections.Immutable;
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

    public RuleResult Evaluate(ImmutableArray<RuleConfig> rules, VariableScope scope)
    {
        if (!_sets.TryGetValue(rules, out var set))
            _sets[rules] = set = new RuleSet(rules);
        var outcomes = ImmutableArray.CreateBuilder<RuleOutcome>();
        for (var i = 0; i < rules.Length; i++)
        {
            var outcome = set.Outcomes[i];
            if (set.Expressions[i] is { Variables.IsEmpty: false } expression)
                outcome = outcome with { Values = ValuesOf(expression, scope) };
            var result = Clauses(rules[i], set.Expressions[i], scope);
            outcomes.Add(result.Holds ? outcome with { Matched = true, MatchedPath = result.MatchedPath } : outcome);
            if (result.Error is { } error)
                return new RuleResult(
                    null,
                    outcomes.DrainToImmutable(),
                    new Diagnostic(result.ErrorCode!, Severity.Error, error, rules[i].At)
                );
            if (result.Holds)
                return new RuleResult(rules[i], outcomes.DrainToImmutable(), null);
        }

        return new RuleResult(null, outcomes.DrainToImmutable(), null);
    }

    /// <summary>All of them must hold; the first that does not ends it.</summary>
    private ClauseResult Clauses(RuleConfig rule, Expression? condition, VariableScope scope)
    {
        if (rule.If is not null && condition?.IsTrue(scope.AsWritten, patterns) != true)
            return new ClauseResult(false);
        var path = default(string);
        if (rule.Changes is { } changes)
        {
            var result = paths.Changes(changes.Paths, changes.CompareTo, scope);
            if (!result.Holds)
                return result;
            path = result.MatchedPath;
        }

        if (rule.Exists is { } exists)
        {
            var result = paths.Exists(exists, scope);
            if (!result.Holds)
                return result;
            path ??= result.MatchedPath;
        }

        return new ClauseResult(true, path);
    }

    private static ImmutableArray<KeyValuePair<string, string?>> ValuesOf(Expression expression, VariableScope scope)
    {
        var values = ImmutableArray.CreateBuilder<KeyValuePair<string, string?>>(expression.Variables.Length);
        foreach (var name in expression.Variables)
            values.Add(KeyValuePair.Create(name, scope.AsWritten(name)));
        return values.MoveToImmutable();
    }
}
