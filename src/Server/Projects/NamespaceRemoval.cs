using System.Text.Json.Serialization;
using Slipway.Server.Accounts;
using Slipway.Server.Data;
using Slipway.Server.Work;

namespace Slipway.Server.Projects;

/// <summary>A group, or a user's own namespace, is being removed, with all that stands below.</summary>
internal sealed record RemovedNamespace(long Id);

[JsonSerializable(typeof(RemovedNamespace))]
internal sealed partial class RemovedNamespaceJson : JsonSerializerContext;

/// <summary>Takes a group and all in it out of the world.</summary>
internal static class NamespaceRemoval
{
    public static readonly WorkKind<RemovedNamespace> Work = new(
        "namespace_removed",
        RemovedNamespaceJson.Default.RemovedNamespace,
        space => $"{space.Id}"
    );

    private const string Down = """
        WITH RECURSIVE down (id, depth) AS (
          SELECT id, CAST(0 AS bigint) FROM namespaces WHERE id = @id
          UNION ALL SELECT n.id, down.depth + 1 FROM namespaces n JOIN down ON n.parent_id = down.id
        )
        """;

    /// <summary>The rows of a namespace, as <see cref="ProjectRemoval.Rows"/>.</summary>
    internal static readonly IReadOnlyList<(string Table, string Where)> Rows =
    [
        ("runner_managers", "runner_id IN (SELECT id FROM runners WHERE namespace_id = @id)"),
        ("runner_projects", "runner_id IN (SELECT id FROM runners WHERE namespace_id = @id)"),
        ("runners", "namespace_id = @id"),
        ("ci_variables", "namespace_id = @id"),
        ("dependency_proxy_settings", "namespace_id = @id"),
        ("dependency_proxy_links", "manifest_id IN (SELECT id FROM dependency_proxy_manifests WHERE namespace_id = @id)"),
        ("dependency_proxy_manifests", "namespace_id = @id"),
        ("dependency_proxy_tags", "namespace_id = @id"),
        ("dependency_proxy_blobs", "namespace_id = @id"),
        ("job_token_allowlist", "from_namespace_id = @id"),
        ("deploy_tokens", "namespace_id = @id"),
        ("members", "namespace_id = @id"),
        ("routes", "namespace_id = @id"),
    ];

    /// <summary>Hides it and all below at once.</summary>
    /// <param name="actor">Who does it.</param>
    public static async Task<bool> BeginAsync(
        Session session,
        WorkLoop work,
        NamespaceRow space,
        string actor,
        long now,
        CancellationToken ct
    )
    {
        var args = new { id = space.Id, now };
        var projects = await session.QueryAsync<ProjectRow>(
            $"{Down} SELECT {ProjectRow.Columns} FROM projects WHERE namespace_id IN (SELECT id FROM down) AND deleted_at IS NULL",
            args,
            ct
        );
        foreach (var project in projects)
            await ProjectRemoval.BeginAsync(session, work, project, actor, now, ct);
        foreach (var below in await session.QueryAsync<long>($"{Down} SELECT id FROM down", args, ct))
        {
            await BotUsers.CloseAsync(session, new MemberOf.Group(below), now, ct);
            await session.ExecuteAsync("DELETE FROM routes WHERE namespace_id = @below", new { below }, ct);
            await session.ExecuteAsync("UPDATE namespaces SET deleted_at = @now WHERE id = @below", new { below, now }, ct);
        }

        await Audit.WriteAsync(session, actor, "group_removed", $"group {space.FullPath}", null, now, ct);
        await work.AddAsync(session, Work, new RemovedNamespace(space.Id), ct);
        return true;
    }

    /// <summary>Removes what is left of it, from below. Done again, it goes on where it was.</summary>
    public static async Task RunAsync(Db db, ProjectTies ties, long id, CancellationToken ct)
    {
        var all = await db.QueryAsync<long>($"{Down} SELECT id FROM down ORDER BY depth DESC", new { id }, ct);
        foreach (var space in all)
        {
            foreach (var project in await db.QueryAsync<long>("SELECT id FROM projects WHERE namespace_id = @space", new { space }, ct))
                await ProjectRemoval.RunAsync(db, ties, project, ct);
            foreach (var (table, where) in Rows)
                await db.ExecuteAsync($"DELETE FROM {table} WHERE {where}", new { id = space }, ct);
            await db.ExecuteAsync("DELETE FROM namespaces WHERE id = @space AND deleted_at IS NOT NULL", new { space }, ct);
        }
    }
}
