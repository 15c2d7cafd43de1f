using Microsoft.AspNetCore.Http;

namespace Slipway.Server.Http;

internal static class Requests
{
    /// <summary>Where a request comes from, for limits and records; the proxy's where there is one that <see cref="ServerOptions.TrustedProxies"/> does not name.</summary>
    public static string Address(this HttpContext http) => http.Connection.RemoteIpAddress?.ToString() ?? "";

    /// <summary>Whether it only reads.</summary>
    public static bool IsSafe(this HttpContext http) => HttpMethods.IsGet(http.Request.Method) || HttpMethods.IsHead(http.Request.Method);

    /// <summary>Whether a page of ours sent it, and no other site's. Browsers say so themselves and let no script change it.</summary>
    public static bool IsFromOurPages(this HttpContext http, ServerUrl url)
    {
        var headers = http.Request.Headers;
        if (headers.TryGetValue("Sec-Fetch-Site", out var site))
            return site == "same-origin";
        // Over http, except to this machine itself, browsers say only this. Behind a proxy the server is known by another name than it hears.
        var origin = headers.Origin.ToString();
        return origin.Length > 0
            && (origin == url.Uri.GetLeftPart(UriPartial.Authority) || origin == $"{http.Request.Scheme}://{http.Request.Host}");
    }
}
