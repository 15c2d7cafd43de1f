using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Slipway.Server.Http;
using Slipway.Server.Work;

namespace Slipway.Server;

/// <summary>What the server is made of, a line each: the routes of every slice, and who does which work.</summary>
internal static class ServerApp
{
    public static void MapRoutes(WebApplication app)
    {
        app.MapHealth();
        var v4 = app.MapGroup("/api/v4");
        v4.MapVersion();
    }

    /// <summary>What must pass before a route's handler, in order.</summary>
    public static void Use(WebApplication app)
    {
        app.UseRouting();
    }

    /// <summary>Who does what stands in the table of work.</summary>
    public static void Handle(WorkLoop work, IServiceProvider services) { }

    /// <summary>The server does not start with a route that says nothing of who may come in.</summary>
    /// <exception cref="InvalidOperationException">Names them.</exception>
    public static void CheckRoutes(IEndpointRouteBuilder app)
    {
        var open = app
            .DataSources.SelectMany(source => source.Endpoints)
            .OfType<RouteEndpoint>()
            .Where(endpoint => endpoint.Metadata.GetMetadata<Access>() is null)
            .Select(endpoint => endpoint.DisplayName)
            .ToList();
        if (open.Count > 0)
            throw new InvalidOperationException($"These routes say nothing of who may come in: {string.Join(", ", open)}.");
    }
}
