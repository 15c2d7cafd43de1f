using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Slipway.Server.Triggers;

/// <summary>What trigger tokens add to the server.</summary>
internal static class TriggerParts
{
    public static IServiceCollection AddTriggers(this IServiceCollection services) =>
        services.AddSingleton<TriggerStore>().AddSingleton<TriggerDoor>();

    public static void MapTriggerRoutes(this IEndpointRouteBuilder v4)
    {
        v4.MapTriggers();
        v4.MapTrigger();
    }
}
