using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Slipway.Server.Accounts;
using Slipway.Server.Data;
using Slipway.Server.Http;
using Slipway.Server.Projects;

namespace Slipway.Server.Triggers;

/// <summary>Trigger tokens of a project. https://docs.gitlab.com/api/pipeline_triggers/</summary>
internal static class TriggersApi
{
    private const int LongestDescription = 255;

    public static void MapTriggers(this IEndpointRouteBuilder v4)
    {
        var manage = new Access.OnProject(Abilities.ManageTriggers);
        var triggers = v4.MapGroup("/projects/{project}/triggers");
        triggers.MapGet("", ListAsync).Allow(manage);
        triggers.MapPost("", CreateAsync).Allow(manage);
        triggers.MapGet("/{id:long}", ShowAsync).Allow(manage);
        triggers.MapPut("/{id:long}", ChangeAsync).Allow(manage);
        triggers.MapDelete("/{id:long}", RemoveAsync).Allow(manage);
    }

    private static async Task<IResult> ListAsync(
        HttpContext http,
        Actor actor,
        ProjectContext here,
        Paging paging,
        TriggerStore store,
        Db db,
        ServerUrl url,
        CancellationToken ct
    )
    {
        var (total, rows) = await store.PageAsync(here.Id, paging, ct);
        var shown = new List<object>();
        foreach (var row in rows)
            shown.Add(await JsonAsync(row, actor, store, db, url, ct));
        return http.Page(paging, total, shown);
    }

    private static async Task<IResult> ShowAsync(
        Actor actor,
        ProjectContext here,
        long id,
        TriggerStore store,
        Db db,
        ServerUrl url,
        CancellationToken ct
    ) => await store.FindAsync(here.Id, id, ct) is { } row ? Answers.Ok(await JsonAsync(row, actor, store, db, url, ct)) : NotFound;

    private static async Task<IResult> CreateAsync(
        Actor actor,
        ProjectContext here,
        Parameters p,
        TriggerStore store,
        Db db,
        ServerUrl url,
        TimeProvider time,
        CancellationToken ct
    )
    {
        if (p.Text("description") is not { } description)
            return Answers.BadParameter("description is missing");
        if (description.Length > LongestDescription)
            return Answers.Invalid("description", $"is too long (maximum is {LongestDescription} characters)");
        var (expires, problem) = Expiry(p, time);
        if (problem is not null)
            return problem;
        var row = await store.CreateAsync(here, actor.Responsible!, description, expires, ct);
        return Answers.Created(await JsonAsync(row, actor, store, db, url, ct));
    }

    private static async Task<IResult> ChangeAsync(
        Actor actor,
        ProjectContext here,
        long id,
        Parameters p,
        TriggerStore store,
        Db db,
        ServerUrl url,
        CancellationToken ct
    )
    {
        if (await store.FindAsync(here.Id, id, ct) is not { } row)
            return NotFound;
        // It works in its owner's name: what it is for is the owner's to say.
        if (row.OwnerId != actor.Responsible!.Id)
            return Answers.Forbidden();
        var description = p.Text("description") ?? row.Description;
        if (description.Length > LongestDescription)
            return Answers.Invalid("description", $"is too long (maximum is {LongestDescription} characters)");
        return await store.DescribeAsync(row, description, ct) is { } changed
            ? Answers.Ok(await JsonAsync(changed, actor, store, db, url, ct))
            : NotFound;
    }

    private static async Task<IResult> RemoveAsync(Actor actor, ProjectContext here, long id, TriggerStore store, CancellationToken ct)
    {
        if (await store.FindAsync(here.Id, id, ct) is not { } row)
            return NotFound;
        await store.RemoveAsync(here, actor.Responsible!, row, ct);
        return Answers.NoContent;
    }

    private static async Task<object> JsonAsync(
        PipelineTriggerRow row,
        Actor actor,
        TriggerStore store,
        Db db,
        ServerUrl url,
        CancellationToken ct
    )
    {
        var owner = await db.FindAsync<UserRow>($"SELECT {UserRow.Columns} FROM users WHERE id = @OwnerId", new { row.OwnerId }, ct);
        var token = store.TokenOf(row);
        return new
        {
            id = row.Id,
            token = row.OwnerId == actor.Responsible?.Id ? token : TriggerStore.ShortOf(token),
            description = row.Description,
            created_at = row.CreatedAt.Instant(),
            updated_at = row.UpdatedAt.Instant(),
            last_used = row.LastUsedAt.Instant(),
            expires_at = row.ExpiresAt.Instant(),
            owner = owner is null ? null : UserJson.Basic(owner, url),
        };
    }

    private static (long? At, IResult? Problem) Expiry(Parameters p, TimeProvider time)
    {
        if (p.Text("expires_at") is not { Length: > 0 } text)
            return (null, null);
        if (!DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at))
            return (null, Answers.BadParameter("expires_at is invalid"));
        return at <= time.GetUtcNow()
            ? (null, Answers.Invalid("expires_at", "must be in the future"))
            : (at.ToUnixTimeMilliseconds(), null);
    }

    private static IResult NotFound => Answers.NotFound("Trigger");
}
