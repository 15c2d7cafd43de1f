using Slipway.Server.Data;

namespace Slipway.Server.Accounts;

/// <summary>What rows say of accounts that are guessed at: until when one is shut, and which addresses its user has signed in from.</summary>
internal static class SignInRows
{
    /// <summary>How long an address is one that the account knows.</summary>
    public static readonly TimeSpan Known = TimeSpan.FromDays(30);

    private const int MaxAddresses = 50;

    private static readonly TimeSpan SeenEvery = TimeSpan.FromDays(1);

    /// <param name="login">A user's name or address.</param>
    /// <param name="network">Where the try comes from.</param>
    /// <returns>Nothing when nobody who may sign in has that name.</returns>
    public static Task<SignInRow?> FindAsync(Db db, string login, string network, long now, CancellationToken ct) =>
        db.FindAsync<SignInRow>(
            """
            SELECT u.id, u.username, u.password, u.otp_secret, u.locked_until,
              (SELECT a.seen_at FROM sign_in_addresses a WHERE a.user_id = u.id AND a.network = @network AND a.seen_at > @since) AS seen_at
            FROM users u WHERE (u.username_key = @key OR u.email_key = @key) AND u.state = 'active' AND u.kind = 'human'
            """,
            new
            {
                key = UserStore.Key(login),
                network,
                since = now - (long)Known.TotalMilliseconds,
            },
            ct
        );

    /// <summary>Shuts an account to addresses that it does not know.</summary>
    /// <param name="address">Where the last try came from.</param>
    public static Task<bool> LockAsync(Db db, SignInRow row, string address, long now, CancellationToken ct) =>
        db.WriteAsync(
            async (session, token) =>
            {
                var until = now + (long)AccountLocks.Lasts.TotalMilliseconds;
                const string sql =
                    "UPDATE users SET locked_until = @until WHERE id = @Id AND (locked_until IS NULL OR locked_until <= @now)";
                if (
                    await session.ExecuteAsync(
                        sql,
                        new
                        {
                            row.Id,
                            until,
                            now,
                        },
                        token
                    ) == 0
                )
                    return false;
                await Audit.WriteAsync(session, "sign-in", "user_access_locked", $"user {row.Username}", new { address }, now, token);
                return true;
            },
            ct
        );

    /// <summary>Opens an account before its time.</summary>
    /// <param name="actor">Who does it.</param>
    /// <returns>Whether it was shut.</returns>
    public static async Task<bool> UnlockAsync(Session session, UserRow user, string actor, long now, CancellationToken ct)
    {
        var args = new { user.Id, now };
        if (await session.ExecuteAsync("UPDATE users SET locked_until = NULL WHERE id = @Id AND locked_until > @now", args, ct) == 0)
            return false;
        await Audit.WriteAsync(session, actor, "user_access_unlocked", $"user {user.Username}", null, now, ct);
        return true;
    }

    /// <summary>Notes that the user has signed in from there, once a day.</summary>
    public static async Task RememberAsync(Db db, SignInRow row, string network, long now, CancellationToken ct)
    {
        if (row.SeenAt > now - (long)SeenEvery.TotalMilliseconds)
            return;
        var args = new
        {
            row.Id,
            network,
            now,
            since = now - (long)Known.TotalMilliseconds,
        };
        await db.WriteAsync(
            async (session, token) =>
            {
                await session.ExecuteAsync(
                    """
                    INSERT INTO sign_in_addresses (user_id, network, seen_at) VALUES (@Id, @network, @now)
                    ON CONFLICT (user_id, network) DO UPDATE SET seen_at = excluded.seen_at
                    """,
                    args,
                    token
                );
                return await session.ExecuteAsync(
                    $"""
                    DELETE FROM sign_in_addresses WHERE user_id = @Id AND (seen_at <= @since OR network NOT IN
                      (SELECT network FROM sign_in_addresses WHERE user_id = @Id ORDER BY seen_at DESC, network LIMIT {MaxAddresses}))
                    """,
                    args,
                    token
                );
            },
            ct
        );
    }
}

/// <summary>What a try to sign in has to know of a user.</summary>
internal sealed record SignInRow
{
    public long Id { get; init; }
    public string Username { get; init; } = "";
    public string? Password { get; init; }
    public byte[]? OtpSecret { get; init; }
    public long? LockedUntil { get; init; }

    /// <summary>When the user signed in from this address; nothing: not lately.</summary>
    public long? SeenAt { get; init; }
}
