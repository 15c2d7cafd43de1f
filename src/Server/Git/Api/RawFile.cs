using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Slipway.Server.Git.Api;

/// <summary>A file's bytes as they are. It is a user's: a browser may show it as text or keep it, and never run it.</summary>
internal static class RawFile
{
    /// <summary>Bytes. GitLab's own limit for the API.</summary>
    public const int Largest = 100 << 20;

    private const int Looked = 8000;

    public static IResult Answer(HttpContext http, byte[] content, string name)
    {
        var headers = http.Response.Headers;
        var text = IsText(content);
        var disposition = new ContentDispositionHeaderValue(text ? "inline" : "attachment");
        disposition.SetHttpFileName(name);
        headers.ContentDisposition = disposition.ToString();
        return Results.Bytes(content, text ? "text/plain; charset=utf-8" : "application/octet-stream");
    }

    /// <summary>Git's own guess: text has no zero among its first bytes.</summary>
    public static bool IsText(ReadOnlySpan<byte> content) => !content[..Math.Min(content.Length, Looked)].Contains((byte)0);
}
