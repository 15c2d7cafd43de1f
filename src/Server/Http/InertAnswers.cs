using Microsoft.AspNetCore.Http;

namespace Slipway.Server.Http;

/// <summary>
/// What every answer carries unless its handler says otherwise: no browser guesses another type than the one it is sent with, and none that is opened as a page may
/// run anything or has this server's origin. So a door that gives out what users wrote is closed before anybody thinks of it (reliability-security S32).
/// </summary>
internal static class InertAnswers
{
    public const string Policy = "sandbox; default-src 'none'";

    public static void Seal(HttpResponse response)
    {
        response.Headers.XContentTypeOptions = "nosniff";
        response.Headers.ContentSecurityPolicy = Policy;
    }

    /// <summary>Takes back what was to be answered.</summary>
    public static void Restart(this HttpResponse response)
    {
        response.Clear();
        Seal(response);
    }
}
