using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Slipway.Server.Accounts;
using Slipway.Server.Data;
using Slipway.Server.Http;
using Slipway.Server.Runners;
using Slipway.Server.Secrets;

namespace Slipway.Server;

/// <summary>Somebody who can sign in.</summary>
/// <param name="Password">Shown this once.</param>
/// <param name="Token">A personal access token for everything, good for a day.</param>
public sealed record FirstUser(string Username, string Password, string Token);

/// <summary>What a new server needs so that somebody can use it.</summary>
internal static class FirstStart
{
    private const int PasswordLength = 20;
    private static readonly TimeSpan TokenLife = TimeSpan.FromDays(1);

    public static async Task<bool> HasUsersAsync(Db db, CancellationToken ct) =>
        await db.FindAsync<long>("SELECT COUNT(*) FROM users WHERE kind = 'human'", null, ct) > 0;

    /// <summary>The token of the instance's own runner, which is made when there is none. It is kept sealed, so that every start is the same runner.</summary>
    /// <param name="systemId">Of the process that will use it. What it had when it last died is run again.</param>
    public static async Task<string> RunnerTokenAsync(IServiceProvider services, string systemId, CancellationToken ct)
    {
        const string name = "built_in_runner";
        var (db, secrets) = (services.GetRequiredService<Db>(), services.GetRequiredService<SecretBox>());
        var runners = services.GetRequiredService<RunnerStore>();
        var kept = await db.FindAsync<string>("SELECT value FROM settings WHERE name = @name", new { name }, ct);
        if (kept is not null && JsonSerializer.Deserialize<byte[]>(kept) is { } known)
        {
            var token = secrets.Open(name, known);
            if (await runners.ByTokenAsync(token, ct) is { } runner)
            {
                await services.GetRequiredService<LostJobs>().RecoverAsync(runner.Id, systemId, ct);
                return token;
            }
        }

        var (_, made) = await runners.AddAsync(
            new RunnerOwner.Instance(),
            RunnerSettings.Unsaid with
            {
                Description = "built-in",
            },
            null,
            ct
        );
        await db.ExecuteAsync(
            "INSERT INTO settings (name, value) VALUES (@name, @value) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            new { name, value = JsonSerializer.Serialize(secrets.Seal(name, made)) },
            ct
        );
        return made;
    }

    /// <summary>Makes an administrator, unless there is somebody already.</summary>
    public static async Task<FirstUser?> AdministratorAsync(IServiceProvider services, string name, CancellationToken ct)
    {
        var (db, now) = (services.GetRequiredService<Db>(), services.GetRequiredService<TimeProvider>().Milliseconds());
        var password = RandomNumberGenerator.GetString("abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789", PasswordLength);
        var hash = await services.GetRequiredService<Passwords>().HashAsync(password, ct);
        return await db.WriteAsync(
            async (session, token) =>
            {
                if (await session.FindAsync<long>("SELECT COUNT(*) FROM users WHERE kind = 'human'", null, token) > 0)
                    return null;
                var wanted = new UserToMake(name, "Administrator", $"{name}@localhost", hash, Admin: true);
                var (user, error) = await UserStore.CreateAsync(session, wanted, now, token);
                if (user is null)
                    throw new ArgumentException($"{error}", nameof(name));
                var expires = now + (long)TokenLife.TotalMilliseconds;
                var (_, access) = await TokenStore.CreateAsync(
                    session,
                    new TokenToMake(user.Id, "first start", ScopeWords.Full, expires),
                    now,
                    token
                );
                return new FirstUser(name, password, access);
            },
            ct
        );
    }
}

/// <summary>The server cannot start with what it was given.</summary>
/// <param name="message">What is wrong, for whoever started it.</param>
public sealed class ServerStartException(string message, Exception inner) : Exception(message, inner);
