using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Slipway.Server.Accounts;
using Slipway.Server.Data;
using Slipway.Server.Http;
using Slipway.Server.Projects;

namespace Slipway.Server.Webhooks;

/// <summary>https://docs.gitlab.com/api/project_webhooks/</summary>
internal static class WebhooksApi
{
    private static readonly Access Admin = new Access.OnProject(Abilities.AdminHooks);

    public static void MapWebhooks(this IEndpointRouteBuilder v4)
    {
        var hooks = v4.MapGroup("/projects/{project}/hooks");
        hooks.MapGet("", ListAsync).Allow(Admin);
        hooks.MapPost("", CreateAsync).Allow(Admin);
        hooks.MapGet("/{id:long}", ShowAsync).Allow(Admin);
        hooks.MapPut("/{id:long}", ChangeAsync).Allow(Admin);
        hooks.MapDelete("/{id:long}", RemoveAsync).Allow(Admin);
    }

    public static Task<WebhookRow?> FindAsync(Db db, ProjectContext here, long id, CancellationToken ct) =>
        db.FindAsync<WebhookRow>("SELECT * FROM webhooks WHERE id = @id AND project_id = @project", new { id, project = here.Id }, ct);

    private static async Task<IResult> ListAsync(
        HttpContext http,
        ProjectContext here,
        Paging paging,
        Db db,
        WebhookSecrets secrets,
        TimeProvider time,
        CancellationToken ct
    )
    {
        var total = await db.FindAsync<long>("SELECT COUNT(*) FROM webhooks WHERE project_id = @Id", new { here.Id }, ct);
        var rows = await db.QueryAsync<WebhookRow>(
            $"SELECT * FROM webhooks WHERE project_id = @Id ORDER BY id{paging.Limit}",
            new { here.Id },
            ct
        );
        return http.Page(paging, total, rows.Select(row => WebhookJson.Of(row, secrets, time.Milliseconds())));
    }

    private static async Task<IResult> ShowAsync(
        ProjectContext here,
        long id,
        Db db,
        WebhookSecrets secrets,
        TimeProvider time,
        CancellationToken ct
    ) => await FindAsync(db, here, id, ct) is { } row ? Answers.Ok(WebhookJson.Of(row, secrets, time.Milliseconds())) : Answers.NotFound();

    private static async Task<IResult> CreateAsync(
        Actor actor,
        ProjectContext here,
        Parameters p,
        Db db,
        WebhookSecrets secrets,
        HeardEvents heard,
        TimeProvider time,
        CancellationToken ct
    )
    {
        var (wanted, refusal) = WebhookSettings.Read(p, null, secrets);
        if (wanted is null)
            return refusal!;
        var made = await db.WriteAsync(
            async (session, t) =>
            {
                const string count = "SELECT COUNT(*) FROM webhooks WHERE project_id = @Id";
                if (await session.FindAsync<long>(count, new { here.Id }, t) >= WebhookStore.MostOfProject)
                    return null;
                var now = time.Milliseconds();
                await Audit.WriteAsync(session, actor.Name, "webhook_created", $"project {here.Project.FullPath}", null, now, t);
                return await session.FindAsync<WebhookRow>(
                    """
                    INSERT INTO webhooks (project_id, uuid, url, name, description, token, signing_token, events, branch_filter, branch_filter_strategy, failures, created_at)
                    VALUES (@project, @uuid, @Url, @Name, @Description, @Token, @SigningToken, @Events, @BranchFilter, @BranchFilterStrategy, 0, @now) RETURNING *
                    """,
                    new
                    {
                        project = here.Id,
                        uuid = Guid.NewGuid().ToString(),
                        wanted.Url,
                        wanted.Name,
                        wanted.Description,
                        wanted.Token,
                        wanted.SigningToken,
                        wanted.Events,
                        wanted.BranchFilter,
                        wanted.BranchFilterStrategy,
                        now,
                    },
                    t
                );
            },
            ct
        );
        heard.Forget(here.Id);
        return made is null
            ? Answers.Message(
                StatusCodes.Status422UnprocessableEntity,
                $"Maximum number of project hooks ({WebhookStore.MostOfProject}) exceeded"
            )
            : Answers.Created(WebhookJson.Of(made, secrets, time.Milliseconds()));
    }

    /// <summary>Whoever changes where it leads starts it anew: what failed there failed elsewhere.</summary>
    private static async Task<IResult> ChangeAsync(
        ProjectContext here,
        long id,
        Parameters p,
        Db db,
        WebhookSecrets secrets,
        HeardEvents heard,
        TimeProvider time,
        CancellationToken ct
    )
    {
        if (await FindAsync(db, here, id, ct) is not { } row)
            return Answers.NotFound();
        var (wanted, refusal) = WebhookSettings.Read(p, row, secrets);
        if (wanted is null)
            return refusal!;
        var changed = await db.WriteAsync(
            (session, t) =>
                session.FindAsync<WebhookRow>(
                    """
                    UPDATE webhooks SET url = @Url, name = @Name, description = @Description, token = @Token, signing_token = @SigningToken, events = @Events,
                      branch_filter = @BranchFilter, branch_filter_strategy = @BranchFilterStrategy, failures = 0, disabled_until = NULL
                    WHERE id = @id RETURNING *
                    """,
                    new
                    {
                        id,
                        wanted.Url,
                        wanted.Name,
                        wanted.Description,
                        wanted.Token,
                        wanted.SigningToken,
                        wanted.Events,
                        wanted.BranchFilter,
                        wanted.BranchFilterStrategy,
                    },
                    t
                ),
            ct
        );
        heard.Forget(here.Id);
        return changed is null ? Answers.NotFound() : Answers.Ok(WebhookJson.Of(changed, secrets, time.Milliseconds()));
    }

    private static async Task<IResult> RemoveAsync(ProjectContext here, long id, Db db, HeardEvents heard, CancellationToken ct)
    {
        var removed = await db.WriteAsync(
            async (session, t) =>
            {
                var args = new { id, project = here.Id };
                await session.ExecuteAsync("DELETE FROM webhook_events WHERE webhook_id = @id AND project_id = @project", args, t);
                return await session.ExecuteAsync("DELETE FROM webhooks WHERE id = @id AND project_id = @project", args, t);
            },
            ct
        );
        heard.Forget(here.Id);
        return removed == 1 ? Answers.NoContent : Answers.NotFound();
    }
}
