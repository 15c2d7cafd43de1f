using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Slipway.Server.Accounts;
using Slipway.Server.Data;
using Slipway.Server.Http;
using Slipway.Server.Secrets;

namespace Slipway.Server.Projects;

/// <summary>Tokens for machines that only fetch: no user's, and bound to a project or a group. https://docs.gitlab.com/api/deploy_tokens/</summary>
internal static class DeployTokensApi
{
    /// <summary>What a deploy token is sealed for, under its hash.</summary>
    public static string Purpose(string hash) => $"deploy_tokens {hash}";

    private const int MaxName = 255;

    public static void MapDeployTokens(this IEndpointRouteBuilder v4)
    {
        v4.MapGet("/deploy_tokens", AllAsync).Allow(new Access.Administrator());
        Map(v4.MapGroup("/projects/{project}/deploy_tokens"), new Access.OnProject(Abilities.ManageDeployTokens));
        Map(v4.MapGroup("/groups/{group}/deploy_tokens"), new Access.OnGroup(Role.Owner));
    }

    private static void Map(IEndpointRouteBuilder tokens, Access access)
    {
        tokens.MapGet("", ListAsync).Allow(access);
        tokens.MapGet("/{id:long}", FindAsync).Allow(access);
        tokens.MapPost("", CreateAsync).Allow(access);
        tokens.MapDelete("/{id:long}", RevokeAsync).Allow(access);
    }

    private static Task<IResult> AllAsync(
        HttpContext http,
        Paging paging,
        Parameters parameters,
        Db db,
        TimeProvider time,
        CancellationToken ct
    ) => PageAsync("1 = 1", 0, http, paging, parameters, db, time, ct);

    private static Task<IResult> ListAsync(
        HttpContext http,
        Place place,
        Paging paging,
        Parameters parameters,
        Db db,
        TimeProvider time,
        CancellationToken ct
    ) => PageAsync($"{place.Where.Column} = @id AND revoked_at IS NULL", place.Where.Id, http, paging, parameters, db, time, ct);

    private static async Task<IResult> PageAsync(
        string filter,
        long id,
        HttpContext http,
        Paging paging,
        Parameters parameters,
        Db db,
        TimeProvider time,
        CancellationToken ct
    )
    {
        var now = time.Milliseconds();
        if (parameters.Flag("active") is { } active)
            filter += $" AND {(active ? "" : "NOT ")}(revoked_at IS NULL AND (expires_at IS NULL OR expires_at > @now))";
        var args = new { id, now };
        var total = await db.FindAsync<long>($"SELECT COUNT(*) FROM deploy_tokens WHERE {filter}", args, ct);
        var rows = await db.QueryAsync<DeployTokenRow>(
            $"SELECT {DeployTokenRow.Columns} FROM deploy_tokens WHERE {filter} ORDER BY id{paging.Limit}",
            args,
            ct
        );
        return http.Page(paging, total, rows.Select(row => DeployTokenJson.From(row, now)));
    }

    private static async Task<IResult> FindAsync(long id, Place place, Db db, TimeProvider time, CancellationToken ct) =>
        await RowAsync(id, place, db, ct) is { } row
            ? Answers.Ok(DeployTokenJson.From(row, time.Milliseconds()))
            : Answers.NotFound("Deploy Token");

    private static async Task<IResult> CreateAsync(
        Place place,
        Parameters parameters,
        Actor actor,
        Db db,
        SecretBox box,
        TimeProvider time,
        CancellationToken ct
    )
    {
        foreach (var needed in (string[])["name", "scopes"])
            if (!parameters.Has(needed))
                return Answers.BadParameter($"{needed} is missing");
        var (name, username) = (parameters.Text("name") ?? "", parameters.Text("username"));
        if (string.IsNullOrWhiteSpace(name) || name.Length > MaxName || name.Contains('\0'))
            return new FieldError("name", FieldError.Blank).Answer();
        if (
            username is not null
            && (username.Length > MaxName || !username.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' or '+'))
        )
            return new FieldError("username", "can contain only letters, digits, '_', '-', '+', and '.'").Answer();
        if (parameters.List("scopes") is not { Count: > 0 } words || ScopeWords.Parse(words) is not { } scopes)
            return Answers.BadParameter("scopes does not have a valid value");
        if ((scopes & ~ScopeWords.OfDeployTokens) != Scopes.None)
            return Answers.BadParameter("scopes does not have a valid value");
        var expires = parameters.Text("expires_at") is { Length: > 0 } day ? Days.Parse(day) : null;
        if (expires is null && !string.IsNullOrEmpty(parameters.Text("expires_at")))
            return Answers.BadParameter("expires_at is invalid");
        var now = time.Milliseconds();
        var secret = Tokens.Create(Tokens.Deploy);
        var row = await db.WriteAsync(
            async (session, token) =>
            {
                var made = await InsertAsync(session, place, (name, username, scopes, secret), expires, box, now, token);
                await Audit.WriteAsync(session, actor.Name, "deploy_token_created", place.Name, new { name, made.Scopes }, now, token);
                return made;
            },
            ct
        );
        return Answers.Created(JsonParts.Join(DeployTokenJson.From(row, now), new { token = secret }));
    }

    private static async Task<DeployTokenRow> InsertAsync(
        Session session,
        Place place,
        (string Name, string? Username, Scopes Scopes, string Secret) token,
        DateOnly? expires,
        SecretBox box,
        long now,
        CancellationToken ct
    )
    {
        var hash = Tokens.Hash(token.Secret);
        var id = await session.FindAsync<long>(
            $"""
            INSERT INTO deploy_tokens ({place.Where.Column}, name, username, scopes, hash, sealed, created_at, expires_at)
            VALUES (@place, @Name, @username, @scopes, @hash, @sealedToken, @now, @expires) RETURNING id
            """,
            new
            {
                place = place.Where.Id,
                token.Name,
                username = token.Username ?? "",
                scopes = ScopeWords.ToColumn(token.Scopes),
                hash,
                sealedToken = box.Seal(Purpose(hash), token.Secret),
                now,
                expires = expires is { } day ? Days.Midnight(day) : (long?)null,
            },
            ct
        );
        if (token.Username is null)
            await session.ExecuteAsync(
                "UPDATE deploy_tokens SET username = @username WHERE id = @id",
                new { id, username = $"gitlab+deploy-token-{id}" },
                ct
            );
        return (
            await session.FindAsync<DeployTokenRow>($"SELECT {DeployTokenRow.Columns} FROM deploy_tokens WHERE id = @id", new { id }, ct)
        )!;
    }

    private static async Task<IResult> RevokeAsync(long id, Place place, Actor actor, Db db, TimeProvider time, CancellationToken ct)
    {
        if (await RowAsync(id, place, db, ct) is not { } row)
            return Answers.NotFound("Deploy Token");
        var now = time.Milliseconds();
        await db.WriteAsync(
            async (session, token) =>
            {
                await session.ExecuteAsync("UPDATE deploy_tokens SET revoked_at = @now WHERE id = @id", new { id, now }, token);
                await Audit.WriteAsync(session, actor.Name, "deploy_token_revoked", place.Name, new { row.Name }, now, token);
                return true;
            },
            ct
        );
        return Answers.NoContent;
    }

    private static Task<DeployTokenRow?> RowAsync(long id, Place place, Db db, CancellationToken ct) =>
        db.FindAsync<DeployTokenRow>(
            $"SELECT {DeployTokenRow.Columns} FROM deploy_tokens WHERE id = @id AND {place.Where.Column} = @place AND revoked_at IS NULL",
            new { id, place = place.Where.Id },
            ct
        );

    private sealed record DeployTokenJson(
        long Id,
        string Name,
        string Username,
        DateTimeOffset? ExpiresAt,
        IReadOnlyList<string> Scopes,
        bool Revoked,
        bool Expired
    )
    {
        public static DeployTokenJson From(DeployTokenRow row, long now) =>
            new(
                row.Id,
                row.Name,
                row.Username,
                row.ExpiresAt.Instant(),
                row.Scopes.Split(' ', StringSplitOptions.RemoveEmptyEntries),
                row.RevokedAt is not null,
                row.ExpiresAt <= now
            );
    }
}
