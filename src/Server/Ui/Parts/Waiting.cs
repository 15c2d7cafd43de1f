using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace Slipway.Server.Ui.Parts;

/// <summary>What a page says to whoever has tried too often, beside status 429.</summary>
internal static class Waiting
{
    /// <returns>The sentence. Programs read the same in <c>Retry-After</c>.</returns>
    public static string Say(HttpContext http, TimeSpan wait)
    {
        var seconds = (int)Math.Ceiling(wait.TotalSeconds);
        http.Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        return $"Too many tries. Wait {seconds} s, then try again.";
    }
}
