using Slipway.Server.Accounts;
using Slipway.Server.Data;
using Slipway.Server.Http;
using Slipway.Server.Projects;

namespace Slipway.Server.Jobs;

/// <summary>Finds the archive of a job for somebody who may have it.</summary>
internal sealed class ArtifactFinder(Db db, TimeProvider time)
{
    /// <returns>Nothing when there is none, or not for this actor.</returns>
    public async Task<ArtifactRow?> ArchiveAsync(Actor actor, ProjectContext project, long job, CancellationToken ct)
    {
        var archive = await db.FindAsync<ArtifactRow>(
            $"SELECT * FROM artifacts WHERE job_id = @job AND project_id = @Id AND file_type = 'archive' AND {ArtifactRow.IsThere}",
            new
            {
                job,
                project.Id,
                now = time.Milliseconds(),
            },
            ct
        );
        return archive is not null && IsFor(archive.Access, archive.ProjectId, actor, project) ? archive : null;
    }

    /// <summary>That of the job of this name in the newest good pipeline of a branch or tag that has one; those of its child pipelines come after its own.</summary>
    public async Task<ArtifactRow?> LatestAsync(Actor actor, ProjectContext project, string @ref, string job, CancellationToken ct)
    {
        const string pipelines =
            "FROM pipelines WHERE project_id = @Id AND ref = @ref AND status = 'success' AND source <> 'parent_pipeline'";
        var arguments = new
        {
            project.Id,
            @ref,
            job,
            now = time.Milliseconds(),
        };
        var found = await db.FindAsync<long>(
            $"""
            WITH RECURSIVE family (id, root, depth) AS (
              SELECT id, id, 0 {pipelines}
              UNION ALL SELECT p.id, f.root, f.depth + 1 FROM pipelines p JOIN jobs b ON b.id = p.bridge_id JOIN family f ON b.pipeline_id = f.id
              WHERE p.source = 'parent_pipeline')
            SELECT j.id FROM family f JOIN jobs j ON j.pipeline_id = f.id JOIN artifacts ON artifacts.job_id = j.id
            WHERE j.name = @job AND j.retried = 0 AND j.status = 'success' AND artifacts.file_type = 'archive' AND {ArtifactRow.IsThere}
            ORDER BY f.root DESC, f.depth, j.id DESC LIMIT 1
            """,
            arguments,
            ct
        );
        return found == 0 ? null : await ArchiveAsync(actor, project, found, ct);
    }

    /// <summary><c>artifacts:access</c>, beyond what the project itself asks for.</summary>
    /// <param name="owner">The project that the artifact is of.</param>
    public static bool IsFor(string access, long owner, Actor actor, ProjectContext project) =>
        access switch
        {
            "none" => false,
            "maintainer" => project.Role >= Role.Maintainer,
            "developer" => project.Role >= Role.Developer,
            _ => true,
        } || (actor is Actor.Job own && own.ProjectId == owner);
}
