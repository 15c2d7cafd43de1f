using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Slipway.Server.Accounts;
using Slipway.Server.Data;
using Slipway.Server.Http;
using Slipway.Server.Projects;

namespace Slipway.Server.Events;

/// <summary>What went on in a project, and what a user did. https://docs.gitlab.com/api/events/</summary>
internal static class EventsApi
{
    public static void MapEvents(this IEndpointRouteBuilder v4)
    {
        v4.MapGet("/projects/{project}/events", OfProjectAsync).Allow(new Access.OnProject(Abilities.ReadProject));
        v4.MapGet("/events", OwnAsync).Allow(new Access.SignedIn(Scopes.ReadUser));
        v4.MapGet("/users/{id:long}/events", OfUserAsync).Allow(new Access.SignedIn(Scopes.ReadUser));
    }

    private static Task<IResult> OfProjectAsync(
        HttpContext http,
        ProjectContext here,
        Parameters p,
        Paging paging,
        Db db,
        ServerUrl url,
        CancellationToken ct
    ) => PageAsync(http, "e.project_id = @owner", here.Id, p, paging, db, url, ct);

    private static Task<IResult> OwnAsync(
        HttpContext http,
        Actor actor,
        Parameters p,
        Paging paging,
        Db db,
        ServerUrl url,
        CancellationToken ct
    ) => PageAsync(http, "e.author_id = @owner", actor.Responsible!.Id, p, paging, db, url, ct);

    /// <summary>Of others only what they did where everybody may look.</summary>
    private static Task<IResult> OfUserAsync(
        HttpContext http,
        Actor actor,
        long id,
        Parameters p,
        Paging paging,
        Db db,
        ServerUrl url,
        CancellationToken ct
    )
    {
        var me = actor.Responsible!;
        var open = me.Id == id || me.IsAdmin ? "" : " AND p.visibility IN ('public', 'internal')";
        return PageAsync(http, "e.author_id = @owner" + open, id, p, paging, db, url, ct);
    }

    /// <param name="where">Of <c>events e</c> and <c>projects p</c>; knows <c>@owner</c>.</param>
    private static async Task<IResult> PageAsync(
        HttpContext http,
        string where,
        long owner,
        Parameters p,
        Paging paging,
        Db db,
        ServerUrl url,
        CancellationToken ct
    )
    {
        var (before, after) = (p.Text("before"), p.Text("after"));
        if ((before is not null && Day(before) is null) || (after is not null && Day(after) is null))
            return Answers.BadParameter($"{(before is not null && Day(before) is null ? "before" : "after")} is invalid");
        var from =
            $"FROM events e JOIN projects p ON p.id = e.project_id WHERE p.deleted_at IS NULL AND {where}"
            + (p.Text("action") is null ? "" : " AND e.action = @action")
            // Nothing here is about issues, merge requests and the like.
            + (p.Text("target_type") is null ? "" : " AND 1 = 0")
            + (before is null ? "" : " AND e.created_at < @before")
            + (after is null ? "" : " AND e.created_at >= @after");
        var arguments = new
        {
            owner,
            action = p.Text("action"),
            before = Day(before),
            after = Day(after) + (long)TimeSpan.FromDays(1).TotalMilliseconds,
        };
        var total = await db.FindAsync<long>($"SELECT COUNT(*) {from}", arguments, ct);
        var order = p.Text("sort") == "asc" ? "ASC" : "DESC";
        var rows = await db.QueryAsync<EventRow>($"SELECT e.* {from} ORDER BY e.id {order}{paging.Limit}", arguments, ct);
        var users = await db.QueryAsync<UserRow>(
            $"SELECT {UserRow.Columns} FROM users WHERE id IN @ids",
            new { ids = new In<long>([.. rows.Select(row => row.AuthorId).Distinct()]) },
            ct
        );
        return http.Page(paging, total, rows.Select(row => Json(row, users.FirstOrDefault(user => user.Id == row.AuthorId), url)));
    }

    private static long? Day(string? text) =>
        DateTimeOffset.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var day)
            ? day.ToUnixTimeMilliseconds()
            : null;

    private static JsonObject Json(EventRow row, UserRow? author, ServerUrl url)
    {
        var push = row.Push is { } text ? JsonSerializer.Deserialize(text, PushDataJson.Default.PushData) : null;
        var shown = JsonParts.Join(
            new
            {
                id = row.Id,
                project_id = row.ProjectId,
                action_name = ActionOf(row, push),
                target_id = (long?)null,
                target_iid = (long?)null,
                target_type = (string?)null,
                author_id = row.AuthorId,
                target_title = (string?)null,
                created_at = row.CreatedAt.Instant(),
                author = author is null ? null : UserJson.Basic(author, url),
                author_username = author?.Username,
                imported = false,
                imported_from = "none",
            }
        );
        if (push is not null)
            shown["push_data"] = JsonParts.Join(push);
        return shown;
    }

    private static string ActionOf(EventRow row, PushData? push) =>
        push?.Action switch
        {
            null => row.Action,
            "created" => "pushed new",
            "removed" => "deleted",
            _ => "pushed to",
        };
}
