using Slipway.Server.Data;
using Slipway.Server.Http;
using Slipway.Server.Secrets;

namespace Slipway.Server.Accounts;

/// <summary>What became of somebody's try to sign in with a password.</summary>
internal abstract record SignInOutcome
{
    private SignInOutcome() { }

    public sealed record Welcome(UserRow User) : SignInOutcome;

    /// <summary>Wrong name, wrong password, wrong code, blocked: nobody is told which.</summary>
    public sealed record Refused : SignInOutcome;

    /// <summary>The password was right, and a one-time password is needed too.</summary>
    public sealed record CodeNeeded : SignInOutcome;

    public sealed record TooMany(TimeSpan Wait) : SignInOutcome;
}

/// <summary>The one place where passwords are tried, whichever door they come by: pages, Git, the API. Every try is limited, and takes as long for a user who is not there.</summary>
internal sealed class SignIn(Db db, TimeProvider time, Passwords passwords, SignInLimits limits, SecretBox box)
{
    /// <summary>What a second factor is sealed for.</summary>
    public static string OtpPurpose(long user) => $"users.otp {user}";

    /// <param name="login">A user's name or address.</param>
    /// <param name="code">A one-time password, or a code that replaces it; nothing when there was none.</param>
    /// <param name="address">Where it comes from.</param>
    public async Task<SignInOutcome> TryAsync(string login, string password, string? code, string address, CancellationToken ct)
    {
        var known = await db.FindAsync<PasswordRow>(
            "SELECT id, password, otp_secret FROM users WHERE (username_key = @key OR email_key = @key) AND state = 'active' AND kind = 'human'",
            new { key = UserStore.Key(login) },
            ct
        );
        // By name or by mail it is one account, whose tries count together. No name has such a sign.
        var account = known is null ? login : $"#{known.Id}";
        if (limits.Take(account, address) is { } wait)
            return new SignInOutcome.TooMany(wait);
        if (!await passwords.IsAsync(password, known?.Password, ct))
            return new SignInOutcome.Refused();
        if (known!.OtpSecret is { } factor)
        {
            if (string.IsNullOrWhiteSpace(code))
                return new SignInOutcome.CodeNeeded();
            if (!await IsSecondFactorAsync(known.Id, factor, code, ct))
                return new SignInOutcome.Refused();
        }

        limits.Clear(account, address);
        return await UserStore.FindAsync(db, known.Id, ct) is { IsActive: true } user
            ? new SignInOutcome.Welcome(user)
            : new SignInOutcome.Refused();
    }

    /// <summary>Whether somebody has a second factor, so that a password alone opens no door.</summary>
    public async Task<bool> HasSecondFactorAsync(long user, CancellationToken ct) =>
        await db.FindAsync<long>("SELECT id FROM users WHERE id = @user AND otp_secret IS NOT NULL", new { user }, ct) != 0;

    private async Task<bool> IsSecondFactorAsync(long user, byte[] factor, string code, CancellationToken ct) =>
        Totp.Match(box.Open(OtpPurpose(user), factor), code, time.GetUtcNow()) is { } step
            ? await SecondFactor.TakeStepAsync(db, user, step, ct)
            : await SecondFactor.TakeRecoveryCodeAsync(db, user, code, ct);

    private sealed record PasswordRow(long Id, string? Password, byte[]? OtpSecret);
}
