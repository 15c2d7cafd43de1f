using System.Text.RegularExpressions;
using Slipway.Server.Registry.Protection;

namespace Slipway.Server.Registry.Cleanup;

/// <param name="PublishedAt">When it was last pushed.</param>
internal sealed record TagToJudge(long Id, string Name, long PublishedAt);

/// <summary>What becomes of a tag.</summary>
internal enum TagFate
{
    Goes,

    /// <summary>It is <c>latest</c>.</summary>
    Latest,
    NotMatched,
    Preserved,
    AmongNewest,
    Young,
    Protected,
}

/// <param name="Why">In a few words, for who looks at a dry run.</param>
internal sealed record TagVerdict(TagToJudge Tag, TagFate Fate, string Why)
{
    public bool Goes => Fate == TagFate.Goes;
}

/// <summary>
/// Says of every tag of a repository whether it goes, in GitLab's order: not <c>latest</c>, what matches, not what is to be kept, not the newest of those that
/// are left, not the young ones, not the protected ones. https://docs.gitlab.com/user/packages/container_registry/reduce_container_registry_storage/#how-the-cleanup-policy-works
/// </summary>
internal static class CleanupPlan
{
    /// <param name="level">Whose deletion it is, as in <see cref="TagRules.WhyNotDelete"/>.</param>
    /// <returns>One for each tag, the newest first.</returns>
    public static IReadOnlyList<TagVerdict> Of(CleanupRule rule, IReadOnlyList<TagToJudge> tags, TagRules rules, long? level, long now)
    {
        var keeps = string.IsNullOrEmpty(rule.NameRegexKeep) ? Nothing : CleanupRule.Whole(rule.NameRegexKeep);
        // With one that is none nothing goes: what was meant is not known.
        var matches = keeps is null ? Nothing : CleanupRule.Whole(rule.NameRegex) ?? Nothing;
        var young = rule.OlderThan is { } age ? now - (long)age.TotalMilliseconds : long.MaxValue;
        var left = rule.KeepN ?? 0;
        return [.. tags.OrderByDescending(tag => tag.PublishedAt).ThenByDescending(tag => tag.Id).Select(Judge)];

        TagVerdict Judge(TagToJudge tag) =>
            tag.Name == "latest" ? new(tag, TagFate.Latest, "latest always stays")
            : !matches.IsMatch(tag.Name) ? new(tag, TagFate.NotMatched, $"its name is not {rule.NameRegex}")
            : keeps!.IsMatch(tag.Name) ? new(tag, TagFate.Preserved, $"its name is {rule.NameRegexKeep}")
            : left-- > 0 ? new(tag, TagFate.AmongNewest, rule.KeepN == 1 ? "it is the newest" : $"it is one of the {rule.KeepN} newest")
            : tag.PublishedAt > young ? new(tag, TagFate.Young, $"it is younger than {Text(rule.OlderThan!.Value)}")
            : rules.WhyNotDelete(tag.Name, level) is { } why ? new(tag, TagFate.Protected, why)
            : new(tag, TagFate.Goes, rule.OlderThan is { } old ? $"it is older than {Text(old)}" : $"its name is {rule.NameRegex}");
    }

    private static readonly Regex Nothing = new(@"\z\A.", RegexOptions.NonBacktracking);

    private static string Text(TimeSpan age) =>
        age.TotalDays >= 1 ? Count(age.TotalDays, "day")
        : age.TotalHours >= 1 ? Count(age.TotalHours, "hour")
        : Count(age.TotalSeconds, "second");

    private static string Count(double count, string one) => count == 1 ? $"1 {one}" : $"{count:0.#} {one}s";
}
