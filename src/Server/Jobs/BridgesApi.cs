using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Slipway.Server.Accounts;
using Slipway.Server.Data;
using Slipway.Server.Http;
using Slipway.Server.Pipelines;
using Slipway.Server.Projects;

namespace Slipway.Server.Jobs;

/// <summary>A pipeline's trigger jobs, each with the pipeline that it started. https://docs.gitlab.com/api/jobs/#list-pipeline-trigger-jobs</summary>
internal static class BridgesApi
{
    public static void MapBridges(this IEndpointRouteBuilder v4) =>
        v4.MapGet("/projects/{project}/pipelines/{pipeline:long}/bridges", ListAsync).Allow(new Access.OnProject(Abilities.ReadPipeline));

    private static async Task<IResult> ListAsync(
        HttpContext http,
        ProjectContext here,
        long pipeline,
        Parameters p,
        Paging paging,
        Db db,
        JobList list,
        ServerUrl url,
        TimeProvider time,
        CancellationToken ct
    )
    {
        const string there = "SELECT id FROM pipelines WHERE id = @pipeline AND project_id = @Id";
        if (await db.FindAsync<long>(there, new { pipeline, here.Id }, ct) == 0)
            return Answers.NotFound();
        var retried = p.Flag("include_retried") == true ? "" : " AND j.retried = 0";
        var where = $"j.pipeline_id = @owner AND j.bridge = 1{retried}";
        return await list.PageAsync(http, where, pipeline, p, paging, withProject: false, ct, WithDownstreamAsync);

        async Task<object> WithDownstreamAsync(JobRow bridge, object json)
        {
            var node = JsonSerializer.SerializeToNode(json, Answers.Json)!.AsObject();
            node["downstream_pipeline"] = await DownstreamAsync(db, http.Actor(), bridge, url, time.Milliseconds(), ct);
            return node;
        }
    }

    /// <returns>Nothing when there is none, or it is not for the caller's eyes.</returns>
    private static async Task<JsonNode?> DownstreamAsync(Db db, Actor actor, JobRow bridge, ServerUrl url, long now, CancellationToken ct)
    {
        const string latest = "SELECT * FROM pipelines WHERE bridge_id = @Id AND ready = 1 ORDER BY id DESC LIMIT 1";
        if (await db.FindAsync<PipelineRow>(latest, bridge, ct) is not { } pipeline)
            return null;
        var project = await db.FindAsync<ProjectRow>(
            $"SELECT {ProjectRow.Columns} FROM projects WHERE id = @ProjectId AND deleted_at IS NULL",
            pipeline,
            ct
        );
        var verdict = await ProjectAccess.CheckAsync(db, actor, project, Abilities.ReadPipeline, Scopes.Api, reads: true, now, ct);
        return verdict is Verdict.Allowed
            ? JsonSerializer.SerializeToNode(PipelineJson.Short(pipeline, project!, url), Answers.Json)
            : null;
    }
}
