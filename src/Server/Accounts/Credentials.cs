using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Slipway.Server.Data;
using Slipway.Server.Http;

namespace Slipway.Server.Accounts;

/// <summary>
/// Finds out on whose behalf a request comes, before its handler runs: <c>PRIVATE-TOKEN</c>, <c>Authorization: Bearer</c>, <c>JOB-TOKEN</c>, the same as parameters
/// of the query, or a session's cookie. https://docs.gitlab.com/api/rest/authentication/
/// </summary>
internal static class Credentials
{
    public static void UseCredentials(this WebApplication app)
    {
        var services = app.Services;
        var (db, time) = (services.GetRequiredService<Db>(), services.GetRequiredService<TimeProvider>());
        var (authentication, url) = (services.GetRequiredService<Authentication>(), services.GetRequiredService<ServerUrl>());
        app.Use(
            async (http, next) =>
            {
                if (http.GetEndpoint()?.Metadata.GetMetadata<Access>() is Access.OwnDoor { Alone: true })
                    http.SetActor(new Actor.Nobody());
                else if (await FindAsync(http, authentication, http.RequestAborted) is not { } credential)
                    http.SetActor(
                        (Actor?)await Sessions.FindAsync(db, http, time, url.IsSecure, http.RequestAborted) ?? new Actor.Nobody()
                    );
                else if (credential is Credential.Good good)
                    http.SetActor(good.Actor);
                else if (http.GetEndpoint()?.Metadata.GetMetadata<Access>() is not Access.OwnDoor)
                {
                    await Refusal(credential).ExecuteAsync(http);
                    return;
                }

                await next(http);
            }
        );
    }

    /// <returns>Nothing when the request carries none.</returns>
    private static async Task<Credential?> FindAsync(HttpContext http, Authentication authentication, CancellationToken ct)
    {
        var headers = http.Request.Headers;
        var query = http.Request.Query;
        if ((Given(headers["JOB-TOKEN"]) ?? Given(query["job_token"])) is { } job)
            return await authentication.JobAsync(job, ct);
        var token =
            Given(headers["PRIVATE-TOKEN"])
            ?? Bearer(headers.Authorization)
            ?? Given(query["private_token"])
            ?? Given(query["access_token"]);
        return token is null ? null : await authentication.TokenAsync(token, ct);
    }

    private static string? Bearer(string? header) =>
        header?.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase) == true ? Given(header["Bearer ".Length..].Trim()) : null;

    private static string? Given(string? value) => string.IsNullOrEmpty(value) ? null : value;

    private static IResult Refusal(Credential credential) =>
        credential switch
        {
            Credential.Expired => Invalid("Token is expired. You can either do re-authorization or token refresh."),
            Credential.Revoked => Invalid("Token was revoked. You have to re-authorize from the user."),
            _ => Answers.Unauthorized,
        };

    private static IResult Invalid(string why) =>
        Results.Json(new { error = "invalid_token", errorDescription = why }, Answers.Json, statusCode: StatusCodes.Status401Unauthorized);
}
