using System.Collections.Immutable;
using Slipway.Compiler.Keywords;
using Slipway.Compiler.Rules;
using Slipway.Compiler.Rules.Expressions;
using Slipway.Compiler.Variables;

namespace Slipway.Compiler.Evaluation;

/// <param name="At">Where the <c>only</c> or <c>except</c> stands that decided; <see langword="null"/> when none is written.</param>
internal readonly record struct PolicyAnswer(bool Included, string Reason, Position? At);

/// <summary><c>only</c> and <c>except</c> (gitlab-ci-yaml §9): a job runs when every part of <c>only</c> holds and no part of <c>except</c> does.</summary>
internal sealed class PolicyEvaluation(PipelineContext context, PathClauses paths, PatternCache patterns)
{
    private const string EventEnding = "_event";

    private readonly string _source = context.Source.EndsWith(EventEnding, StringComparison.Ordinal)
        ? context.Source[..^EventEnding.Length]
        : context.Source;

    private bool IsBranch => context.RefKind == RefKind.Branch;
    private bool IsTag => context.RefKind == RefKind.Tag;

    public PolicyAnswer Answer(JobConfig job, VariableScope scope)
    {
        var (letIn, at) = ("", default(Position?));
        if (job.Only is { } only)
            foreach (var part in Parts(only, scope))
            {
                if (part.Match is null)
                    return only.IsDefault ? OutOfDefault : new(false, $"only: {part.Name}, and this is {Words.Of(context)}", only.At);
                letIn = letIn.Length == 0 ? $"only: {part.Match}" : $"{letIn} and {part.Match}";
                at = only.At;
            }
        var avoided = default(string);
        if (job.Except is { } except)
            foreach (var part in Parts(except, scope))
            {
                if (part.Match is not null)
                    return new PolicyAnswer(false, $"except: {part.Match}, and this is {Words.Of(context)}", except.At);
                avoided = avoided is null ? $"except: {part.Name}" : $"{avoided} or {part.Name}";
                at ??= except.At;
            }
        if (job.Only is not { IsDefault: false })
            return avoided is not null ? new PolicyAnswer(true, $"{avoided} is not {Words.Of(context)}", job.Except!.At)
                : job.Only is null ? InEveryPipeline
                : InDefault;
        return new PolicyAnswer(true, $"{letIn}, and this is {Words.Of(context)}" + (avoided is null ? "" : $", not {avoided}"), at);
    }

    private static readonly PolicyAnswer InEveryPipeline = new(true, "no rules: in every pipeline", null);
    private static readonly PolicyAnswer InDefault = new(true, "no rules: in every branch and tag pipeline", null);
    private static readonly PolicyAnswer OutOfDefault = new(false, "no rules: only in branch and tag pipelines", null);

    /// <param name="Name">What is written.</param>
    /// <param name="Match">The entry that holds; <see langword="null"/> when none does.</param>
    private readonly record struct Part(string Name, string? Match);

    private IEnumerable<Part> Parts(PolicyConfig policy, VariableScope scope)
    {
        if (policy.Refs is { } refs)
            yield return PartOf("", refs, MatchesRef);
        if (policy.Kubernetes)
            yield return new Part("kubernetes: active", scope.AsWritten("CI_KUBERNETES_ACTIVE") == "true" ? "kubernetes: active" : null);
        if (policy.Variables is { } variables)
            yield return PartOf("variables: ", variables, text => IsTrue(text, scope));
        if (policy.Changes is { } changes)
        {
            var answer = paths.Changes(new ChangesConfig(policy.At, changes, CompareTo: null), scope);
            yield return new Part($"changes: {Listed(changes)}", answer.Holds ? $"changes: {answer.Path ?? Listed(changes)}" : null);
        }
    }

    private static Part PartOf(string kind, ImmutableArray<TextAt> entries, Func<string, bool> holds)
    {
        foreach (var entry in entries)
            if (holds(entry.Text))
                return new Part(kind, kind + entry.Text);
        return new Part(kind + Listed(entries), null);
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
