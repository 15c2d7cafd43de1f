using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Slipway.Server.Pipelines;
using Slipway.Server.Work;

namespace Slipway.Server.Webhooks;

/// <summary>What webhooks add to the server.</summary>
internal static class WebhookParts
{
    public static IServiceCollection AddWebhooks(this IServiceCollection services) =>
        services
            .AddSingleton<WebhookSecrets>()
            .AddSingleton<WebhookStore>()
            .AddSingleton<HeardEvents>()
            .AddSingleton<WebhookSending>()
            .AddSingleton<HookBodies>()
            .AddSingleton<PushHooks>()
            .AddSingleton<PipelineHooks>()
            .AddSingleton<PipelineTelling>()
            .AddSingleton<PipelineFollower>(all => all.GetRequiredService<PipelineHooks>().FollowAsync);

    public static void MapWebhookRoutes(this IEndpointRouteBuilder v4)
    {
        v4.MapWebhooks();
        v4.MapWebhookEvents();
    }

    public static void HandleWebhooks(this WorkLoop work, IServiceProvider services)
    {
        work.On(WebhookWork.Tell, services.GetRequiredService<PipelineTelling>().OnTellAsync);
        work.On(WebhookWork.Send, services.GetRequiredService<WebhookSending>().OnSendAsync);
    }
}
