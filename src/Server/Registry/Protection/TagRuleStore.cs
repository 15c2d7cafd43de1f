using Slipway.Compiler.Rules;
using Slipway.Server.Accounts;
using Slipway.Server.Data;
using Slipway.Server.Http;

namespace Slipway.Server.Registry.Protection;

/// <summary>The rules of projects for their tags, kept. https://docs.gitlab.com/api/container_registry_protection_tag_rules/</summary>
internal sealed class TagRuleStore(Db db, TimeProvider time)
{
    /// <summary>Rules of a project.</summary>
    public const int Most = 5;

    private const string Select = $"SELECT {RegistryTagRuleRow.Columns} FROM registry_tag_rules WHERE project_id = @project";

    public Task<IReadOnlyList<RegistryTagRuleRow>> ListAsync(long project, CancellationToken ct) =>
        db.QueryAsync<RegistryTagRuleRow>($"{Select} ORDER BY id", new { project }, ct);

    public Task<RegistryTagRuleRow?> FindAsync(long project, long id, CancellationToken ct) =>
        db.FindAsync<RegistryTagRuleRow>($"{Select} AND id = @id", new { project, id }, ct);

    /// <param name="wanted">Its <c>Id</c> is passed over.</param>
    /// <param name="actor">Who does it, for the record.</param>
    /// <returns>The rule, or what is wrong with it.</returns>
    public Task<(RegistryTagRuleRow? Rule, FieldError? Wrong)> CreateAsync(RegistryTagRuleRow wanted, string actor, CancellationToken ct) =>
        SaveAsync(
            wanted,
            actor,
            "registry_tag_rule_created",
            """
            INSERT INTO registry_tag_rules (project_id, pattern, push_level, delete_level) VALUES (@ProjectId, @Pattern, @PushLevel, @DeleteLevel)
            RETURNING id
            """,
            ct
        );

    /// <returns>The rule as it is now, or what is wrong with it. Neither: it is gone.</returns>
    public Task<(RegistryTagRuleRow? Rule, FieldError? Wrong)> ChangeAsync(RegistryTagRuleRow wanted, string actor, CancellationToken ct) =>
        SaveAsync(
            wanted,
            actor,
            "registry_tag_rule_changed",
            """
            UPDATE registry_tag_rules SET pattern = @Pattern, push_level = @PushLevel, delete_level = @DeleteLevel
            WHERE id = @Id AND project_id = @ProjectId RETURNING id
            """,
            ct
        );

    /// <returns>False: it was gone.</returns>
    public Task<bool> RemoveAsync(RegistryTagRuleRow rule, string actor, CancellationToken ct) =>
        db.WriteAsync(
            async (session, token) =>
            {
                if (await session.ExecuteAsync("DELETE FROM registry_tag_rules WHERE id = @Id", rule, token) == 0)
                    return false;
                await NoteAsync(session, rule, actor, "registry_tag_rule_removed", token);
                return true;
            },
            ct
        );

    private Task<(RegistryTagRuleRow? Rule, FieldError? Wrong)> SaveAsync(
        RegistryTagRuleRow wanted,
        string actor,
        string action,
        string sql,
        CancellationToken ct
    ) =>
        db.WriteAsync(
            async (session, token) =>
            {
                var others = await session.QueryAsync<RegistryTagRuleRow>(
                    $"{Select} AND id <> @id",
                    new { project = wanted.ProjectId, id = wanted.Id },
                    token
                );
                if (Wrong(wanted, others) is { } wrong)
                    return ((RegistryTagRuleRow?)null, (FieldError?)wrong);
                if (await session.FindAsync<long>(sql, wanted, token) is not (> 0 and var id))
                    return (null, null);
                var rule = wanted with { Id = id };
                await NoteAsync(session, rule, actor, action, token);
                return (rule, null);
            },
            ct
        );

    private static FieldError? Wrong(RegistryTagRuleRow rule, IReadOnlyList<RegistryTagRuleRow> others) =>
        rule.Pattern.Length == 0 ? new FieldError("tag_name_pattern", FieldError.Blank)
        : rule.Pattern.Length > TagRule.LongestPattern
            ? new FieldError("tag_name_pattern", $"is too long (maximum is {TagRule.LongestPattern} characters)")
        : Re2.Compile(rule.Pattern) is null ? new FieldError("tag_name_pattern", "not valid RE2 syntax")
        : others.Any(other => other.Pattern == rule.Pattern) ? new FieldError("tag_name_pattern", FieldError.Taken)
        : rule.PushLevel is null != rule.DeleteLevel is null
            ? new FieldError("base", "Access levels should either both be present or both be nil")
        : !IsLevel(rule.PushLevel) ? new FieldError("minimum_access_level_for_push", "is not included in the list")
        : !IsLevel(rule.DeleteLevel) ? new FieldError("minimum_access_level_for_delete", "is not included in the list")
        : rule.Id == 0 && others.Count >= Most ? new FieldError("base", $"A project has at most {Most} protection rules for tags")
        : null;

    private static bool IsLevel(long? level) => level is null || TagRule.WordOf(level) is not null;

    private async Task NoteAsync(Session session, RegistryTagRuleRow rule, string actor, string action, CancellationToken ct)
    {
        var details = new
        {
            rule.Pattern,
            push = TagRule.WordOf(rule.PushLevel),
            delete = TagRule.WordOf(rule.DeleteLevel),
        };
        await Audit.WriteAsync(session, actor, action, $"project {rule.ProjectId}", details, time.Milliseconds(), ct);
    }
}
