using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Slipway.Server.Blobs;
using Slipway.Server.Data;
using Slipway.Server.Registry.Usage;

namespace Slipway.Server.Registry.Uploads;

/// <summary>Takes the bytes of uploads into the store. No part of a blob is ever whole in memory.</summary>
internal sealed class UploadIntake(IBlobStore blobs, UploadStore store, Quotas quotas, ServerOptions options)
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

    /// <returns>The refusal when the project has no room for what a request brings, as far as it says.</returns>
    public async Task<RegistryError?> WhyNotAsync(RegistryCall call) =>
        await quotas.LeftAsync(call.Place, ImageDigest.Parse(call.Http.Request.Query["digest"]), call.Ct) is { } left
        && (left <= 0 || call.Http.Request.ContentLength > left)
            ? await quotas.RefusalAsync(call.Place, call.Ct)
            : null;

    /// <summary>Too large for the project, or for the registry.</summary>
    public async Task<RegistryError> TooLargeAsync(RegistryCall call) =>
        await quotas.LeftAsync(call.Place, null, call.Ct) is { } left && left < options.Registry.BlobBytes
            ? await quotas.RefusalAsync(call.Place, call.Ct)
            : RegistryError.TooLarge("a blob", options.Registry.BlobBytes);

    /// <summary>What one request brings.</summary>
    public async Task<BlobPut> PieceAsync(RegistryCall call, RegistryUploadRow upload) =>
        await blobs.ReplaceAsync(call.Http.Request.Body, null, await MostAsync(call, upload, null) - upload.Size, call.Ct);

    /// <summary>All that an upload brought, and what the last request brings, as one blob.</summary>
    /// <param name="call">The last request.</param>
    /// <param name="upload">Nothing when there was no request before.</param>
    /// <param name="expected">What it is said to be.</param>
    /// <returns>The blob, and whether its bytes are there for the first time; or why it is none. Nothing when somebody else went on with the upload meanwhile.</returns>
    public async Task<(BlobPut? Put, bool IsNew)> WholeAsync(RegistryCall call, RegistryUploadRow? upload, ImageDigest expected)
    {
        var (hasBody, ct) = (HasBody(call.Http), call.Ct);
        var pieces = upload is { Pieces: > 0 } ? await store.PiecesAsync(upload, ct) : [];
        if (upload is not null && upload.Size != pieces.Sum(piece => piece.Size))
            return (null, false);
        // The most frequent of all: one request has brought everything, and this one only says what it is.
        if (pieces is [var only] && !hasBody)
            return (await CheckAsync(new Blob(BlobDigest.Parse(only.Blob, null), only.Size), expected, ct), false);
        await using var all = new Pieces(blobs, pieces, hasBody ? call.Http.Request.Body : Stream.Null);
        var most = hasBody ? await MostAsync(call, upload, expected) : options.Registry.BlobBytes;
        if (expected.InStore is { } sha256)
            return (await blobs.ReplaceAsync(all, sha256, most, ct), true);
        await using var hashed = new HashedStream(all);
        var put = await blobs.ReplaceAsync(hashed, null, most, ct);
        return (put is BlobPut.Stored(var blob) && hashed.Digest != expected ? new BlobPut.Mismatch(blob.Digest) : put, true);
    }

    /// <summary>Bytes that a blob may have in all, of which those that came before are there already.</summary>
    private async Task<long> MostAsync(RegistryCall call, RegistryUploadRow? upload, ImageDigest? digest) =>
        await quotas.LeftAsync(call.Place, digest, call.Ct) is { } left
            ? Math.Clamp(left + (upload?.Size ?? 0), upload?.Size ?? 0, options.Registry.BlobBytes)
            : options.Registry.BlobBytes;

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
