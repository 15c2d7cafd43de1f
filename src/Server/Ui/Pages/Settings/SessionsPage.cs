using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Slipway.Server.Accounts;
using Slipway.Server.Data;
using Slipway.Server.Http;
using Slipway.Server.Ui.Markup;
using Slipway.Server.Ui.Parts;

namespace Slipway.Server.Ui.Pages.Settings;

/// <summary>Where somebody is signed in: each browser can be signed out from here, and all others at once. https://docs.gitlab.com/user/profile/active_sessions/</summary>
internal static class SessionsPage
{
    private static readonly Access SignedIn = new Access.SignedIn();

    /// <summary>Its address.</summary>
    public static readonly Address Here = Address.To("-", "user_settings", "active_sessions");

    public static void MapSessions(this IEndpointRouteBuilder app)
    {
        app.MapPage(Here.Text, ShowAsync, SignedIn);
        app.MapForm(Here.Text + "/{id:long}/revoke", RevokeAsync, SignedIn);
        app.MapForm(Here.Text + "/revoke_others", RevokeOthersAsync, SignedIn);
    }

    private static async Task<IResult> ShowAsync(
        HttpContext http,
        PageView view,
        Db db,
        TimeProvider time,
        ServerUrl url,
        CancellationToken ct
    )
    {
        var rows = await ActiveSessions.OfAsync(db, http, view.User!, time, url.IsSecure, ct);
        var others = rows.Any(row => row.Current == 0)
            ? Forms.Careful(view, Here.Below("revoke_others"), "Sign out all others", "Every browser but this one has to sign in again.")
            : Html.Nothing;
        return Layout.Answer(
            new PageFrame(view, "Active sessions") { Crumbs = [new Crumb("Active sessions", Here)] },
            Html.Of(
                $"""
                <div class="head"><h1>Active sessions</h1>{others}</div>
                <p class="muted">Every browser in which you are signed in. Sign out those that you do not know, and <a href="{PasswordPage.Here}">change your password</a>.</p>
                <ul class="rows">{rows.Select(row => Row(view, row))}</ul>
                """
            )
        );
    }

    private static async Task<IResult> RevokeAsync(
        HttpContext http,
        Actor actor,
        long id,
        ShownOnce once,
        Db db,
        TimeProvider time,
        CancellationToken ct
    )
    {
        // A session is asked for: whoever has found a token signs nobody out with it.
        if (actor is not Actor.Person { BySession: true, User: { } user })
            return Refusals.NotOurs(http);
        if (!await ActiveSessions.EndAsync(db, user, id, time, ct))
            return Refusals.NotFound(http);
        once.Put(http, ShownOnce.Note, "That browser is signed out.");
        return new SeeOther(Here);
    }

    private static async Task<IResult> RevokeOthersAsync(
        HttpContext http,
        Actor actor,
        ShownOnce once,
        Db db,
        TimeProvider time,
        ServerUrl url,
        CancellationToken ct
    )
    {
        if (actor is not Actor.Person { BySession: true, User: { } user })
            return Refusals.NotOurs(http);
        var count = await ActiveSessions.EndOthersAsync(db, http, user, time, url.IsSecure, ct);
        once.Put(http, ShownOnce.Note, count == 1 ? "One other browser is signed out." : $"{count} other browsers are signed out.");
        return new SeeOther(Here);
    }

    private static Html Row(PageView view, SessionRow row)
    {
        var device = Devices.Words(row.UserAgent);
        var act =
            row.Current == 1
                ? Html.Of($"<span class=\"badge\">this browser</span>")
                : Forms.Button(view, Here.Below($"{row.Id}").Below("revoke"), "Revoke", "danger small", $"Sign out {device}");
        return Html.Of(
            $"""
            <li><div class="main"><strong title="{row.UserAgent}"><bdi>{device}</bdi></strong><div class="side">{row.Address} · seen {Times.Ago(
                row.LastSeenAt,
                view.Now
            )} · signed in {Times.Ago(row.CreatedAt, view.Now)}</div></div>
            {act}</li>
            """
        );
    }
}
