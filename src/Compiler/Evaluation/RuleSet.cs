using System.Collections.Immutable;
using Slipway.Compiler.Keywords;
using Slipway.Compiler.Rules.Expressions;

namespace Slipway.Compiler.Evaluation;

/// <summary>A list of rules made ready to be asked often: jobs that share a list share this.</summary>
internal sealed class RuleSet
{
    public RuleSet(ImmutableArray<RuleConfig> rules)
    {
        Rules = rules;
        Expressions =
        [
            .. rules.Select(rule => rule.If is { } text && Expression.TryParse(text.Text, out var parsed, out _) ? parsed : null),
        ];
        Outcomes = [.. rules.Select(OutcomeOf)];
        Holding = [.. rules.Select(rule => ConditionOf(rule, holds: true))];
        Failing = [.. rules.Select(rule => ConditionOf(rule, holds: false))];
    }

    public ImmutableArray<RuleConfig> Rules { get; }

    /// <summary><see langword="null"/> where a rule has no <c>if</c>.</summary>
    public ImmutableArray<Expression?> Expressions { get; }

    /// <summary>What is the same in every answer: the rules as written, not matched.</summary>
    public ImmutableArray<RuleOutcome> Outcomes { get; }

    /// <summary>The clauses of a rule whose <c>if</c> holds, up to it: one, or none where there is no <c>if</c>.</summary>
    public ImmutableArray<ImmutableArray<RuleOutcome.Clause>> Holding { get; }

    /// <summary>The same for one whose <c>if</c> does not.</summary>
    public ImmutableArray<ImmutableArray<RuleOutcome.Clause>> Failing { get; }

    private static ImmutableArray<RuleOutcome.Clause> ConditionOf(RuleConfig rule, bool holds) =>
        rule.If is { } condition ? [new RuleOutcome.Clause("if", condition.At, holds, RuleOutcome.Ground.Condition)] : [];

    private static RuleOutcome OutcomeOf(RuleConfig rule, int index) =>
        new(
            rule.At,
            rule.If?.Text,
            rule.Changes is { } changes ? Written(changes.Paths, changes.Regexp) : [],
            rule.Exists is { } exists ? Written(exists.Paths, exists.Regexp) : [],
            [],
            false,
            rule.Never ? "never"
                : rule.When is { } when ? Words.Of(when)
                : null,
            null
        )
        {
            Number = index + 1,
        };

    private static ImmutableArray<string> Written(ImmutableArray<TextAt> globs, TextAt? regexp) =>
        regexp is { } pattern ? [$"/{pattern}/"] : [.. globs.Select(glob => glob.Text)];
}
