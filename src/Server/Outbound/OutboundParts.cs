using Microsoft.Extensions.DependencyInjection;

namespace Slipway.Server.Outbound;

/// <summary>The one way out of the server.</summary>
internal static class OutboundParts
{
    public static IServiceCollection AddOutbound(this IServiceCollection services) =>
        services.AddSingleton(all => new OutboundHttp(
            new AddressRules(all.GetRequiredService<ServerOptions>().AllowedOutbound),
            all.GetRequiredService<TimeProvider>(),
            web: all.GetRequiredService<ServerOptions>().Web
        ));
}
