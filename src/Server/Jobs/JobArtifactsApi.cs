using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Slipway.Server.Accounts;
using Slipway.Server.Blobs;
using Slipway.Server.Data;
using Slipway.Server.Http;
using Slipway.Server.Jobs.Artifacts;
using Slipway.Server.Projects;

namespace Slipway.Server.Jobs;

/// <summary>What jobs have left, for people, clients and other jobs. https://docs.gitlab.com/api/job_artifacts/</summary>
internal static class JobArtifactsApi
{
    public static void MapArtifacts(this IEndpointRouteBuilder v4)
    {
        var read = new Access.OnProject(Abilities.ReadJob);
        var jobs = v4.MapGroup("/projects/{project}/jobs");
        jobs.MapGet("/{id:long}/artifacts", WholeAsync).Allow(read);
        jobs.MapGet("/{id:long}/artifacts/{**path}", OneAsync).Allow(read);
        jobs.MapGet("/artifacts/{ref}/download", LatestAsync).Allow(read);
        jobs.MapGet("/artifacts/{ref}/raw/{**path}", LatestOneAsync).Allow(read);
        jobs.MapPost("/{id:long}/artifacts/keep", KeepAsync).Allow(new Access.OnProject(Abilities.UpdateJob));
        jobs.MapDelete("/{id:long}/artifacts", RemoveAsync).Allow(new Access.OnProject(Abilities.DestroyArtifacts));
        v4.MapDelete("/projects/{project}/artifacts", RemoveAllAsync).Allow(new Access.OnProject(Abilities.DestroyArtifacts));
    }

    private static async Task<IResult> WholeAsync(
        Actor actor,
        ProjectContext here,
        long id,
        ArtifactFinder finder,
        IBlobStore blobs,
        CancellationToken ct
    ) => await finder.ArchiveAsync(actor, here, id, ct) is { } archive ? ArtifactAnswers.Whole(archive, blobs) : Answers.NotFound();

    private static async Task<IResult> OneAsync(
        Actor actor,
        ProjectContext here,
        long id,
        string path,
        ArtifactFinder finder,
        IBlobStore blobs,
        CancellationToken ct
    ) =>
        await finder.ArchiveAsync(actor, here, id, ct) is { } archive
            ? await ArtifactAnswers.OneAsync(archive, path, blobs, ct)
            : Answers.NotFound();

    private static async Task<IResult> LatestAsync(
        Actor actor,
        ProjectContext here,
        string @ref,
        Parameters p,
        ArtifactFinder finder,
        IBlobStore blobs,
        CancellationToken ct
    )
    {
        if (p.Text("job") is not { Length: > 0 } job)
            return Answers.BadParameter("job is missing");
        return await finder.LatestAsync(actor, here, Uri.UnescapeDataString(@ref), job, ct) is { } archive
            ? ArtifactAnswers.Whole(archive, blobs)
            : Answers.NotFound();
    }

    private static async Task<IResult> LatestOneAsync(
        Actor actor,
        ProjectContext here,
        string @ref,
        string path,
        Parameters p,
        ArtifactFinder finder,
        IBlobStore blobs,
        CancellationToken ct
    )
    {
        if (p.Text("job") is not { Length: > 0 } job)
            return Answers.BadParameter("job is missing");
        return await finder.LatestAsync(actor, here, Uri.UnescapeDataString(@ref), job, ct) is { } archive
            ? await ArtifactAnswers.OneAsync(archive, path, blobs, ct)
            : Answers.NotFound();
    }

    private static async Task<IResult> KeepAsync(ProjectContext here, long id, JobList list, Db db, CancellationToken ct)
    {
        if (await list.FindAsync(here.Id, id, ct) is not { } job)
            return Answers.NotFound();
        return await db.ExecuteAsync("UPDATE artifacts SET expires_at = NULL WHERE job_id = @Id", job, ct) > 0
            ? Answers.Ok(await list.JsonAsync(job, ct))
            : Answers.NotFound();
    }

    private static async Task<IResult> RemoveAsync(ProjectContext here, long id, JobList list, Db db, CancellationToken ct)
    {
        if (await list.FindAsync(here.Id, id, ct) is not { } job)
            return Answers.NotFound();
        await db.ExecuteAsync("DELETE FROM artifacts WHERE job_id = @Id", job, ct);
        return Answers.NoContent;
    }

    /// <summary>Those of jobs that are over, but for those of the latest good pipelines that the project keeps.</summary>
    private static async Task<IResult> RemoveAllAsync(ProjectContext here, Db db, TimeProvider time, CancellationToken ct)
    {
        await db.ExecuteAsync(
            """
            UPDATE artifacts SET expires_at = @now
            WHERE project_id = @Id AND (expires_at IS NULL OR expires_at > @now)
              AND job_id IN (SELECT id FROM jobs WHERE project_id = @Id AND status IN ('success', 'failed', 'canceled', 'skipped'))
            """,
            new { here.Id, now = time.Milliseconds() },
            ct
        );
        return Answers.Accepted(new { });
    }
}
