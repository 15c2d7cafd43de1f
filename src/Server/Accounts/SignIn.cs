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

/// <summary>
/// The one place where passwords are tried, whichever door they come by: pages, Git, the registry. Every try is limited, and takes as long for a user who is not
/// there.
/// </summary>
internal sealed class SignIn(Db db, TimeProvider time, Passwords passwords, SignInLimits limits, AccountLocks locks, SecretBox box)
{
    /// <summary>What a second factor is sealed for.</summary>
    public static string OtpPurpose(long user) => $"users.otp {user}";

    /// <param name="login">A user's name or address.</param>
    /// <param name="code">A one-time password, or a code that replaces it; nothing when there was none.</param>
    /// <param name="address">Where it comes from.</param>
    public async Task<SignInOutcome> TryAsync(string login, string password, string? code, string address, CancellationToken ct)
    {
        var network = SignInLimits.Network(address);
        var now = time.Milliseconds();
        var known = await SignInRows.FindAsync(db, login, network, now, ct);
        var account = known is null ? SignInAccount.Of(login) : SignInAccount.Of(known.Id);
        // From an address that the account does not know it is shut after so many wrong ones, whoever gave them.
        var isStranger = known?.SeenAt is null;
        var shut = isStranger ? Shut(known, account, now) : null;
        if (limits.Take(account.Key, address) is { } wait)
            return new SignInOutcome.TooMany(shut > wait ? shut.Value : wait);
        if (shut is not null)
            return new SignInOutcome.TooMany(shut.Value);
        var outcome = isStranger
            ? await CountedAsync(known, account, password, code, address, ct)
            : await CheckAsync(known, password, code, ct);
        if (outcome is not SignInOutcome.Welcome)
            return outcome;
        limits.Clear(account.Key, address);
        await SignInRows.RememberAsync(db, known!, network, now, ct);
        return outcome;
    }

    /// <summary>Whether somebody has a second factor, so that a password alone opens no door.</summary>
    public async Task<bool> HasSecondFactorAsync(long user, CancellationToken ct) =>
        await db.FindAsync<long>("SELECT id FROM users WHERE id = @user AND otp_secret IS NOT NULL", new { user }, ct) != 0;

    private TimeSpan? Shut(SignInRow? known, SignInAccount account, long now) =>
        known is null ? locks.Shut(account)
        : known.LockedUntil > now ? TimeSpan.FromMilliseconds(known.LockedUntil.Value - now)
        : null;

    private async Task<SignInOutcome> CountedAsync(
        SignInRow? known,
        SignInAccount account,
        string password,
        string? code,
        string address,
        CancellationToken ct
    )
    {
        if (locks.Take(account) is { } wait)
            return new SignInOutcome.TooMany(wait);
        var isRight = false;
        try
        {
            var outcome = await CheckAsync(known, password, code, ct);
            isRight = outcome is not SignInOutcome.Refused;
            return outcome;
        }
        finally
        {
            // Who hangs up before the answer has tried too.
            if (isRight)
                locks.Return(account);
            else if (locks.Fail(account) && known is not null)
            {
                await SignInRows.LockAsync(db, known, address, time.Milliseconds(), CancellationToken.None);
                locks.Clear(account);
            }
        }
    }

    private async Task<SignInOutcome> CheckAsync(SignInRow? known, string password, string? code, CancellationToken ct)
    {
        if (!await passwords.IsAsync(password, known?.Password, ct))
            return new SignInOutcome.Refused();
        if (known!.OtpSecret is { } factor)
        {
            if (string.IsNullOrWhiteSpace(code))
                return new SignInOutcome.CodeNeeded();
            if (!await IsSecondFactorAsync(known.Id, factor, code, ct))
                return new SignInOutcome.Refused();
        }

        return await UserStore.FindAsync(db, known.Id, ct) is { IsActive: true } user
            ? new SignInOutcome.Welcome(user)
            : new SignInOutcome.Refused();
    }

    private async Task<bool> IsSecondFactorAsync(long user, byte[] factor, string code, CancellationToken ct) =>
        Totp.Match(box.Open(OtpPurpose(user), factor), code, time.GetUtcNow()) is { } step
            ? await SecondFactor.TakeStepAsync(db, user, step, ct)
            : await SecondFactor.TakeRecoveryCodeAsync(db, user, code, ct);
}
