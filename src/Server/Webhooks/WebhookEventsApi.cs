using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Slipway.Server.Accounts;
using Slipway.Server.Data;
using Slipway.Server.Git;
using Slipway.Server.Http;
using Slipway.Server.Projects;

namespace Slipway.Server.Webhooks;

/// <summary>What webhooks were told in the last days, and telling them now. https://docs.gitlab.com/api/project_webhooks/#list-all-events-for-a-project-webhook</summary>
internal static class WebhookEventsApi
{
    public static void MapWebhookEvents(this IEndpointRouteBuilder v4)
    {
        var admin = new Access.OnProject(Abilities.AdminHooks);
        var hook = v4.MapGroup("/projects/{project}/hooks/{id:long}");
        hook.MapGet("/events", ListAsync).Allow(admin);
        hook.MapPost("/events/{number:long}/resend", ResendAsync).Allow(admin);
        hook.MapPost("/test/{trigger}", TestAsync).Allow(admin);
    }

    private static async Task<IResult> ListAsync(
        HttpContext http,
        ProjectContext here,
        long id,
        Parameters p,
        Paging paging,
        Db db,
        WebhookSecrets secrets,
        WebhookSending sending,
        CancellationToken ct
    )
    {
        if (await WebhooksApi.FindAsync(db, here, id, ct) is not { } hook)
            return Answers.NotFound();
        var filter = p.Text("status") switch
        {
            null => "",
            "successful" => " AND response_status BETWEEN 200 AND 299",
            "client_failure" => " AND response_status BETWEEN 400 AND 499",
            "server_failure" => " AND (response_status >= 500 OR error IS NOT NULL)",
            var code => long.TryParse(code, out var number) ? $" AND response_status = {number}" : null,
        };
        if (filter is null)
            return Answers.BadParameter("status does not have a valid value");
        // Those that nobody has tried to send are no log yet.
        var from = $"FROM webhook_events WHERE webhook_id = @id AND attempts > 0{filter}";
        var total = await db.FindAsync<long>($"SELECT COUNT(*) {from}", new { id }, ct);
        var rows = await db.QueryAsync<WebhookEventRow>($"SELECT * {from} ORDER BY id DESC{paging.Limit}", new { id }, ct);
        return http.Page(paging, total, rows.Select(row => Json(row, hook, secrets, sending)));
    }

    private static object Json(WebhookEventRow row, WebhookRow hook, WebhookSecrets secrets, WebhookSending sending)
    {
        var headers = sending.Headers(hook, row);
        if (hook.Token is not null)
            headers["X-Gitlab-Token"] = "[REDACTED]";
        return new
        {
            id = row.Id,
            url = secrets.UrlOf(hook),
            trigger = row.TriggerName,
            request_headers = headers,
            request_data = JsonSerializer.Deserialize<JsonElement>(row.Request),
            response_headers = JsonSerializer.Deserialize<JsonElement>(row.ResponseHeaders ?? "{}"),
            response_body = row.ResponseBody ?? "",
            response_status = row.Error is null ? $"{row.ResponseStatus}" : "internal error",
            internal_error_message = row.Error,
            execution_duration = (row.Duration ?? 0) / 1000.0,
            attempts = row.Attempts,
            created_at = row.CreatedAt.Instant(),
        };
    }

    private static async Task<IResult> ResendAsync(
        ProjectContext here,
        long id,
        long number,
        Db db,
        WebhookSending sending,
        CancellationToken ct
    )
    {
        if (await WebhooksApi.FindAsync(db, here, id, ct) is not { } hook)
            return Answers.NotFound();
        const string one = "SELECT * FROM webhook_events WHERE id = @number AND webhook_id = @id";
        return await db.FindAsync<WebhookEventRow>(one, new { number, id }, ct) is { } row
            ? Answer(await sending.SendAsync(hook, row, ct))
            : Answers.NotFound();
    }

    /// <summary>Tells it of the latest there is of a kind, as if it had just happened.</summary>
    private static async Task<IResult> TestAsync(
        Actor actor,
        ProjectContext here,
        long id,
        string trigger,
        Db db,
        HookBodies bodies,
        Repositories repositories,
        WebhookStore hooks,
        WebhookSending sending,
        CancellationToken ct
    )
    {
        if (await WebhooksApi.FindAsync(db, here, id, ct) is not { } hook)
            return Answers.NotFound();
        if (!HookTrigger.All.Contains(trigger))
            return Answers.BadParameter("trigger does not have a valid value");
        var body = trigger is HookTrigger.Push or HookTrigger.TagPush
            ? await PushAsync(here, actor, repositories.Of(here.Id), bodies, ct)
            : await LatestAsync(here, trigger, db, bodies, ct);
        if (body is null)
            return Answers.Message(StatusCodes.Status422UnprocessableEntity, "Ensure the project has what this event tells of.");
        var text = JsonSerializer.Serialize(body, Answers.Json);
        var row = await db.WriteAsync((session, t) => hooks.AddAsync(session, hook, trigger, Guid.NewGuid().ToString(), text, null, t), ct);
        return Answer(await sending.SendAsync(hook, row!, ct));
    }

    private static IResult Answer(int? status) =>
        status is { } code
            ? Answers.Created(new { message = "201 Created", response_status = code })
            : Answers.Message(StatusCodes.Status422UnprocessableEntity, "The webhook's receiver did not answer.");

    private static async Task<object?> PushAsync(
        ProjectContext here,
        Actor actor,
        Repository repository,
        HookBodies bodies,
        CancellationToken ct
    )
    {
        var name = RefNames.Heads + here.Project.DefaultBranch;
        if (!repository.Exists || here.Project.DefaultBranch is null || await repository.RefAsync(name, ct) is not { } head)
            return null;
        return await bodies.OfPushAsync(here.Id, actor.Responsible!.Id, new RefUpdate(name, head.Commit!, head.Commit!), ct);
    }

    private static async Task<object?> LatestAsync(ProjectContext here, string trigger, Db db, HookBodies bodies, CancellationToken ct)
    {
        var latest = trigger switch
        {
            HookTrigger.Pipeline =>
                "SELECT id AS pipeline_id, NULL AS number, status FROM pipelines WHERE project_id = @Id AND ready = 1 ORDER BY id DESC LIMIT 1",
            HookTrigger.Job =>
                "SELECT pipeline_id, number, status FROM jobs WHERE project_id = @Id AND bridge = 0 ORDER BY id DESC LIMIT 1",
            _ => """
                SELECT j.pipeline_id, j.number, d.status FROM deployments d JOIN jobs j ON j.id = d.job_id WHERE d.project_id = @Id ORDER BY d.id DESC LIMIT 1
                """,
        };
        if (await db.FindAsync<Latest>(latest, new { here.Id }, ct) is not { } found)
            return null;
        var happened = new WebhookWork.Happened(trigger, found.PipelineId, (int?)found.Number, found.Status, 0);
        return (await bodies.OfAsync(happened, ct))?.Body;
    }

    private sealed record Latest
    {
        public long PipelineId { get; init; }
        public long? Number { get; init; }
        public required string Status { get; init; }
    }
}
