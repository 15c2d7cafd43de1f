using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Slipway.Server.Http;
using Slipway.Server.Registry.Api;
using Slipway.Server.Registry.Cleanup;
using Slipway.Server.Registry.Collecting;
using Slipway.Server.Registry.Contents;
using Slipway.Server.Registry.Damage;
using Slipway.Server.Registry.Manifests;
using Slipway.Server.Registry.Protection;
using Slipway.Server.Registry.Proxy;
using Slipway.Server.Registry.Tokens;
using Slipway.Server.Registry.Uploads;
using Slipway.Server.Registry.Usage;

namespace Slipway.Server.Registry;

/// <summary>What the container registry adds to the server: <c>/v2/</c>, and where its tokens come from.</summary>
internal static class RegistryParts
{
    public static IServiceCollection AddRegistry(this IServiceCollection services) =>
        services
            .AddSingleton<RegistryTokens>()
            .AddSingleton<ProxyRights>()
            .AddSingleton<RegistryRights>()
            .AddSingleton<RegistryLogin>()
            .AddSingleton<RegistryBlobs>()
            .AddSingleton<Damages>()
            .AddSingleton<BlobReads>()
            .AddSingleton<BlobCalls>()
            .AddSingleton<UploadStore>()
            .AddSingleton<UploadIntake>()
            .AddSingleton<UploadCalls>()
            .AddSingleton<ManifestStore>()
            .AddSingleton<ManifestCalls>()
            .AddSingleton<ReferrerCalls>()
            .AddSingleton<ListCalls>()
            .AddSingleton<RegistryDoor>()
            .AddProxy()
            .AddSingleton<RepositoryStore>()
            .AddSingleton<TagStore>()
            .AddSingleton<ImageStore>()
            .AddSingleton<RepositoryShapes>()
            .AddSingleton<CleanupSettings>()
            .AddSingleton<ImageUsage>()
            .AddSingleton<Quotas>()
            .AddSingleton<TagRuleStore>()
            .AddSingleton<CleanupStore>()
            .AddSingleton<CleanupRuns>()
            .AddSingleton<Collection>()
            .AddHostedService<UploadLoop>()
            .AddHostedService<UpkeepLoop>();

    private static IServiceCollection AddProxy(this IServiceCollection services) =>
        services
            .AddSingleton<UpstreamLogins>()
            .AddSingleton<UpstreamDoor>()
            .AddSingleton<ProxyStore>()
            .AddSingleton<BlobFetch>()
            .AddSingleton<ProxyBlobs>()
            .AddSingleton<ProxyManifests>()
            .AddSingleton<ProxyDoor>()
            .AddSingleton<ProxySettings>()
            .AddSingleton<ProxyContents>()
            .AddSingleton<ProxyExpiry>()
            .AddSingleton<ProxyEviction>();

    public static void MapRegistry(this IEndpointRouteBuilder app)
    {
        app.MapTokens();
        app.Map("/v2/{**path}", (HttpContext http, RegistryDoor door) => door.AnswerAsync(http))
            .WithMetadata(new FailedAs(RegistryError.Failed))
            .Allow(new Access.OwnDoor("tokens of /jwt/auth, or basic authentication") { Alone = true });
    }

    /// <summary>What of the registry is in API v4.</summary>
    public static void MapRegistryRoutes(this IEndpointRouteBuilder v4)
    {
        v4.MapRepositories();
        v4.MapImageTags();
        v4.MapTagRules();
        v4.MapProxy();
    }
}
