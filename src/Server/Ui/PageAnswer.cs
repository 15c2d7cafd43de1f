using System.Text;
using Microsoft.AspNetCore.Http;
using Slipway.Server.Ui.Markup;

namespace Slipway.Server.Ui;

/// <summary>A whole page. It may run the scripts and styles of this server and nothing else, and stands in no frame (reliability-security S31).</summary>
internal sealed class PageAnswer(Html page, int status = StatusCodes.Status200OK) : IResult
{
    public const string Policy =
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

    public async Task ExecuteAsync(HttpContext http)
    {
        var headers = http.Response.Headers;
        headers.ContentSecurityPolicy = Policy;
        headers.XFrameOptions = "DENY";
        headers["Referrer-Policy"] = "same-origin";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers.CacheControl = "no-store";
        headers.ContentType = "text/html; charset=utf-8";
        http.Response.StatusCode = status;
        var bytes = Encoding.UTF8.GetBytes(page.ToString());
        http.Response.ContentLength = bytes.Length;
        if (!HttpMethods.IsHead(http.Request.Method))
            await http.Response.Body.WriteAsync(bytes, http.RequestAborted);
    }
}
