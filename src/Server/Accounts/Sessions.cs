using Microsoft.AspNetCore.Http;
using Slipway.Server.Data;
using Slipway.Server.Http;

namespace Slipway.Server.Accounts;

/// <summary>
/// Browsers that are signed in. One that shows no sign of life for seven days is signed out, and every one thirty days after it signed in. The cookie is a random
/// word; the row holds its hash.
/// </summary>
internal static class Sessions
{
    public static readonly TimeSpan Idle = TimeSpan.FromDays(7);
    public static readonly TimeSpan Longest = TimeSpan.FromDays(30);

    /// <summary>How old <c>last_seen_at</c> may be before it is written anew.</summary>
    private static readonly TimeSpan SeenEvery = TimeSpan.FromMinutes(5);

    /// <summary>Which of the rows are good. Takes <see cref="Arguments"/>.</summary>
    public const string Good = "expires_at > @Now AND last_seen_at > @Idle";

    private const int MaxUserAgent = 500;

    /// <summary>Signs a browser in: it gets a cookie that nobody has seen before, and the one it may have had is worth nothing any more.</summary>
    public static async Task BeginAsync(Db db, HttpContext http, UserRow user, TimeProvider time, bool secure, CancellationToken ct)
    {
        var word = Tokens.Create(Tokens.Session);
        var now = time.Milliseconds();
        var old = http.Request.Cookies[NameOf(secure)];
        var agent = http.Request.Headers.UserAgent.ToString();
        await db.WriteAsync(
            async (session, token) =>
            {
                await session.ExecuteAsync(
                    "DELETE FROM sessions WHERE hash = @hash OR (user_id = @Id AND (expires_at <= @now OR last_seen_at <= @idle))",
                    new
                    {
                        hash = Tokens.Hash(old ?? ""),
                        user.Id,
                        now,
                        idle = now - (long)Idle.TotalMilliseconds,
                    },
                    token
                );
                return await session.ExecuteAsync(
                    """
                    INSERT INTO sessions (user_id, hash, created_at, last_seen_at, expires_at, user_agent, address)
                    VALUES (@Id, @hash, @now, @now, @expires, @agent, @address)
                    """,
                    new
                    {
                        user.Id,
                        hash = Tokens.Hash(word),
                        now,
                        expires = now + (long)Longest.TotalMilliseconds,
                        agent = agent.Length > MaxUserAgent ? agent[..MaxUserAgent] : agent,
                        address = http.Address(),
                    },
                    token
                );
            },
            ct
        );
        http.Response.Cookies.Append(NameOf(secure), word, Options(secure));
    }

    /// <summary>Signs the browser out.</summary>
    public static async Task EndAsync(Db db, HttpContext http, bool secure, CancellationToken ct)
    {
        if (http.Request.Cookies[NameOf(secure)] is { } word)
            await db.ExecuteAsync("DELETE FROM sessions WHERE hash = @hash", new { hash = Tokens.Hash(word) }, ct);
        http.Response.Cookies.Delete(NameOf(secure), Options(secure));
    }

    /// <returns>Who is signed in there; nothing without a cookie, or with one that is no good any more.</returns>
    public static async Task<Actor.Person?> FindAsync(Db db, HttpContext http, TimeProvider time, bool secure, CancellationToken ct)
    {
        if (http.Request.Cookies[NameOf(secure)] is not { Length: > 0 })
            return null;
        var args = Arguments(http, time.Milliseconds(), secure);
        var user = await db.FindAsync<UserRow>(
            $"SELECT {UserRow.ColumnsOfU} FROM sessions s JOIN users u ON u.id = s.user_id WHERE s.hash = @Hash AND {Good} AND u.state = 'active'",
            args,
            ct
        );
        if (user is null)
            return null;
        if (await db.FindAsync<long>("SELECT id FROM sessions WHERE hash = @Hash AND last_seen_at < @Seen", args, ct) != 0)
            await db.ExecuteAsync("UPDATE sessions SET last_seen_at = @Now WHERE hash = @Hash AND last_seen_at < @Seen", args, ct);
        return new Actor.Person(user, ScopeWords.Full, null) { BySession = true };
    }

    /// <summary>What queries of sessions take: the hash of the cookie that was sent, and the times that count.</summary>
    public static SessionArguments Arguments(HttpContext http, long now, bool secure) =>
        new(
            Tokens.Hash(http.Request.Cookies[NameOf(secure)] ?? ""),
            now,
            now - (long)Idle.TotalMilliseconds,
            now - (long)SeenEvery.TotalMilliseconds
        );

    /// <summary>A name with <c>__Host-</c> is taken by a browser only over https, for this very host and the whole of it.</summary>
    private static string NameOf(bool secure) => secure ? "__Host-slipway" : "slipway_session";

    private static CookieOptions Options(bool secure) =>
        new()
        {
            HttpOnly = true,
            Secure = secure,
            SameSite = SameSiteMode.Lax,
            Path = "/",
            MaxAge = Longest,
        };
}

/// <param name="User">Whose sessions; 0: anybody's.</param>
internal sealed record SessionArguments(string Hash, long Now, long Idle, long Seen, long User = 0);
