using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Slipway.Server.Accounts;
using Slipway.Server.Data;
using Slipway.Server.Http;
using Slipway.Server.Ui.Markup;
using Slipway.Server.Ui.Parts;

namespace Slipway.Server.Ui.Pages.Settings;

/// <summary>Somebody's own access tokens: a new one is shown once, and each can be revoked. https://docs.gitlab.com/user/profile/personal_access_tokens/</summary>
internal static class TokensPage
{
    private const string What = "token";
    private const string Listed = "revoked_at IS NULL AND (expires_at IS NULL OR expires_at > @now)";
    private static readonly Access SignedIn = new Access.SignedIn();
    private static readonly Address Here = Address.To("-", "user_settings", "personal_access_tokens");

    private static readonly (string Word, string Hint)[] Choices =
    [
        ("api", "everything that you may do"),
        ("read_api", "read everything that you may read"),
        ("read_repository", "clone and fetch"),
        ("write_repository", "clone, fetch and push"),
        ("create_runner", "create runners"),
        ("manage_runner", "create, change and delete runners"),
        ("read_user", "read your own name"),
        ("self_rotate", "renew itself"),
    ];

    public static void MapTokens(this IEndpointRouteBuilder app)
    {
        app.MapPage(Here.Text, ShowAsync, SignedIn);
        app.MapForm(Here.Text, CreateAsync, SignedIn);
        app.MapForm(Here.Text + "/{id:long}/revoke", RevokeAsync, SignedIn);
    }

    private static async Task<IResult> ShowAsync(HttpContext http, PageView view, ShownOnce once, Db db, CancellationToken ct) =>
        await PageAsync(view, once.Take(http, What), null, db, 200, ct);

    private static async Task<IResult> CreateAsync(
        HttpContext http,
        PageView view,
        Actor actor,
        ShownOnce once,
        Db db,
        TimeProvider time,
        CancellationToken ct
    )
    {
        // A session is asked for: a token may make weaker ones only, and those over the API.
        if (actor is not Actor.Person { BySession: true, User: { } user })
            return Refusals.NotOurs(http);
        var form = await http.Request.ReadFormAsync(ct);
        var (wanted, error) = TokenStore.Check(
            user.Id,
            form["name"].ToString().Trim(),
            [.. form["scopes"].OfType<string>()],
            form["expires_at"],
            ScopeWords.OfEverybody,
            time
        );
        if (wanted is null)
            return await PageAsync(view, null, error!.Field == "scopes" ? "Choose what it is good for." : $"{error}.", db, 422, ct);
        var now = time.Milliseconds();
        var secret = await db.WriteAsync(
            async (session, token) =>
            {
                var (row, made) = await TokenStore.CreateAsync(session, wanted, now, token);
                var details = new { row.Name, row.Scopes };
                await Audit.WriteAsync(session, actor.Name, "access_token_created", $"user {user.Username}", details, now, token);
                return made;
            },
            ct
        );
        once.Put(http, What, secret);
        return new SeeOther(Here);
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
        var row = await db.FindAsync<AccessTokenRow>(
            $"SELECT {AccessTokenRow.Columns} FROM access_tokens WHERE id = @id AND user_id = @user",
            new { id, user = actor.Responsible!.Id },
            ct
        );
        if (row is null)
            return Refusals.NotFound(http);
        var now = time.Milliseconds();
        await db.WriteAsync(
            async (session, token) =>
            {
                if (await TokenStore.RevokeAsync(session, id, now, token))
                    await Audit.WriteAsync(session, actor.Name, "access_token_revoked", $"token {row.Name}", new { id }, now, token);
                return true;
            },
            ct
        );
        once.Put(http, ShownOnce.Note, $"Token {row.Name} is worthless from now on.");
        return new SeeOther(Here);
    }

    private static async Task<PageAnswer> PageAsync(PageView view, string? made, string? problem, Db db, int status, CancellationToken ct)
    {
        var rows = await db.QueryAsync<AccessTokenRow>(
            $"SELECT {AccessTokenRow.Columns} FROM access_tokens WHERE user_id = @user AND {Listed} ORDER BY id DESC LIMIT 500",
            new { user = view.User!.Id, now = view.Now.ToUnixTimeMilliseconds() },
            ct
        );
        var list =
            rows.Count == 0
                ? Lists.Empty(
                    "No access tokens",
                    Html.Of($"<p>A token stands for your password in scripts and programs, for as much as you let it.</p>")
                )
                : Html.Of($"<ul class=\"rows\">{rows.Select(row => Row(view, row))}</ul>");
        var last = view.Now.UtcDateTime.AddDays(30).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        return Layout.Answer(
            new PageFrame(view, "Access tokens") { Crumbs = [new Crumb("Access tokens", Here)] },
            Html.Of(
                $"""
                <h1>Access tokens</h1>
                {Made(made)}
                {Forms.Problem(problem)}
                <div class="two even"><section><h2>Yours</h2>{list}</section>
                <form method="post" action="{Here}" class="fields"><h2>New token</h2>
                {Forms.Token(view)}
                {Forms.Text("Name", "name", "", "what it is for", Forms.Required)}
                {Forms.Field("Good until", "at most a year", "expires_at", Html.Of($"<input type=\"date\" name=\"expires_at\" value=\"{last}\"{Forms.Described("expires_at", "at most a year")}>"))}
                <fieldset><legend>Good for</legend>{Choices.Select(one =>
                    Forms.Check(one.Word, "scopes", false, one.Hint, one.Word)
                )}</fieldset>
                <div class="acts"><button class="primary">Create token</button></div>
                </form></div>
                """
            ),
            status
        );
    }

    private static Html Made(string? token) =>
        token is null
            ? Html.Nothing
            : Html.Of(
                $"<section class=\"note good\" role=\"status\"><p><strong>Your new token.</strong> Keep it now: nobody can read it again.</p>{Commands.Of(token, "the token")}</section>"
            );

    private static Html Row(PageView view, AccessTokenRow row)
    {
        var used = row.LastUsedAt is null ? Html.Of($"never used") : Html.Of($"used {Times.Ago(row.LastUsedAt, view.Now)}");
        var until = row.ExpiresAt.Day() is { } day ? $"until {day}" : "for ever";
        return Html.Of(
            $"""
            <li><div class="main"><strong><bdi>{row.Name}</bdi></strong><div class="side">{row.Scopes.Replace(
                " ",
                ", "
            )} · {until} · {used}</div></div>
            {Forms.Button(
                view,
                Address.To("-", "user_settings", "personal_access_tokens", $"{row.Id}", "revoke"),
                "Revoke",
                "danger small",
                $"Revoke {row.Name}"
            )}</li>
            """
        );
    }
}
