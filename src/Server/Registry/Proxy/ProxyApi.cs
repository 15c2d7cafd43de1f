using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Slipway.Server.Accounts;
using Slipway.Server.Data;
using Slipway.Server.Http;
using Slipway.Server.Projects;

namespace Slipway.Server.Registry.Proxy;

/// <summary>
/// A group's dependency proxy over API v4: GitLab's call that empties it (https://docs.gitlab.com/api/dependency_proxy/), and, where GitLab has GraphQL alone
/// (<c>updateDependencyProxySettings</c>, <c>updateDependencyProxyImageTtlGroupPolicy</c>), a resource with the same words.
/// </summary>
internal static class ProxyApi
{
    private const string Path = "/groups/{group}/dependency_proxy";

    public static void MapProxy(this IEndpointRouteBuilder v4)
    {
        v4.MapGet(Path, FindAsync).Allow(new Access.OnGroup(Role.Reporter));
        v4.MapPut(Path, ChangeAsync).Allow(new Access.OnGroup(Role.Owner));
        v4.MapDelete(Path + "/cache", PurgeAsync).Allow(new Access.OnGroup(Role.Owner));
    }

    private static async Task<IResult> FindAsync(GroupContext here, ProxySettings settings, ServerUrl url, CancellationToken ct) =>
        Answers.Ok(await JsonAsync(here, await settings.FindAsync(here.Id, ct), settings, url, ct));

    private static async Task<IResult> ChangeAsync(
        GroupContext here,
        Parameters parameters,
        Actor actor,
        ProxySettings settings,
        ServerUrl url,
        CancellationToken ct
    )
    {
        var row = await settings.FindAsync(here.Id, ct);
        foreach (var name in (string[])["enabled", "ttl_enabled"])
            if (parameters.Has(name) && parameters.Flag(name) is null)
                return Answers.BadParameter($"{name} is invalid");
        if (parameters.Has("ttl") && parameters.Number("ttl") is not (>= 1 and <= ProxySettings.LongestTtl))
            return Answers.BadParameter("ttl does not have a valid value");
        row = row with
        {
            Enabled = Number(parameters.Flag("enabled")) ?? row.Enabled,
            TtlEnabled = Number(parameters.Flag("ttl_enabled")) ?? row.TtlEnabled,
            Ttl = parameters.Number("ttl") ?? row.Ttl,
        };
        await settings.SetAsync(row, actor.Name, here.Group.FullPath, ct);
        return Answers.Ok(await JsonAsync(here, row, settings, url, ct));
    }

    private static async Task<IResult> PurgeAsync(GroupContext here, Actor actor, ProxySettings settings, CancellationToken ct)
    {
        await settings.PurgeAsync(here.Id, actor.Name, here.Group.FullPath, ct);
        return Answers.Message(StatusCodes.Status202Accepted, "202 Accepted");
    }

    private static long? Number(bool? flag) => flag is { } given ? (given ? 1 : 0) : null;

    private static async Task<object> JsonAsync(
        GroupContext here,
        ProxySettingsRow row,
        ProxySettings settings,
        ServerUrl url,
        CancellationToken ct
    )
    {
        var usage = await settings.UsageAsync(here.Id, ct);
        return new
        {
            enabled = row.Enabled == 1,
            ttl_enabled = row.TtlEnabled == 1,
            ttl = row.Ttl,
            image_prefix = ProxySettings.PrefixOf(url, here.Group.FullPath),
            image_count = usage.Images,
            blob_count = usage.Blobs,
            total_size_in_bytes = usage.Bytes,
        };
    }
}
