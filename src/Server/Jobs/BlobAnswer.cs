using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;
using Slipway.Server.Blobs;
using Slipway.Server.Http;

namespace Slipway.Server.Jobs;

/// <summary>
/// Bytes that a job made, sent to whoever asked for them. They are hostile: nothing in a browser takes them for a page of ours
/// (<see cref="InertAnswers"/>). One range of them can be asked for.
/// </summary>
/// <param name="Length">Of the whole; <see langword="null"/> when it is not known before, and then there are no ranges.</param>
/// <param name="Open">Opens it from a byte on, so many of them. Nothing: it is gone; and when a length of it is known, the store has lost it.</param>
internal sealed record BlobAnswer(
    string ContentType,
    string? Filename,
    long? Length,
    Func<(long Start, long Length)?, CancellationToken, Task<Stream?>> Open
) : IResult
{
    public async Task ExecuteAsync(HttpContext http)
    {
        var ct = http.RequestAborted;
        var part = Part(http.Request);
        if (part is { Length: 0 })
        {
            http.Response.StatusCode = StatusCodes.Status416RangeNotSatisfiable;
            http.Response.Headers.ContentRange = $"bytes */{Length}";
            return;
        }

        await using var bytes = Length == 0 ? Stream.Null : await Open(part, ct);
        if (bytes is null && Length > 0)
            throw KeptBlobs.Gone();
        if (bytes is null)
        {
            await Answers.NotFound().ExecuteAsync(http);
            return;
        }

        SetHeaders(http.Response, part);
        if (!HttpMethods.IsHead(http.Request.Method))
            await StreamedBody.SendAsync(http.Response, bytes, ct);
    }

    private void SetHeaders(HttpResponse response, (long Start, long Length)? part)
    {
        var headers = response.Headers;
        headers.ContentType = ContentType;
        headers.CacheControl = "private, no-store";
        if (Filename is not null)
        {
            var disposition = new ContentDispositionHeaderValue("attachment");
            disposition.SetHttpFileName(Filename);
            headers.ContentDisposition = disposition.ToString();
        }

        if (Length is null)
            return;
        headers.AcceptRanges = "bytes";
        response.ContentLength = part?.Length ?? Length;
        if (part is not var (start, length))
            return;
        response.StatusCode = StatusCodes.Status206PartialContent;
        headers.ContentRange = $"bytes {start}-{start + length - 1}/{Length}";
    }

    /// <returns>Nothing: all of it. No length: a range that lies behind the end.</returns>
    private (long Start, long Length)? Part(HttpRequest request)
    {
        if (Length is not { } length || request.GetTypedHeaders().Range is not { Unit.Value: "bytes", Ranges: { Count: 1 } ranges })
            return null;
        var range = ranges.First();
        if (range.From is { } from)
            return from >= length ? (0, 0) : (from, Math.Min(range.To ?? long.MaxValue, length - 1) - from + 1);
        return range.To is not { } last ? null
            : last == 0 || length == 0 ? (0, 0)
            : (Math.Max(0, length - last), Math.Min(last, length));
    }
}
