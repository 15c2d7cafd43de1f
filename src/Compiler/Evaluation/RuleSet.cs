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
    }

    public ImmutableArray<RuleConfig> Rules { get; }

    /// <summary><see langword="null"/> where a rule has no <c>if</c>.</summary>
    public ImmutableArray<Expression?> Expressions { get; }

    /// <summary>What is the same in every answer: the rules as written, not matched.</summary>
    public ImmutableArray<RuleOutcome> Outcomes { get; }

    private static RuleOutcome OutcomeOf(RuleConfig rule) =>
        new(
            rule.At,
            rule.If?.Text,
            rule.Changes is { } changes ? [.. changes.Paths.Select(path => path.Text)] : [],
            rule.Exists is { } exists ? [.. exists.Paths.Select(path => path.Text)] : [],
            [],
            false,
            rule.Never ? "never"
                : rule.When is { } when ? Words.Of(when)
                : null,
            null
        );
}
