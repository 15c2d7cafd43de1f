using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Slipway.Engine;
using Slipway.Server.Data;
using Slipway.Server.Http;
using Slipway.Server.Projects;
using Slipway.Server.Work;

namespace Slipway.Server.Pipelines;

/// <summary>A project's resource groups, and in which order their jobs take turns. https://docs.gitlab.com/api/resource_groups/</summary>
internal static class ResourceGroupsApi
{
    public static void MapResourceGroups(this IEndpointRouteBuilder v4)
    {
        var groups = v4.MapGroup("/projects/{project}/resource_groups");
        groups.MapGet("", ListAsync).Allow(new Access.OnProject(Abilities.ReadResourceGroups));
        groups.MapGet("/{key}", ShowAsync).Allow(new Access.OnProject(Abilities.ReadResourceGroups));
        groups.MapPut("/{key}", ChangeAsync).Allow(new Access.OnProject(Abilities.UpdateResourceGroups));
    }

    private static async Task<IResult> ListAsync(HttpContext http, ProjectContext here, Paging paging, Db db, CancellationToken ct)
    {
        var total = await db.FindAsync<long>("SELECT COUNT(*) FROM resource_groups WHERE project_id = @Id", new { here.Id }, ct);
        var rows = await db.QueryAsync<ResourceGroupRow>(
            $"SELECT * FROM resource_groups WHERE project_id = @Id ORDER BY id{paging.Limit}",
            new { here.Id },
            ct
        );
        return http.Page(paging, total, rows.Select(Json));
    }

    private static async Task<IResult> ShowAsync(ProjectContext here, string key, Db db, CancellationToken ct) =>
        await db.FindAsync<ResourceGroupRow>(
            "SELECT * FROM resource_groups WHERE project_id = @Id AND key = @key",
            new { here.Id, key },
            ct
        )
            is { } row
            ? Answers.Ok(Json(row))
            : Answers.NotFound("Resource Group");

    private static async Task<IResult> ChangeAsync(
        ProjectContext here,
        string key,
        Parameters p,
        Db db,
        WorkLoop work,
        TimeProvider time,
        CancellationToken ct
    )
    {
        if (p.Text("process_mode") is not { } mode)
            return Answers.BadParameter("process_mode is missing");
        if (ResourceGroupStore.Parse(mode) is null)
            return Answers.BadParameter("process_mode does not have a valid value");
        var now = time.Milliseconds();
        var changed = await db.WriteAsync(
            async (session, t) =>
            {
                var row = await session.FindAsync<ResourceGroupRow>(
                    "UPDATE resource_groups SET process_mode = @mode, updated_at = @now WHERE project_id = @Id AND key = @key RETURNING *",
                    new
                    {
                        here.Id,
                        key,
                        mode,
                        now,
                    },
                    t
                );
                // Another may be the next now.
                if (row is not null)
                    await work.AddAsync(session, PipelineWork.GrantResource, new PipelineWork.Resource(here.Id, key), t);
                return row;
            },
            ct
        );
        return changed is null ? Answers.NotFound("Resource Group") : Answers.Ok(Json(changed));
    }

    private static object Json(ResourceGroupRow row) =>
        new
        {
            id = row.Id,
            key = row.Key,
            process_mode = row.ProcessMode,
            created_at = row.CreatedAt.Instant(),
            updated_at = row.UpdatedAt.Instant(),
        };
}
