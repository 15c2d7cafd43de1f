using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Slipway.Server.Accounts;
using Slipway.Server.Data;
using Slipway.Server.Http;

namespace Slipway.Server.Projects;

/// <summary>Access tokens of a project or a group, each with a bot user of its own. https://docs.gitlab.com/api/project_access_tokens/</summary>
internal static class ResourceTokensApi
{
    private static readonly string Select = string.Join(
        ", ",
        AccessTokenRow.Columns.Split(", ").Select(column => "t." + column).Append("m.access_level")
    );

    public static void MapResourceTokens(this IEndpointRouteBuilder v4)
    {
        Map(v4.MapGroup("/projects/{project}/access_tokens"), new Access.OnProject(Abilities.ManageAccessTokens));
        Map(v4.MapGroup("/groups/{group}/access_tokens"), new Access.OnGroup(Role.Owner));
    }

    private static void Map(IEndpointRouteBuilder tokens, Access access)
    {
        tokens.MapGet("", ListAsync).Allow(access);
        tokens.MapGet("/{id:long}", FindAsync).Allow(access);
        tokens.MapPost("", CreateAsync).Allow(access);
        tokens.MapPost("/{id:long}/rotate", RotateAsync).Allow(access);
        tokens.MapDelete("/{id:long}", RevokeAsync).Allow(access);
    }

    private static async Task<IResult> ListAsync(
        HttpContext http,
        Place place,
        Paging paging,
        Parameters parameters,
        Db db,
        TimeProvider time,
        CancellationToken ct
    )
    {
        var now = time.Milliseconds();
        var filter = From(place);
        const string active = "t.revoked_at IS NULL AND (t.expires_at IS NULL OR t.expires_at > @now)";
        if (parameters.Text("state") is { } state)
            filter += state == "active" ? $" AND {active}" : $" AND NOT ({active})";
        if (parameters.Flag("revoked") is { } revoked)
            filter += revoked ? " AND t.revoked_at IS NOT NULL" : " AND t.revoked_at IS NULL";
        var args = new { place.Where.Id, now };
        var total = await db.FindAsync<long>($"SELECT COUNT(*) {filter}", args, ct);
        var rows = await db.QueryAsync<TokenRow>($"SELECT {Select} {filter} ORDER BY t.id DESC{paging.Limit}", args, ct);
        return http.Page(paging, total, rows.Select(row => Json(row, place, now)));
    }

    private static async Task<IResult> FindAsync(long id, Place place, Db db, TimeProvider time, CancellationToken ct) =>
        await RowAsync(id, place, db, ct) is { } row ? Answers.Ok(Json(row, place, time.Milliseconds())) : Answers.NotFound();

    private static async Task<IResult> CreateAsync(
        Place place,
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
        var role = (Role)(parameters.Number("access_level") ?? (long)Role.Maintainer);
        if (!Enum.IsDefined(role) || role == Role.None)
            return Answers.BadParameter("access_level does not have a valid value");
        if (role > place.Role)
            return Answers.Message(
                400,
                "400 Bad request - Access level of the token can't be greater the access level of the user who created the token"
            );
        var (wanted, error) = TokenStore.Check(
            0,
            parameters.Text("name"),
            parameters.List("scopes"),
            parameters.Text("expires_at"),
            ScopeWords.OfEverybody,
            time
        );
        if (wanted is null)
            return error!.Answer();
        wanted = wanted with { Description = parameters.Text("description") ?? "" };
        var now = time.Milliseconds();
        var (row, secret) = await db.WriteAsync(
            async (session, token) =>
            {
                var bot = await BotUsers.CreateAsync(session, place.Where, wanted.Name, role, now, token);
                await Audit.WriteAsync(
                    session,
                    actor.Name,
                    "access_token_created",
                    place.Name,
                    new
                    {
                        wanted.Name,
                        scopes = ScopeWords.ToColumn(wanted.Scopes),
                        access_level = (int)role,
                    },
                    now,
                    token
                );
                return await TokenStore.CreateAsync(session, wanted with { UserId = bot.Id }, now, token);
            },
            ct
        );
        return Answers.Created(JsonParts.Join(TokenJson.From(row, now), Resource(place, (long)role), new { token = secret }));
    }

    private static async Task<IResult> RotateAsync(
        long id,
        Place place,
        Parameters parameters,
        Actor actor,
        Db db,
        TimeProvider time,
        CancellationToken ct
    )
    {
        if (await RowAsync(id, place, db, ct) is not { } row)
            return Answers.NotFound();
        // Who may not make such a token may not get its successor either.
        return row.AccessLevel > (long)place.Role
            ? Answers.Forbidden()
            : await TokenRotation.AnswerAsync(row.Token, parameters, actor, db, time, ct);
    }

    private static async Task<IResult> RevokeAsync(long id, Place place, Actor actor, Db db, TimeProvider time, CancellationToken ct)
    {
        if (await RowAsync(id, place, db, ct) is not { } row)
            return Answers.NotFound();
        var now = time.Milliseconds();
        await db.WriteAsync(
            async (session, token) =>
            {
                await TokenStore.RevokeAsync(session, id, now, token);
                await Audit.WriteAsync(session, actor.Name, "access_token_revoked", place.Name, new { row.Name }, now, token);
                return true;
            },
            ct
        );
        return Answers.NoContent;
    }

    private static string From(Place place) =>
        $"""
            FROM access_tokens t JOIN users u ON u.id = t.user_id JOIN members m ON m.user_id = u.id
            WHERE u.kind = '{(place.Where is MemberOf.Project ? "project_bot" : "group_bot")}' AND m.{place.Where.Column} = @Id
            """;

    private static Task<TokenRow?> RowAsync(long id, Place place, Db db, CancellationToken ct) =>
        db.FindAsync<TokenRow>($"SELECT {Select} {From(place)} AND t.id = @token", new { place.Where.Id, token = id }, ct);

    private static JsonObject Json(TokenRow row, Place place, long now) =>
        JsonParts.Join(TokenJson.From(row.Token, now), Resource(place, row.AccessLevel));

    private static object Resource(Place place, long level) =>
        new
        {
            access_level = level,
            resource_type = place.Where is MemberOf.Project ? "project" : "group",
            resource_id = place.Where.Id,
        };

    private sealed record TokenRow(
        long Id,
        long UserId,
        string Name,
        string Description,
        string Scopes,
        long CreatedAt,
        long? ExpiresAt,
        long? LastUsedAt,
        long? RevokedAt,
        long AccessLevel
    )
    {
        public AccessTokenRow Token => new(Id, UserId, Name, Description, Scopes, CreatedAt, ExpiresAt, LastUsedAt, RevokedAt);
    }
}
