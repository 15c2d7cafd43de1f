using System.Security.Cryptography;
using Slipway.Server.Data;
using Slipway.Server.Secrets;

namespace Slipway.Server.Accounts;

/// <summary>A user's one-time passwords: set up, proven, and then asked for. No code is taken twice.</summary>
internal static class SecondFactor
{
    private const int RecoveryCodes = 10;

    /// <summary>Makes a secret, which counts only once a code of it has been given.</summary>
    /// <returns>What the user's app needs.</returns>
    public static async Task<string> BeginAsync(Db db, SecretBox box, long user, CancellationToken ct)
    {
        var secret = Totp.NewSecret();
        await db.ExecuteAsync(
            "UPDATE users SET otp_pending = @pending WHERE id = @user",
            new { user, pending = box.Seal(SignIn.OtpPurpose(user), secret) },
            ct
        );
        return secret;
    }

    /// <summary>Proves that the app has it: from now on every sign-in asks for a code.</summary>
    /// <returns>Codes that replace a lost app, each good once; nothing when the code is wrong.</returns>
    public static async Task<IReadOnlyList<string>?> ConfirmAsync(
        Db db,
        SecretBox box,
        long user,
        string code,
        TimeProvider time,
        CancellationToken ct
    )
    {
        var pending = await db.FindAsync<byte[]>("SELECT otp_pending FROM users WHERE id = @user", new { user }, ct);
        if (pending is null || Totp.Match(box.Open(SignIn.OtpPurpose(user), pending), code, time.GetUtcNow()) is not { } step)
            return null;
        string[] codes = [.. Enumerable.Range(0, RecoveryCodes).Select(_ => RandomNumberGenerator.GetHexString(16, lowercase: true))];
        var kept = await db.ExecuteAsync(
            "UPDATE users SET otp_secret = @pending, otp_pending = NULL, otp_step = @step, otp_recovery = @hashes WHERE id = @user AND otp_pending = @pending",
            new
            {
                user,
                pending,
                step,
                hashes = string.Join(' ', codes.Select(Tokens.Hash)),
            },
            ct
        );
        return kept == 1 ? codes : null;
    }

    public static Task<int> RemoveAsync(Session session, long user, CancellationToken ct) =>
        session.ExecuteAsync(
            "UPDATE users SET otp_secret = NULL, otp_pending = NULL, otp_recovery = '' WHERE id = @user AND otp_secret IS NOT NULL",
            new { user },
            ct
        );

    /// <returns>False when a code of this step, or a later one, has been taken before.</returns>
    public static async Task<bool> TakeStepAsync(Db db, long user, long step, CancellationToken ct) =>
        await db.ExecuteAsync("UPDATE users SET otp_step = @step WHERE id = @user AND otp_step < @step", new { user, step }, ct) == 1;

    /// <returns>False when it is none, or has been taken before.</returns>
    public static Task<bool> TakeRecoveryCodeAsync(Db db, long user, string code, CancellationToken ct) =>
        db.WriteAsync(
            async (session, token) =>
            {
                var hashes = (await session.FindAsync<string>("SELECT otp_recovery FROM users WHERE id = @user", new { user }, token) ?? "")
                    .Split(' ', StringSplitOptions.RemoveEmptyEntries)
                    .ToList();
                if (!hashes.Remove(Tokens.Hash(code.Trim().ToLowerInvariant())))
                    return false;
                var left = string.Join(' ', hashes);
                await session.ExecuteAsync("UPDATE users SET otp_recovery = @left WHERE id = @user", new { user, left }, token);
                return true;
            },
            ct
        );
}
