using System.Security.Cryptography;
using System.Text;
using Slipway.Server.Data;
using Slipway.Server.Http;

namespace Slipway.Server.Accounts;

/// <summary>What became of a try to set the server up.</summary>
internal abstract record FirstRunOutcome
{
    private FirstRunOutcome() { }

    public sealed record Made(UserRow Administrator) : FirstRunOutcome;

    public sealed record WrongCode : FirstRunOutcome;

    public sealed record Invalid(FieldError Error) : FirstRunOutcome;

    public sealed record TooMany(TimeSpan Wait) : FirstRunOutcome;

    /// <summary>There is a user already.</summary>
    public sealed record Over : FirstRunOutcome;
}

/// <summary>
/// While there is no user, whoever knows the code that this process prints becomes the administrator; of two at the same time one does. The code is this
/// process's own, in memory, and worth nothing once there is a user.
/// </summary>
internal sealed class FirstRun(Db db, TimeProvider time, Passwords passwords, SignInLimits limits)
{
    /// <summary>100 bits, in letters that cannot be mistaken for each other.</summary>
    public string Code { get; } = RandomNumberGenerator.GetString("ABCDEFGHJKLMNPQRSTUVWXYZ23456789", 20);

    /// <summary>Whether there is no user yet.</summary>
    public async Task<bool> IsNeededAsync(CancellationToken ct) =>
        await db.FindAsync<long>("SELECT id FROM users WHERE kind = 'human'", null, ct) == 0;

    /// <param name="address">Where it comes from: codes can be tried as often as passwords.</param>
    public async Task<FirstRunOutcome> TryAsync(
        string code,
        string username,
        string email,
        string password,
        string address,
        CancellationToken ct
    )
    {
        if (limits.Take("set-up", address) is { } wait)
            return new FirstRunOutcome.TooMany(wait);
        if (!await IsNeededAsync(ct))
            return new FirstRunOutcome.Over();
        if (!CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(code.Trim().ToUpperInvariant()), Encoding.UTF8.GetBytes(Code)))
            return new FirstRunOutcome.WrongCode();
        if (Passwords.Check(password) is { } weak)
            return new FirstRunOutcome.Invalid(weak);
        var wanted = new UserToMake(username, username, email, await passwords.HashAsync(password, ct), Admin: true);
        var now = time.Milliseconds();
        return await db.WriteAsync<FirstRunOutcome>(
            async (session, token) =>
            {
                if (await session.FindAsync<long>("SELECT id FROM users WHERE kind = 'human'", null, token) != 0)
                    return new FirstRunOutcome.Over();
                var (user, error) = await UserStore.CreateAsync(session, wanted, now, token);
                if (user is null)
                    return new FirstRunOutcome.Invalid(error!);
                await Audit.WriteAsync(session, "set-up", "user_created", $"user {username}", new { admin = true }, now, token);
                return new FirstRunOutcome.Made(user);
            },
            ct
        );
    }
}
