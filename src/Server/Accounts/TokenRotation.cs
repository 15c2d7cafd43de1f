using Microsoft.AspNetCore.Http;
using Slipway.Server.Data;
using Slipway.Server.Http;

namespace Slipway.Server.Accounts;

/// <summary>A token is replaced by a new one for the same: what all kinds of access tokens answer.</summary>
internal static class TokenRotation
{
    /// <summary>Days the new one is good for when nothing is said.</summary>
    private const int DefaultDays = 7;

    public static async Task<IResult> AnswerAsync(
        AccessTokenRow row,
        Parameters parameters,
        Actor actor,
        Db db,
        TimeProvider time,
        CancellationToken ct
    )
    {
        var now = time.Milliseconds();
        var inAWeek = DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime).AddDays(DefaultDays).ToString("yyyy-MM-dd");
        var (expires, error) = TokenStore.Expiry(parameters.Text("expires_at") ?? inAWeek, time);
        if (error is not null)
            return error.Answer();
        if (!row.IsActive(now))
            return Answers.Message(400, "400 Bad request - Token already revoked or expired");
        var rotated = await db.WriteAsync(
            async (session, token) =>
            {
                var next = await TokenStore.RotateAsync(session, row, expires, now, token);
                if (next is not null)
                    await Audit.WriteAsync(session, actor.Name, "access_token_rotated", $"token {row.Name}", new { row.Id }, now, token);
                return next;
            },
            ct
        );
        return rotated is var (made, secret)
            ? Answers.Ok(JsonParts.Join(TokenJson.From(made, now), new { token = secret }))
            : Answers.Message(400, "400 Bad request - Token already revoked or expired");
    }
}
