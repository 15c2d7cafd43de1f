using System.Collections.Immutable;
using Slipway.Compiler.Keywords;
using Slipway.Compiler.Rules;
using Slipway.Compiler.Rules.Expressions;
using Slipway.Compiler.Variables;

namespace Slipway.Compiler.Evaluation;

/// <summary><c>only</c> and <c>except</c> (gitlab-ci-yaml §9): a job runs when every part of <c>only</c> holds and no part of <c>except</c> does.</summary>
internal sealed class PolicyEvaluation(PipelineContext context, PathClauses paths, PatternCache patterns)
{
    private const string EventEnding = "_event";

    private readonly string _source = context.Source.EndsWith(EventEnding, StringComparison.Ordinal)
        ? context.Source[..^EventEnding.Length]
        : context.Source;

    private bool IsBranch => context.RefKind == RefKind.Branch;
    private bool IsTag => context.RefKind == RefKind.Tag;

    /// <returns>Why the job is left out, or <see langword="null"/> when it is in.</returns>
    public string? Refusal(JobConfig job, VariableScope scope)
    {
        if (job.Only is { } only)
            foreach (var (name, holds) in Parts(only, scope))
                if (!holds)
                    return $"only: {name}, and this is {Words.Of(context)}";
        if (job.Except is { } except)
            foreach (var (name, holds) in Parts(except, scope))
                if (holds)
                    return $"except: {name}, and this is {Words.Of(context)}";
        return null;
    }

    private IEnumerable<(string Name, bool Holds)> Parts(PolicyConfig policy, VariableScope scope)
    {
        if (policy.Refs is { } refs)
            yield return (Listed(refs), refs.Any(pattern => MatchesRef(pattern.Text)));
        if (policy.Kubernetes)
            yield return ("kubernetes: active", scope.AsWritten("CI_KUBERNETES_ACTIVE") == "true");
        if (policy.Variables is { } variables)
            yield return ($"variables: {Listed(variables)}", variables.Any(text => IsTrue(text.Text, scope)));
        if (policy.Changes is { } changes)
            yield return ($"changes: {Listed(changes)}", paths.Changes(changes, null, scope).Holds);
    }

    private static string Listed(ImmutableArray<TextAt> texts) => string.Join(", ", texts.Select(text => text.Text));

    private bool IsTrue(string text, VariableScope scope) =>
        Expression.TryParse(text, out var expression, out _) && expression.IsTrue(scope.AsWritten, patterns);

    /// <summary>A keyword, the pipeline's source (or its plural), the ref's name, or a pattern for it; behind <c>@</c> the project it is meant for.</summary>
    private bool MatchesRef(string entry)
    {
        var at = entry.IndexOf('@');
        var pattern = at < 0 ? entry : entry[..at];
        if (at >= 0 && entry[(at + 1)..] != context.Project.Path)
            return false;
        if ((IsTag && pattern == "tags") || (IsBranch && pattern == "branches") || pattern == _source || IsPluralOf(_source, pattern))
            return true;
        if (!IsBranch && !IsTag)
            return false;
        return patterns.Parse(pattern) is { } regex ? patterns.IsMatch(regex, context.Ref) : pattern == context.Ref;
    }

    private static bool IsPluralOf(string word, string plural) =>
        word.EndsWith("push", StringComparison.Ordinal) ? plural == word + "es" : plural == word + "s";
}
