using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Slipway.Server.Blobs;
using Slipway.Server.Data;

namespace Slipway.Server.Registry.Uploads;

/// <summary>Takes the bytes of uploads into the store. No part of a blob is ever whole in memory.</summary>
internal sealed class UploadIntake(IBlobStore blobs, UploadStore store, ServerOptions options)
{
    /// <summary>Lets a request bring as much as a blob may have, as slowly as a bad line brings it.</summary>
    public static void OpenFor(HttpContext http)
    {
        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } most)
            most.MaxRequestBodySize = null;
        if (http.Features.Get<IHttpMinRequestBodyDataRateFeature>() is { } rate)
            rate.MinDataRate = new MinDataRate(1, TimeSpan.FromMinutes(10));
    }

    /// <summary>Whether a request brings bytes, or may.</summary>
    public static bool HasBody(HttpContext http) => http.Features.Get<IHttpRequestBodyDetectionFeature>()?.CanHaveBody ?? true;

    /// <summary>What one request brings.</summary>
    public Task<BlobPut> PieceAsync(HttpRequest request, RegistryUploadRow upload, CancellationToken ct) =>
        blobs.PutAsync(request.Body, null, options.Registry.BlobBytes - upload.Size, ct);

    /// <summary>All that an upload brought, and what the last request brings, as one blob.</summary>
    /// <param name="upload">Nothing when there was no request before.</param>
    /// <param name="body">What the last request brings.</param>
    /// <param name="expected">What it is said to be.</param>
    /// <returns>The blob, and whether its bytes are there for the first time; or why it is none.</returns>
    public async Task<(BlobPut Put, bool IsNew)> WholeAsync(
        RegistryUploadRow? upload,
        Stream body,
        bool hasBody,
        ImageDigest expected,
        CancellationToken ct
    )
    {
        var pieces = upload is { Pieces: > 0 } ? await store.PiecesAsync(upload, ct) : [];
        // The most frequent of all: one request has brought everything, and this one only says what it is.
        if (pieces is [var only] && !hasBody)
            return (await CheckAsync(new Blob(BlobDigest.Parse(only.Blob, null), only.Size), expected, ct), false);
        await using var all = new Pieces(blobs, pieces, hasBody ? body : Stream.Null);
        if (expected.InStore is { } sha256)
            return (await blobs.PutAsync(all, sha256, options.Registry.BlobBytes, ct), true);
        await using var hashed = new HashedStream(all);
        var put = await blobs.PutAsync(hashed, null, options.Registry.BlobBytes, ct);
        return (put is BlobPut.Stored(var blob) && hashed.Digest != expected ? new BlobPut.Mismatch(blob.Digest) : put, true);
    }

    private async Task<BlobPut> CheckAsync(Blob blob, ImageDigest expected, CancellationToken ct)
    {
        if (expected.InStore is { } sha256)
            return sha256 == blob.Digest ? new BlobPut.Stored(blob) : new BlobPut.Mismatch(blob.Digest);
        await using var bytes =
            await blobs.OpenAsync(blob.Digest, null, ct)
            ?? throw new BlobStoreException($"The blob {blob.Digest} is gone.", new FileNotFoundException(blob.Digest.ToString()));
        return await ImageDigest.Sha512OfAsync(bytes, ct) == expected ? new BlobPut.Stored(blob) : new BlobPut.Mismatch(blob.Digest);
    }
}
