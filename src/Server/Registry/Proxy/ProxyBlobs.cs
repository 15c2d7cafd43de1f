using Microsoft.AspNetCore.Http;
using Slipway.Server.Blobs;
using Slipway.Server.Data;
using Slipway.Server.Http;

namespace Slipway.Server.Registry.Proxy;

/// <summary>Blobs of other registries: from the store, or, while they come, from where they come through.</summary>
internal sealed class ProxyBlobs(ProxyStore store, BlobFetch fetch, UpstreamDoor upstream, BlobCalls own, IBlobStore blobs)
{
    public async Task<IResult> GetAsync(ProxyCall call, string reference)
    {
        if (ImageDigest.Parse(reference) is not { } digest)
            return RegistryError.DigestInvalid("provided digest is not valid");
        while (true)
        {
            // Bytes that the store has lost are fetched again.
            if (
                await store.FindBlobAsync(call, digest.ToString(), call.Ct) is { } row
                && await blobs.StatAsync(BlobDigest.Parse(row.Blob, null), call.Ct) is not null
            )
                return await own.GiveAsync(call.AsOwn(), new RegistryBlobRow(row.Id, 0, row.Digest, row.Blob, row.Size, null, null));
            if (call.IsHead)
                return await HeadAsync(call, digest);
            var flight = fetch.Flight(call.Image, digest, call.Owner);
            if (fetch.TryJoin(flight, call.Owner))
                using (flight)
                    if (await SendAsync(call, digest, flight) is { } sent)
                        return sent;
            await flight.Ended.WaitAsync(call.Ct);
        }
    }

    private async Task<IResult> HeadAsync(ProxyCall call, ImageDigest digest)
    {
        var (response, refusal) = await upstream.AskAsync(HttpMethod.Head, call.Image, $"blobs/{digest}", call.Ct);
        if (response is null)
            return refusal!;
        using (response)
        {
            Describe(call.Response, digest);
            call.Response.ContentLength = response.Length;
            return Results.Empty;
        }
    }

    /// <returns>Nothing: it is in the store.</returns>
    private static async Task<IResult?> SendAsync(ProxyCall call, ImageDigest digest, BlobFlight flight)
    {
        if (await flight.Opened.WaitAsync(call.Ct) is { } refusal)
            return refusal;
        if (flight.IsNeedless)
            return null;
        var range = flight.Length is { } whole && ByteRanges.Parse(call.Http.Request.Headers.Range, whole) is [var only] ? only : null;
        Describe(call.Response, digest);
        call.Response.ContentLength = range?.Length ?? flight.Length;
        if (range is not null)
        {
            call.Response.StatusCode = StatusCodes.Status206PartialContent;
            call.Response.Headers.ContentRange = $"bytes {range.Start}-{range.Start + range.Length - 1}/{flight.Length}";
        }

        try
        {
            await using var bytes = new FlightStream(flight, range?.Start ?? 0, range?.Length ?? long.MaxValue);
            await StreamedBody.SendAsync(call.Response, bytes, call.Ct);
        }
        catch (UpstreamBrokenException) when (!call.Response.HasStarted)
        {
            call.Response.Restart();
            return (await flight.Ended)!;
        }
        catch (UpstreamBrokenException)
        {
            // The only way to say, in the middle, that what was sent is not what it was said to be.
            call.Http.Abort();
        }

        return Results.Empty;
    }

    private static void Describe(HttpResponse response, ImageDigest digest)
    {
        response.Headers["Docker-Content-Digest"] = digest.ToString();
        response.Headers.ETag = $"\"{digest}\"";
        response.Headers.CacheControl = "private, max-age=31536000, immutable";
        response.Headers.AcceptRanges = "bytes";
        response.Headers.ContentType = "application/octet-stream";
    }
}
