using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Slipway.Engine;
using Slipway.Server.Accounts;
using Slipway.Server.Blobs;
using Slipway.Server.Data;
using Slipway.Server.Http;
using Slipway.Server.Jobs.Traces;
using Slipway.Server.Projects;

namespace Slipway.Server.Jobs;

/// <summary>Jobs and their logs, for reading. https://docs.gitlab.com/api/jobs/</summary>
internal static class JobsApi
{
    public static void MapJobs(this IEndpointRouteBuilder v4)
    {
        var read = new Access.OnProject(Abilities.ReadJob);
        v4.MapGet("/projects/{project}/jobs", ListAsync).Allow(read);
        v4.MapGet("/projects/{project}/pipelines/{pipeline:long}/jobs", OfPipelineAsync).Allow(read);
        v4.MapGet("/projects/{project}/jobs/{id:long}", ShowAsync).Allow(read);
        v4.MapGet("/projects/{project}/jobs/{id:long}/trace", TraceAsync).Allow(read);
        v4.MapGet("/job", OwnAsync).Allow(new Access.OwnDoor("a job's own token: it is asked which job it is"));
    }

    private static async Task<IResult> ListAsync(
        HttpContext http,
        ProjectContext here,
        Parameters p,
        Paging paging,
        JobList list,
        CancellationToken ct
    ) => await list.PageAsync(http, "j.project_id = @owner AND j.bridge = 0", here.Id, p, paging, withProject: false, ct);

    private static async Task<IResult> OfPipelineAsync(
        HttpContext http,
        ProjectContext here,
        long pipeline,
        Parameters p,
        Paging paging,
        Db db,
        JobList list,
        CancellationToken ct
    )
    {
        const string there = "SELECT id FROM pipelines WHERE id = @pipeline AND project_id = @Id";
        if (await db.FindAsync<long>(there, new { pipeline, here.Id }, ct) == 0)
            return Answers.NotFound();
        var retried = p.Flag("include_retried") == true ? "" : " AND j.retried = 0";
        return await list.PageAsync(http, $"j.pipeline_id = @owner AND j.bridge = 0{retried}", pipeline, p, paging, withProject: false, ct);
    }

    private static async Task<IResult> ShowAsync(ProjectContext here, long id, JobList list, CancellationToken ct) =>
        await list.FindAsync(here.Id, id, ct) is { } job ? Answers.Ok(await list.JsonAsync(job, ct)) : Answers.NotFound();

    private static async Task<IResult> OwnAsync(Actor actor, JobList list, CancellationToken ct) =>
        actor is Actor.Job own && await list.FindAsync(own.ProjectId, own.JobId, ct) is { } job
            ? Answers.Ok(await list.JsonAsync(job, ct))
            : Answers.Unauthorized;

    private static async Task<IResult> TraceAsync(
        ProjectContext here,
        long id,
        JobList list,
        JobTraces traces,
        TraceWatchers watchers,
        CancellationToken ct
    )
    {
        if (await list.FindAsync(here.Id, id, ct) is not { } job)
            return Answers.NotFound();
        // Such a log may show what is masked everywhere else: it is for those who could have put it there.
        if (job.DebugTrace == 1 && here.Role < Role.Developer)
            return Answers.Forbidden("You must have developer access to the project when debug trace is enabled");
        if (!Statuses.IsCompleted(Statuses.Parse(job.Status)!.Value))
            watchers.Watch(job.Id);
        return new BlobAnswer(
            "text/plain; charset=utf-8",
            null,
            traces.Size(job),
            (part, token) => traces.OpenAsync(job, part is var (start, length) ? new BlobRange(start, length) : null, token)
        );
    }
}
