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

    private static readonly string[] s_sources =
    [
        "api",
        "chat",
        "external",
        "external_pull_request",
        "merge_request",
        "pipeline",
        "push",
        "schedule",
        "trigger",
        "web",
    ];

    private readonly string _source = context.Source.EndsWith(EventEnding, StringComparison.Ordinal)
        ? context.Source[..^EventEnding.Length]
        : context.Source;

    private bool IsBranch => context.RefKind == RefKind.Branch;
    private bool IsTag => context.RefKind == RefKind.Tag;

    public PolicyAnswer Answer(JobConfig job, VariableScope scope)
    {
        var only = job.Only is { } wanted ? Parts(wanted, scope).ToArray() : [];
        if (Array.Find(only, part => part.Match is null) is { Name: { } name, Fact: { } lack })
            return job.Only!.IsDefault ? OutOfDefault : new PolicyAnswer(false, $"only: {name}, and {lack}", job.Only.At);
        var except = job.Except is { } unwanted ? Parts(unwanted, scope).ToArray() : [];
        if (Array.Find(except, part => part.Match is not null) is { Match: { } match, Fact: { } fact })
            return new PolicyAnswer(false, $"except: {match}, and {fact}", job.Except!.At);
        var avoided = string.Join(" or ", except.Select(part => part.Name));
        if (job.Only is not { IsDefault: false })
            return except.Length > 0
                    ? new PolicyAnswer(
                        true,
                        $"except: {avoided}, but {string.Join(" and ", except.Select(part => part.Fact))}",
                        job.Except!.At
                    )
                : job.Only is null ? InEveryPipeline
                : InDefault;
        var entries = string.Join(" and ", only.Select(part => part.Match));
        var rest = except.Length > 0 ? $", not except: {avoided}" : "";
        return new PolicyAnswer(true, $"only: {entries}, and {only[0].Fact}{rest}", job.Only.At);
    }

    private static readonly PolicyAnswer InEveryPipeline = new(true, "no rules: in every pipeline", null);
    private static readonly PolicyAnswer InDefault = new(true, "no rules: in every branch and tag pipeline", null);
    private static readonly PolicyAnswer OutOfDefault = new(false, "no rules: only in branch and tag pipelines", null);

    /// <param name="Name">What is written.</param>
    /// <param name="Match">The entry that holds; <see langword="null"/> when none does.</param>
    /// <param name="Fact">What is so here, whereby it holds or does not.</param>
    private readonly record struct Part(string Name, string? Match, string Fact);

    private IEnumerable<Part> Parts(PolicyConfig policy, VariableScope scope)
    {
        if (policy.Refs is { } refs)
            yield return PartOf("", refs, MatchesRef, _ => ThisIs(refs));
        if (policy.Kubernetes)
            yield return scope.AsWritten("CI_KUBERNETES_ACTIVE") == "true"
                ? new Part("kubernetes: active", "kubernetes: active", "a cluster is connected")
                : new Part("kubernetes: active", null, "no cluster is connected");
        if (policy.Variables is { } variables)
            yield return PartOf("variables: ", variables, text => IsTrue(text, scope), Truth);
        if (policy.Changes is { } changes)
        {
            var answer = paths.Changes(policy, changes);
            var name = $"changes: {Listed(changes)}";
            var fact = answer.Path is null ? answer.Clause("changes", policy.At).Why : "that changed";
            yield return new Part(
                name,
                answer.Holds
                    ? answer.Path is { } path
                        ? $"changes: {path}"
                        : name
                    : null,
                fact
            );
        }
    }

    /// <param name="fact">Asked with how many entries failed; <see langword="null"/> when one of them holds.</param>
    private static Part PartOf(string kind, ImmutableArray<TextAt> entries, Func<string, bool> holds, Func<int?, string> fact)
    {
        var name = kind + Listed(entries);
        foreach (var entry in entries)
            if (holds(entry.Text))
                return new Part(name, kind + entry.Text, fact(null));
        return new Part(name, null, fact(entries.Length));
    }

    private static string Truth(int? failing) =>
        failing switch
        {
            null => "that is true",
            0 or 1 => "that is false",
            _ => "none of them is true",
        };

    /// <summary>With the pipeline's source where an entry asks for one.</summary>
    private string ThisIs(ImmutableArray<TextAt> refs) =>
        $"this is {Words.Of(context)}"
        + (context.RefKind != RefKind.MergeRequest && refs.Any(entry => IsSource(entry.Text)) ? $" by {context.Source}" : "");

    private static bool IsSource(string entry) => s_sources.Any(source => entry == source || IsPluralOf(source, entry));

    private static string Listed(ImmutableArray<TextAt> texts) =>
        texts.IsEmpty ? "nothing" : string.Join(", ", texts.Select(text => text.Text));

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
