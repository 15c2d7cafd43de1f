using Slipway.Server.Data;

namespace Slipway.Server.Registry.Protection;

/// <summary>All rules of a project for its tags. Of several that are about a tag, each has its say.</summary>
internal sealed class TagRules(IReadOnlyList<TagRule> all)
{
    public static async Task<TagRules> ReadAsync(Session session, long project, CancellationToken ct) =>
        new([
            .. (
                await session.QueryAsync<RegistryTagRuleRow>(
                    $"SELECT {RegistryTagRuleRow.Columns} FROM registry_tag_rules WHERE project_id = @project ORDER BY id",
                    new { project },
                    ct
                )
            ).Select(row => new TagRule(row)),
        ]);

    /// <param name="level">The role of who pushes, as a number; 60 for an administrator, 0 for a deploy token.</param>
    /// <param name="moves">The tag is there, and at another image.</param>
    /// <returns>Why not, as docker shows it; nothing when it may be.</returns>
    public string? WhyNotPush(string tag, long level, bool moves) =>
        (
            from rule in all
            where rule.IsAbout(tag)
            select rule.IsImmutable ? (moves ? Immutable(tag, rule) : null)
            : level < rule.Row.PushLevel ? $"tag {tag} is protected: to push it takes {Who(rule.Row.PushLevel)} ({rule.Row.Pattern})"
            : null
        ).FirstOrDefault(why => why is not null);

    /// <inheritdoc cref="WhyNotPush"/>
    /// <param name="level">Nothing: a cleanup policy, which passes over whatever is protected.</param>
    public string? WhyNotDelete(string tag, long? level) =>
        (
            from rule in all
            where rule.IsAbout(tag)
            select rule.IsImmutable ? Immutable(tag, rule)
            : level is null || level < rule.Row.DeleteLevel
                ? $"tag {tag} is protected: to delete it takes {Who(rule.Row.DeleteLevel)} ({rule.Row.Pattern})"
            : null
        ).FirstOrDefault(why => why is not null);

    private static string Immutable(string tag, TagRule rule) => $"tag {tag} is immutable: it stays as it is ({rule.Row.Pattern})";

    private static string Who(long? level) =>
        TagRule.WordOf(level) switch
        {
            "maintainer" => "a maintainer",
            "owner" => "an owner",
            _ => "an administrator",
        };
}
