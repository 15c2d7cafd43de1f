using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.HttpOverrides;
using IPNetwork = System.Net.IPNetwork;

namespace Slipway.Server.Http;

/// <summary>
/// Who asks when proxies stand in front of the server: the last address in <c>X-Forwarded-For</c> that is not a trusted proxy's own. What stands before it
/// anybody may have written. What cannot be read ends there too.
/// </summary>
internal static class ForwardedAddresses
{
    /// <param name="trusted">Those proxies; nobody else's headers are looked at.</param>
    public static void UseForwardedAddresses(this WebApplication app, IReadOnlyList<IPNetwork> trusted)
    {
        // ASP.NET's middleware takes an empty list for everybody.
        if (trusted.Count == 0)
            return;
        var options = new ForwardedHeadersOptions
        {
            ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto,
            ForwardLimit = null,
        };
        options.KnownProxies.Clear();
        options.KnownIPNetworks.Clear();
        foreach (var network in trusted)
            options.KnownIPNetworks.Add(network);
        app.UseForwardedHeaders(options);
    }
}
