using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;
using Slipway.Server.Blobs;
using Slipway.Server.Data;
using Slipway.Server.Http;
using Slipway.Server.Registry.Damage;

namespace Slipway.Server.Registry;

/// <summary>Blobs that are there: whole, or any parts of them. That one is there is asked of the row alone.</summary>
internal sealed class BlobCalls(RegistryBlobs rows, BlobReads reads, ServerOptions options)
{
    private const string Octets = "application/octet-stream";

    /// <summary>Of an address in the store: a slow client has to begin with the last of many layers within it. 30 minutes.</summary>
    private static readonly TimeSpan LinkLifetime = TimeSpan.FromMinutes(30);

    public async Task<IResult> GetAsync(RegistryCall call, string reference)
    {
        if (ImageDigest.Parse(reference) is not { } digest)
            return RegistryError.DigestInvalid("provided digest is not valid");
        if (await rows.FindAsync(call.Place, digest, call.Ct) is not { } row)
            return RegistryError.BlobUnknown;
        if (row.DamagedAt is not null)
            // Who only looks wants to push what is missing.
            return HttpMethods.IsHead(call.Http.Request.Method) ? RegistryError.BlobUnknown : RegistryError.Damaged(row.Digest);
        return await GiveAsync(call, row);
    }

    /// <summary>Gives what has been found.</summary>
    public async Task<IResult> GiveAsync(RegistryCall call, RegistryBlobRow row)
    {
        var headers = call.Response.Headers;
        headers["Docker-Content-Digest"] = row.Digest;
        headers.ETag = $"\"{row.Digest}\"";
        headers.CacheControl = "private, max-age=31536000, immutable";
        headers.AcceptRanges = "bytes";
        if (IsKnown(call.Http.Request, row.Digest))
            return Results.StatusCode(StatusCodes.Status304NotModified);
        headers.ContentType = Octets;
        if (HttpMethods.IsHead(call.Http.Request.Method))
        {
            call.Response.ContentLength = row.Size;
            return Results.Empty;
        }

        if (options.Registry.Redirects && reads.LinkTo(row, LinkLifetime) is { } link)
        {
            // The address is good for a while, and for who asked.
            headers.ContentType = headers.ETag = default;
            headers.CacheControl = "private, no-store";
            headers.Location = link.AbsoluteUri;
            return Results.StatusCode(StatusCodes.Status307TemporaryRedirect);
        }

        switch (ByteRanges.Parse(RangeOf(call.Http.Request, row.Digest), row.Size))
        {
            case []:
                headers.ContentRange = $"bytes */{row.Size}";
                // What is not there is not to be kept for a year.
                headers.ContentType = headers.CacheControl = headers.ETag = default;
                return new RegistryError(StatusCodes.Status416RangeNotSatisfiable, "RANGE_INVALID", "invalid content range");
            case [var range]:
                call.Response.StatusCode = StatusCodes.Status206PartialContent;
                headers.ContentRange = ContentRange(range, row.Size);
                return await SendAsync(call, row, range.Length, range);
            case { } ranges:
                return await SendPartsAsync(call, row, ranges);
            default:
                return await SendAsync(call, row, row.Size, null);
        }
    }

    public async Task<IResult> DeleteAsync(RegistryCall call, string reference)
    {
        if (ImageDigest.Parse(reference) is not { } digest)
            return RegistryError.DigestInvalid("provided digest is not valid");
        switch (await rows.RemoveAsync(call.Place, digest, call.Ct))
        {
            case RegistryBlobs.Removal.Removed:
                return Results.StatusCode(StatusCodes.Status202Accepted);
            case RegistryBlobs.Removal.Needed:
                call.Response.Headers.Allow = "GET, HEAD";
                return RegistryError.Unsupported("a manifest of this repository needs the blob: delete that first");
            default:
                return RegistryError.BlobUnknown;
        }
    }

    /// <summary>Whether who asks has it already. https://www.rfc-editor.org/rfc/rfc9110#section-13.1.2</summary>
    public static bool IsKnown(HttpRequest request, string digest)
    {
        var tag = new EntityTagHeaderValue($"\"{digest}\"");
        return request.Headers.ContainsKey("If-None-Match")
            && request
                .GetTypedHeaders()
                .IfNoneMatch.Any(known => known.Equals(EntityTagHeaderValue.Any) || known.Compare(tag, useStrongComparison: false));
    }

    /// <summary>Parts of something else are of no use to who has parts of that. https://www.rfc-editor.org/rfc/rfc9110#section-13.1.5</summary>
    private static string? RangeOf(HttpRequest request, string digest) =>
        request.Headers.IfRange.ToString() is var of && (of.Length == 0 || of == $"\"{digest}\"") ? request.Headers.Range : default(string);

    private async Task<IResult> SendAsync(RegistryCall call, RegistryBlobRow row, long length, BlobRange? range)
    {
        await using var bytes = await reads.OpenAsync(row, range, call.Ct);
        call.Response.ContentLength = length;
        await StreamedBody.SendAsync(call.Response, bytes, call.Ct);
        return Results.Empty;
    }

    private async Task<IResult> SendPartsAsync(RegistryCall call, RegistryBlobRow row, IReadOnlyList<BlobRange> ranges)
    {
        var border = Guid.NewGuid().ToString("N");
        var heads = ranges.Select(range => Encoding.ASCII.GetBytes(Head(border, range, row.Size))).ToList();
        var end = Encoding.ASCII.GetBytes($"\r\n--{border}--\r\n");
        call.Response.StatusCode = StatusCodes.Status206PartialContent;
        call.Response.ContentType = $"multipart/byteranges; boundary={border}";
        call.Response.ContentLength = ranges.Sum(range => range.Length) + heads.Sum(head => head.Length) + end.Length;
        foreach (var (head, range) in heads.Zip(ranges))
        {
            await using var bytes = await reads.OpenAsync(row, range, call.Ct);
            await call.Response.Body.WriteAsync(head, call.Ct);
            await StreamedBody.SendAsync(call.Response, bytes, call.Ct);
        }

        await call.Response.Body.WriteAsync(end, call.Ct);
        return Results.Empty;
    }

    private static string Head(string border, BlobRange range, long size) =>
        $"\r\n--{border}\r\nContent-Type: {Octets}\r\nContent-Range: {ContentRange(range, size)}\r\n\r\n";

    private static string ContentRange(BlobRange range, long size) => $"bytes {range.Start}-{range.Start + range.Length - 1}/{size}";
}
