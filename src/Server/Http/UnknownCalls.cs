using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Slipway.Server.Http;

/// <summary>What no route of the API is for, as clients know it: <c>{"error": "404 Not Found"}</c>.</summary>
internal static class UnknownCalls
{
    /// <summary>Behind routing: a call of another method than a route has is not unknown.</summary>
    public static void UseUnknownCalls(this WebApplication app) =>
        app.Use(
            (http, next) =>
                http.GetEndpoint() is null && http.Request.Path.StartsWithSegments("/api")
                    ? Results
                        .Json(new { error = "404 Not Found" }, Answers.Json, statusCode: StatusCodes.Status404NotFound)
                        .ExecuteAsync(http)
                    : next(http)
        );
}
