using System.Security.Cryptography;
using Slipway.Server.Accounts;
using Slipway.Server.Data;
using Slipway.Server.Http;

namespace Slipway.Server.Projects;

/// <summary>The users that access tokens of projects and groups belong to: each token has one, which is a member with the token's role and nothing else.</summary>
internal static class BotUsers
{
    /// <returns>The bot.</returns>
    public static async Task<UserRow> CreateAsync(Session session, MemberOf where, string name, Role role, long now, CancellationToken ct)
    {
        var kind = where is MemberOf.Project ? "project" : "group";
        var username = $"{kind}_{where.Id}_bot_{RandomNumberGenerator.GetHexString(16, lowercase: true)}";
        var wanted = new UserToMake(username, name, $"{username}@noreply.invalid", Kind: $"{kind}_bot");
        var (user, error) = await UserStore.CreateAsync(session, wanted, now, ct);
        if (user is null)
            throw new InvalidOperationException($"{error}");
        await MemberStore.SetAsync(session, where, user.Id, role, null, now, ct);
        return user;
    }

    /// <summary>Takes all bots out of a project or group; what they did stays theirs.</summary>
    public static async Task CloseAsync(Session session, MemberOf where, long now, CancellationToken ct)
    {
        var bots = await session.QueryAsync<long>(
            $"SELECT u.id FROM users u JOIN members m ON m.user_id = u.id WHERE m.{where.Column} = @Id AND u.kind <> 'human'",
            new { where.Id },
            ct
        );
        foreach (var bot in bots)
            await CloseAsync(session, where, bot, now, ct);
    }

    /// <summary>Takes one bot out.</summary>
    public static async Task CloseAsync(Session session, MemberOf where, long bot, long now, CancellationToken ct)
    {
        await UserStore.CloseDoorsAsync(session, bot, now, ct);
        await MemberStore.RemoveAsync(session, where, bot, ct);
        await session.ExecuteAsync("UPDATE users SET state = 'deleted' WHERE id = @bot", new { bot }, ct);
    }
}
