using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Slipway.Engine;
using Slipway.Server.Data;
using Slipway.Server.Git;
using Slipway.Server.Http;
using Slipway.Server.Jobs.Traces;
using Slipway.Server.Pipelines;
using Slipway.Server.Projects;
using Slipway.Server.Work;

namespace Slipway.Server.Jobs;

/// <summary>Takes a pipeline out of the world with its jobs, their logs and what they left; pipelines that it started stay. https://docs.gitlab.com/api/pipelines/#delete-a-pipeline</summary>
internal sealed class PipelineRemoval(Db db, PipelineStore store, Repositories repositories, WorkLoop work, TimeProvider time)
{
    private const string Jobs = "(SELECT id FROM jobs WHERE pipeline_id = @id)";

    /// <summary>The ref that kept its commit is to go.</summary>
    public static readonly WorkKind<Removed> Work = new(
        "pipeline_removed",
        RemovedPipelineJson.Default.Removed,
        pipeline => $"{pipeline.PipelineId}"
    );

    /// <summary>What goes, in order. A test holds this to the schema.</summary>
    internal static readonly IReadOnlyList<(string Table, string Statement)> Rows =
    [
        ("job_variables", $"DELETE FROM job_variables WHERE job_id IN {Jobs}"),
        ("artifacts", $"DELETE FROM artifacts WHERE job_id IN {Jobs}"),
        ("test_reports", $"DELETE FROM test_reports WHERE job_id IN {Jobs}"),
        // What was deployed is still deployed.
        ("deployments", $"UPDATE deployments SET job_id = NULL WHERE job_id IN {Jobs}"),
        ("pipelines", $"UPDATE pipelines SET bridge_id = NULL WHERE bridge_id IN {Jobs}"),
        ("jobs", "DELETE FROM jobs WHERE pipeline_id = @id"),
        ("compiled_pipelines", "DELETE FROM compiled_pipelines WHERE pipeline_id = @id"),
        ("commit_statuses", "DELETE FROM commit_statuses WHERE pipeline_id = @id"),
        ("pipelines", "DELETE FROM pipelines WHERE id = @id"),
    ];

    /// <returns>False when there is none of that number.</returns>
    public Task<bool> RunAsync(long project, long id, CancellationToken ct) =>
        db.WriteAsync(
            async (session, token) =>
            {
                const string find = "SELECT id FROM pipelines WHERE id = @id AND project_id = @project AND ready = 1";
                if (await session.FindAsync<long>(find, new { id, project }, token) == 0)
                    return false;
                // Whoever waits for one of its jobs, a resource or a trigger job, hears that it has ended.
                await store.ApplyAsync(session, id, new PipelineEvent.PipelineCanceled(time.GetUtcNow()), token);
                foreach (var job in await session.QueryAsync<long>("SELECT id FROM jobs WHERE pipeline_id = @id", new { id }, token))
                    await work.AddAsync(session, TraceArchive.Kind, new TraceArchive.Finished(job), token);
                foreach (var (_, statement) in Rows)
                    await session.ExecuteAsync(statement, new { id }, token);
                await work.AddAsync(session, Work, new Removed(project, id), token);
                return true;
            },
            ct
        );

    public Task OnRemovedAsync(Removed pipeline, CancellationToken ct) =>
        repositories.Of(pipeline.ProjectId) is { Exists: true } repository
            ? repository.DeleteRefAsync($"{RefNames.Pipelines}{pipeline.PipelineId}", ct)
            : Task.CompletedTask;

    public sealed record Removed(long ProjectId, long PipelineId);
}

[JsonSerializable(typeof(PipelineRemoval.Removed))]
internal sealed partial class RemovedPipelineJson : JsonSerializerContext;

internal static class PipelineRemovalApi
{
    public static void MapPipelineRemoval(this IEndpointRouteBuilder v4) =>
        v4.MapDelete("/projects/{project}/pipelines/{pipeline:long}", RemoveAsync).Allow(new Access.OnProject(Abilities.DestroyPipeline));

    private static async Task<IResult> RemoveAsync(ProjectContext here, long pipeline, PipelineRemoval removal, CancellationToken ct) =>
        await removal.RunAsync(here.Id, pipeline, ct) ? Answers.NoContent : Answers.NotFound();
}
