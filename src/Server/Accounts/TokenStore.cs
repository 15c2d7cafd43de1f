using Slipway.Server.Data;
using Slipway.Server.Http;

namespace Slipway.Server.Accounts;

/// <param name="ExpiresAt">A midnight, unix milliseconds.</param>
internal sealed record TokenToMake(long UserId, string Name, Scopes Scopes, long? ExpiresAt, string Description = "");

/// <summary>The rows of access tokens.</summary>
internal static class TokenStore
{
    /// <summary>Days a token is good for at the most, and when nothing is said. https://docs.gitlab.com/user/profile/personal_access_tokens/</summary>
    public const int MaxDays = 365;

    private const int MaxName = 255;

    /// <returns>The row, and the token itself, which is nowhere else.</returns>
    public static async Task<(AccessTokenRow Row, string Token)> CreateAsync(
        Session session,
        TokenToMake token,
        long now,
        CancellationToken ct
    )
    {
        var secret = Tokens.Create(Tokens.Access);
        var row = await session.FindAsync<AccessTokenRow>(
            $"""
            INSERT INTO access_tokens (user_id, name, description, scopes, hash, created_at, expires_at)
            VALUES (@UserId, @Name, @Description, @scopes, @hash, @now, @ExpiresAt) RETURNING {AccessTokenRow.Columns}
            """,
            new
            {
                token.UserId,
                token.Name,
                token.Description,
                scopes = ScopeWords.ToColumn(token.Scopes),
                hash = Tokens.Hash(secret),
                now,
                token.ExpiresAt,
            },
            ct
        );
        return (row!, secret);
    }

    /// <returns>False when it was revoked before.</returns>
    public static async Task<bool> RevokeAsync(Session session, long id, long now, CancellationToken ct) =>
        await session.ExecuteAsync("UPDATE access_tokens SET revoked_at = @now WHERE id = @id AND revoked_at IS NULL", new { id, now }, ct)
        == 1;

    /// <summary>Replaces a token by another for the same, and makes it worthless.</summary>
    /// <returns>Nothing when it was revoked before.</returns>
    public static async Task<(AccessTokenRow Row, string Token)?> RotateAsync(
        Session session,
        AccessTokenRow old,
        long? expiresAt,
        long now,
        CancellationToken ct
    )
    {
        if (!await RevokeAsync(session, old.Id, now, ct))
            return null;
        var next = new TokenToMake(old.UserId, old.Name, ScopeWords.OfColumn(old.Scopes), expiresAt, old.Description);
        return await CreateAsync(session, next, now, ct);
    }

    /// <returns>What is wrong with what a token is asked for; dates are given as days, <c>2026-07-01</c>.</returns>
    public static (TokenToMake? Token, FieldError? Error) Check(
        long user,
        string? name,
        IReadOnlyList<string>? scopes,
        string? expires,
        Scopes allowed,
        TimeProvider time
    )
    {
        if (string.IsNullOrWhiteSpace(name))
            return (null, new FieldError("name", FieldError.Blank));
        if (name.Length > MaxName)
            return (null, new FieldError("name", $"is too long (maximum is {MaxName} characters)"));
        if (scopes is null or [] || ScopeWords.Parse(scopes) is not { } parsed || (parsed & ~allowed) != Scopes.None)
            return (null, new FieldError("scopes", "can only contain available scopes"));
        var (at, wrong) = Expiry(expires, time);
        return wrong is null ? (new TokenToMake(user, name, parsed, at), null) : (null, wrong);
    }

    /// <summary>The midnight a token ends with: on the day that is given, or a year from today.</summary>
    public static (long? At, FieldError? Error) Expiry(string? day, TimeProvider time)
    {
        var today = DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime);
        var last = today.AddDays(MaxDays);
        if (string.IsNullOrEmpty(day))
            return (Days.Midnight(last), null);
        if (Days.Parse(day) is not { } given)
            return (null, new FieldError("expires_at", "is invalid"));
        return given <= today ? (null, new FieldError("expires_at", "must be in the future"))
            : given > last ? (null, new FieldError("expires_at", $"must expire in {MaxDays} days"))
            : (Days.Midnight(given), null);
    }
}
