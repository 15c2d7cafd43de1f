using Microsoft.AspNetCore.Http;
using Slipway.Server.Data;
using Slipway.Server.Http;

namespace Slipway.Server.Accounts;

/// <summary>Where somebody is signed in, and signing out from afar (reliability-security S40). https://docs.gitlab.com/user/profile/active_sessions/</summary>
internal static class ActiveSessions
{
    private const int MostShown = 100;

    /// <returns>The one that asks first, then those that were seen last.</returns>
    public static Task<IReadOnlyList<SessionRow>> OfAsync(
        Db db,
        HttpContext http,
        UserRow user,
        TimeProvider time,
        bool secure,
        CancellationToken ct
    ) =>
        db.QueryAsync<SessionRow>(
            $"""
            SELECT id, created_at, last_seen_at, user_agent, address, CAST(CASE WHEN hash = @Hash THEN 1 ELSE 0 END AS bigint) AS current
            FROM sessions WHERE user_id = @User AND {Sessions.Good} ORDER BY current DESC, last_seen_at DESC, id DESC LIMIT {MostShown}
            """,
            Sessions.Arguments(http, time.Milliseconds(), secure) with
            {
                User = user.Id,
            },
            ct
        );

    /// <summary>Signs one of the user's browsers out.</summary>
    /// <returns>Whether there was one of that number.</returns>
    public static Task<bool> EndAsync(Db db, UserRow user, long id, TimeProvider time, CancellationToken ct) =>
        db.WriteAsync(
            async (session, token) =>
            {
                var args = new { id, user = user.Id };
                var ended = await session.ExecuteAsync("DELETE FROM sessions WHERE id = @id AND user_id = @user", args, token) == 1;
                if (ended)
                    await Audit.WriteAsync(
                        session,
                        user.Username,
                        "session_revoked",
                        $"user {user.Username}",
                        new { id },
                        time.Milliseconds(),
                        token
                    );
                return ended;
            },
            ct
        );

    /// <summary>Signs all of the user's browsers out but the one that asks.</summary>
    /// <returns>How many.</returns>
    public static Task<int> EndOthersAsync(Db db, HttpContext http, UserRow user, TimeProvider time, bool secure, CancellationToken ct) =>
        db.WriteAsync(
            async (session, token) =>
            {
                var now = time.Milliseconds();
                var count = await session.ExecuteAsync(
                    "DELETE FROM sessions WHERE user_id = @User AND hash <> @Hash",
                    Sessions.Arguments(http, now, secure) with
                    {
                        User = user.Id,
                    },
                    token
                );
                if (count > 0)
                    await Audit.WriteAsync(session, user.Username, "sessions_revoked", $"user {user.Username}", new { count }, now, token);
                return count;
            },
            ct
        );
}
