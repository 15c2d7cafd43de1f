using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Slipway.Compiler;
using Slipway.Server.Data;

namespace Slipway.Server.Http;

/// <summary>Whether the server lives, and whether it should be sent work. https://docs.gitlab.com/administration/monitoring/health_check/</summary>
internal static class HealthApi
{
    private static readonly Access ForProbes = new Access.Everyone("probes have no credentials, and learn nothing but that it runs");

    public static void MapHealth(this IEndpointRouteBuilder app)
    {
        app.MapGet("/-/health", () => Results.Text("Slipway OK")).Allow(ForProbes);
        app.MapGet("/-/liveness", () => Answers.Ok(new { status = "ok" })).Allow(ForProbes);
        app.MapGet("/-/readiness", ReadyAsync).Allow(ForProbes);
    }

    public static void MapVersion(this IEndpointRouteBuilder v4)
    {
        v4.MapGet("/version", () => Answers.Ok(new { version = Facts.Version, revision = Facts.Revision }))
            .Allow(new Access.SignedIn(Scopes.ReadUser));
        v4.MapGet(
                "/metadata",
                () =>
                    Answers.Ok(
                        new
                        {
                            version = Facts.Version,
                            revision = Facts.Revision,
                            kas = new
                            {
                                enabled = false,
                                externalUrl = (string?)null,
                                version = (string?)null,
                            },
                            enterprise = false,
                        }
                    )
            )
            .Allow(new Access.SignedIn(Scopes.ReadUser));
    }

    private static ServerFacts Facts { get; } = new();

    private static async Task<IResult> ReadyAsync(Db db, Readiness readiness, CancellationToken ct)
    {
        if (readiness.IsEnding)
            return Results.Json(new { status = "failed", message = "ending" }, Answers.Json, statusCode: 503);
        try
        {
            await db.FindAsync<long>("SELECT 1", null, ct);
            return Answers.Ok(new { status = "ok", master_check = new[] { new { status = "ok" } } });
        }
        catch (DatabaseException e)
        {
            return Results.Json(new { status = "failed", message = e.Fault.ToString() }, Answers.Json, statusCode: 503);
        }
    }
}
