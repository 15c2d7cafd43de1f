using Slipway.Server.Data;
using Slipway.Server.Git.Push;

namespace Slipway.Server.Git.Api;

/// <summary>Moves a ref for somebody who uses the API: the same way in as for a push, with the same checks.</summary>
internal sealed class WebPush(ReceivePack receiving, TimeProvider time)
{
    /// <param name="pack">New objects, if there are any.</param>
    /// <returns>Why not, as GitLab says it; nothing when it was done.</returns>
    public async Task<string?> MoveAsync(Pusher pusher, RefUpdate update, CancellationToken ct, PackWriter? pack = null)
    {
        var request = new PushRequest([update], new HashSet<string>(), []);
        await using var objects = (pack ?? new PackWriter()).ToStream();
        var report = await receiving.RunAsync(pusher with { FromWeb = true }, request, objects, ct);
        if (report.Refs[0].Error is not { } error)
            return null;
        const string gitlab = "GitLab: ";
        return report.Messages.FirstOrDefault(line => line.StartsWith(gitlab)) is { } said ? said[gitlab.Length..] : report.Unpack ?? error;
    }

    /// <summary>A user's line in a commit or a tag, now: <c>Name &lt;address&gt; seconds +0000</c>.</summary>
    /// <param name="name">Instead of the user's own.</param>
    public string Sign(UserRow user, string? name = null, string? email = null) =>
        $"{Clean(name ?? user.Name, user.Username)} <{Clean(email ?? user.Email, "")}> {time.GetUtcNow().ToUnixTimeSeconds()} +0000";

    /// <summary>What would end the name or the line early is left out.</summary>
    private static string Clean(string text, string otherwise)
    {
        var clean = new string([.. text.Where(c => !char.IsControl(c) && c is not ('<' or '>'))]).Trim();
        return clean.Length > 0 ? clean : otherwise;
    }
}
