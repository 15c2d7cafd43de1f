using System.Text.Json.Serialization;
using Slipway.Server.Accounts;
using Slipway.Server.Data;
using Slipway.Server.Work;

namespace Slipway.Server.Projects;

/// <summary>A project is being removed: nobody sees it any more, its path is free, and its rows and files go bit by bit.</summary>
internal sealed record RemovedProject(long Id);

[JsonSerializable(typeof(RemovedProject))]
internal sealed partial class RemovedProjectJson : JsonSerializerContext;

/// <summary>Takes a project out of the world.</summary>
internal static class ProjectRemoval
{
    public static readonly WorkKind<RemovedProject> Work = new(
        "project_removed",
        RemovedProjectJson.Default.RemovedProject,
        project => $"{project.Id}"
    );

    /// <summary>Rows of a statement, so that others can write between two.</summary>
    private const int AtOnce = 500;

    private const string OfRepositories = "repository_id IN (SELECT id FROM registry_repositories WHERE project_id = @id)";

    /// <summary>The rows of a project: each table after those that point to it. A test holds this to the schema.</summary>
    internal static readonly IReadOnlyList<(string Table, string Where)> Rows =
    [
        ("job_variables", "job_id IN (SELECT id FROM jobs WHERE project_id = @id)"),
        ("test_reports", "project_id = @id"),
        ("artifacts", "project_id = @id"),
        ("events", "project_id = @id"),
        ("webhook_events", "project_id = @id"),
        ("webhooks", "project_id = @id"),
        ("commit_statuses", "project_id = @id"),
        ("caches", "project_id = @id"),
        ("resource_groups", "project_id = @id"),
        ("deployments", "project_id = @id"),
        ("environments", "project_id = @id"),
        ("jobs", "project_id = @id"),
        ("compiled_pipelines", "pipeline_id IN (SELECT id FROM pipelines WHERE project_id = @id)"),
        ("pipelines", "project_id = @id"),
        ("pipeline_schedules", "project_id = @id"),
        ("pipeline_triggers", "project_id = @id"),
        ("ci_variables", "project_id = @id"),
        ("runner_projects", "project_id = @id"),
        ("job_token_allowlist", "project_id = @id OR from_project_id = @id"),
        ("protected_refs", "project_id = @id"),
        ("deploy_tokens", "project_id = @id"),
        ("members", "project_id = @id"),
        ("routes", "project_id = @id"),
        ("push_intents", "project_id = @id"),
        ("lfs_objects", "project_id = @id"),
        ("registry_tags", OfRepositories),
        ("registry_links", OfRepositories),
        ("registry_manifests", OfRepositories),
        ("registry_blobs", OfRepositories),
        ("registry_pieces", $"upload_id IN (SELECT id FROM registry_uploads WHERE {OfRepositories})"),
        ("registry_uploads", OfRepositories),
        ("registry_repositories", "project_id = @id"),
        ("registry_tag_rules", "project_id = @id"),
        ("registry_projects", "project_id = @id"),
    ];

    /// <summary>Hides it at once.</summary>
    /// <param name="actor">Who does it.</param>
    public static async Task<bool> BeginAsync(
        Session session,
        WorkLoop work,
        ProjectRow project,
        string actor,
        long now,
        CancellationToken ct
    )
    {
        var args = new { project.Id, now };
        if (await session.ExecuteAsync("UPDATE projects SET deleted_at = @now WHERE id = @Id AND deleted_at IS NULL", args, ct) == 0)
            return false;
        await session.ExecuteAsync("DELETE FROM routes WHERE project_id = @Id", args, ct);
        await BotUsers.CloseAsync(session, new MemberOf.Project(project.Id), now, ct);
        // Its jobs' tokens open nothing from now on.
        await session.ExecuteAsync("UPDATE jobs SET token_hash = NULL WHERE project_id = @Id AND token_hash IS NOT NULL", args, ct);
        await Audit.WriteAsync(session, actor, "project_removed", $"project {project.FullPath}", null, now, ct);
        await work.AddAsync(session, Work, new RemovedProject(project.Id), ct);
        return true;
    }

    /// <summary>Removes what is left of it. Done again, it goes on where it was.</summary>
    public static async Task RunAsync(Db db, ProjectTies ties, long id, CancellationToken ct)
    {
        await ties.Remove(id, ct);
        foreach (var (table, where) in Rows)
            while (await DeleteSomeAsync(db, table, where, id, ct) > 0) { }
        await db.ExecuteAsync("DELETE FROM projects WHERE id = @id AND deleted_at IS NOT NULL", new { id }, ct);
    }

    private static Task<int> DeleteSomeAsync(Db db, string table, string where, long id, CancellationToken ct)
    {
        var key = table switch
        {
            "job_variables" or "test_reports" => "job_id",
            "compiled_pipelines" => "pipeline_id",
            "runner_projects" => "runner_id",
            "routes" => "path_key",
            "lfs_objects" => "oid",
            "registry_projects" => "project_id",
            _ => "id",
        };
        return db.ExecuteAsync(
            $"DELETE FROM {table} WHERE {key} IN (SELECT {key} FROM {table} WHERE {where} LIMIT {AtOnce}) AND ({where})",
            new { id },
            ct
        );
    }
}
