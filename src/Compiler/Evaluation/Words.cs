using System.Collections.Immutable;

namespace Slipway.Compiler.Evaluation;

/// <summary>GitLab's words for our values, and sentences about decisions.</summary>
internal static class Words
{
    public static string Of(JobWhen when) =>
        when switch
        {
            JobWhen.OnSuccess => "on_success",
            JobWhen.OnFailure => "on_failure",
            JobWhen.Always => "always",
            JobWhen.Manual => "manual",
            _ => "delayed",
        };

    /// <summary><c>branch main</c>, <c>tag v1</c>, <c>a merge request</c>.</summary>
    public static string Of(PipelineContext context) =>
        context.RefKind switch
        {
            RefKind.Branch => $"branch {context.Ref}",
            RefKind.Tag => $"tag {context.Ref}",
            _ => "a merge request",
        };

    /// <param name="number">Counted from 1.</param>
    public static string Matched(int number, RuleOutcome rule)
    {
        var sentence = $"rule {number} matched ({string.Join(", ", Clauses(rule))})";
        return rule.When == "never" ? sentence + ", and it says never" : sentence;
    }

    private static IEnumerable<string> Clauses(RuleOutcome rule)
    {
        if (rule.If is { } condition)
            yield return condition;
        if (!rule.Changes.IsEmpty)
            yield return PathClause("changes", rule.Changes, rule);
        if (!rule.Exists.IsEmpty)
            yield return PathClause("exists", rule.Exists, rule);
        if (rule is { If: null, Changes.IsEmpty: true, Exists.IsEmpty: true })
            yield return "it has no conditions";
    }

    /// <summary>The path that matched, or what is written where the clause holds for another reason.</summary>
    private static string PathClause(string name, ImmutableArray<string> globs, RuleOutcome rule)
    {
        var path = rule.Clauses.FirstOrDefault(clause => clause.Keyword == name)?.Path;
        return $"{name}: {path ?? string.Join(", ", globs)}";
    }
}
