using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Slipway.Server.Data;
using Slipway.Server.Http;

namespace Slipway.Server.Accounts;

/// <summary>Access tokens of people: everybody sees and ends their own, administrators all. https://docs.gitlab.com/api/personal_access_tokens/</summary>
internal static class PersonalTokensApi
{
    private static readonly Access SignedIn = new Access.SignedIn();
    private static readonly Access Rotator = new Access.SignedIn(Scopes.SelfRotate);

    /// <summary>Any token may ask what it is itself, and end itself.</summary>
    private static readonly Access AnyToken = new Access.SignedIn(ScopeWords.Full);

    private const string Select = $"SELECT {AccessTokenRow.Columns} FROM access_tokens";

    public static void MapPersonalTokens(this IEndpointRouteBuilder v4)
    {
        var tokens = v4.MapGroup("/personal_access_tokens");
        tokens.MapGet("", ListAsync).Allow(SignedIn);
        tokens.MapGet("/self", SelfAsync).Allow(AnyToken);
        tokens.MapDelete("/self", RevokeSelfAsync).Allow(AnyToken);
        tokens.MapPost("/self/rotate", RotateSelfAsync).Allow(Rotator);
        tokens.MapGet("/{id:long}", FindAsync).Allow(SignedIn);
        tokens.MapDelete("/{id:long}", RevokeAsync).Allow(SignedIn);
        tokens.MapPost("/{id:long}/rotate", RotateAsync).Allow(SignedIn);
        v4.MapPost("/users/{user:long}/personal_access_tokens", CreateAsync).Allow(new Access.Administrator());
        v4.MapPost("/user/personal_access_tokens", CreateOwnAsync).Allow(SignedIn);
    }

    /// <summary>The token's row, for whom it may be shown.</summary>
    /// <returns>Nothing when there is none, or it is another's and who asks is no administrator.</returns>
    private static async Task<AccessTokenRow?> SeenAsync(long id, Actor actor, Db db, CancellationToken ct) =>
        await db.FindAsync<AccessTokenRow>($"{Select} WHERE id = @id", new { id }, ct) is { } row
        && (actor.Responsible!.IsAdmin || row.UserId == actor.Responsible.Id)
            ? row
            : null;

    private static async Task<IResult> ListAsync(
        HttpContext http,
        Paging paging,
        Parameters parameters,
        Actor actor,
        Db db,
        TimeProvider time,
        CancellationToken ct
    )
    {
        var now = time.Milliseconds();
        var user = parameters.Number("user_id");
        var me = actor.Responsible!;
        if (!me.IsAdmin && user is not null && user != me.Id)
            return Answers.Unauthorized;
        var filter = user is not null || !me.IsAdmin ? "user_id = @user" : "user_id IN (SELECT id FROM users WHERE kind = 'human')";
        if (parameters.Flag("revoked") is { } revoked)
            filter += revoked ? " AND revoked_at IS NOT NULL" : " AND revoked_at IS NULL";
        const string active = "revoked_at IS NULL AND (expires_at IS NULL OR expires_at > @now)";
        if (parameters.Text("state") is { } state)
            filter += state == "active" ? $" AND {active}" : $" AND NOT ({active})";
        if (parameters.Text("search") is not null)
            filter += $" AND LOWER(name) LIKE @search {Search.Escape}";
        var args = new
        {
            user = user ?? me.Id,
            now,
            search = Search.Pattern(parameters.Text("search") ?? ""),
        };
        var total = await db.FindAsync<long>($"SELECT COUNT(*) FROM access_tokens WHERE {filter}", args, ct);
        var rows = await db.QueryAsync<AccessTokenRow>($"{Select} WHERE {filter} ORDER BY id DESC{paging.Limit}", args, ct);
        return http.Page(paging, total, rows.Select(row => TokenJson.From(row, now)));
    }

    private static async Task<IResult> FindAsync(long id, Actor actor, Db db, TimeProvider time, CancellationToken ct) =>
        await SeenAsync(id, actor, db, ct) is { } row ? Answers.Ok(TokenJson.From(row, time.Milliseconds())) : Answers.NotFound();

    private static Task<IResult> SelfAsync(Actor actor, Db db, TimeProvider time, CancellationToken ct) =>
        actor is Actor.Person { TokenId: { } id } ? FindAsync(id, actor, db, time, ct) : Task.FromResult(NoToken);

    private static async Task<IResult> RevokeAsync(long id, Actor actor, Db db, TimeProvider time, CancellationToken ct)
    {
        if (await SeenAsync(id, actor, db, ct) is not { } row)
            return Answers.NotFound();
        var now = time.Milliseconds();
        var isRevoked = await db.WriteAsync(
            async (session, token) =>
            {
                var done = await TokenStore.RevokeAsync(session, id, now, token);
                if (done)
                    await Audit.WriteAsync(session, actor.Name, "access_token_revoked", $"token {row.Name}", new { id }, now, token);
                return done;
            },
            ct
        );
        return isRevoked ? Answers.NoContent : Answers.Message(400, "400 Bad request - Token already revoked");
    }

    private static Task<IResult> RevokeSelfAsync(Actor actor, Db db, TimeProvider time, CancellationToken ct) =>
        actor is Actor.Person { TokenId: { } id } ? RevokeAsync(id, actor, db, time, ct) : Task.FromResult(NoToken);

    private static async Task<IResult> RotateAsync(
        long id,
        Parameters parameters,
        Actor actor,
        Db db,
        TimeProvider time,
        CancellationToken ct
    ) =>
        await SeenAsync(id, actor, db, ct) is { } row
            ? await TokenRotation.AnswerAsync(row, parameters, actor, db, time, ct)
            : Answers.NotFound();

    private static Task<IResult> RotateSelfAsync(Parameters parameters, Actor actor, Db db, TimeProvider time, CancellationToken ct) =>
        actor is Actor.Person { TokenId: { } id } ? RotateAsync(id, parameters, actor, db, time, ct) : Task.FromResult(NoToken);

    private static async Task<IResult> CreateAsync(
        long user,
        Parameters parameters,
        Actor actor,
        Db db,
        TimeProvider time,
        CancellationToken ct
    ) =>
        await UserStore.FindAsync(db, user, ct) is { Kind: "human" } found
            ? await MakeAsync(found, found.IsAdmin ? ScopeWords.Full : ScopeWords.OfEverybody, parameters, actor, db, time, ct)
            : Answers.NotFound("User");

    /// <summary>With a token one may only make a weaker one that lives for a day; GitLab's rule, for scripts that hand tokens on. A session may make any.</summary>
    private static Task<IResult> CreateOwnAsync(Parameters parameters, Actor actor, Db db, TimeProvider time, CancellationToken ct)
    {
        var allowed = actor is Actor.Person { BySession: true } ? ScopeWords.OfEverybody : Scopes.SelfRotate;
        return MakeAsync(actor.Responsible!, allowed, parameters, actor, db, time, ct);
    }

    private static async Task<IResult> MakeAsync(
        UserRow user,
        Scopes allowed,
        Parameters parameters,
        Actor actor,
        Db db,
        TimeProvider time,
        CancellationToken ct
    )
    {
        if (parameters.Text("name") is null)
            return Answers.BadParameter("name is missing");
        if (parameters.List("scopes") is null)
            return Answers.BadParameter("scopes is missing");
        var (wanted, error) = TokenStore.Check(
            user.Id,
            parameters.Text("name"),
            parameters.List("scopes"),
            parameters.Text("expires_at") ?? (allowed == Scopes.SelfRotate ? Tomorrow(time) : null),
            allowed,
            time
        );
        if (wanted is null)
            return error!.Answer();
        var now = time.Milliseconds();
        var (row, secret) = await db.WriteAsync(
            async (session, token) =>
            {
                var made = await TokenStore.CreateAsync(
                    session,
                    wanted with
                    {
                        Description = parameters.Text("description") ?? "",
                    },
                    now,
                    token
                );
                await Audit.WriteAsync(
                    session,
                    actor.Name,
                    "access_token_created",
                    $"user {user.Username}",
                    new { made.Row.Name, made.Row.Scopes },
                    now,
                    token
                );
                return made;
            },
            ct
        );
        return Answers.Created(JsonParts.Join(TokenJson.From(row, now), new { token = secret }));
    }

    private static string Tomorrow(TimeProvider time) => time.GetUtcNow().AddDays(1).ToString("yyyy-MM-dd");

    private static IResult NoToken => Answers.Message(400, "400 Bad request - The request carries no access token");
}
