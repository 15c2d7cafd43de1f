using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;

namespace Slipway.Server.Registry.Proxy;

/// <summary>
/// A second address at which there is nothing but the images of other registries, under their own names and for everybody who reaches it: what Docker's
/// <c>registry-mirrors</c> takes, which knows no login and no prefix. https://docs.docker.com/docker-hub/image-library/mirror/
/// </summary>
internal static class Mirror
{
    public static void ListenAsMirror(this KestrelServerOptions kestrel, IPEndPoint address) =>
        kestrel.Listen(
            address,
            listen =>
                listen.Use(next =>
                    connection =>
                    {
                        connection.Features.Set(new Mark());
                        return next(connection);
                    }
                )
        );

    /// <summary>What comes by that address goes no further than here.</summary>
    public static void UseMirror(this WebApplication app)
    {
        var door = app.Services.GetRequiredService<ProxyDoor>();
        app.Use(
            async (http, next) =>
            {
                if (http.Features.Get<Mark>() is null)
                    await next(http);
                else
                    await (await door.MirrorAsync(http)).ExecuteAsync(http);
            }
        );
    }

    /// <summary>That a connection came by the mirror's address.</summary>
    private sealed class Mark;
}
