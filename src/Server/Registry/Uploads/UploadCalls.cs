using Microsoft.AspNetCore.Http;
using Slipway.Server.Blobs;
using Slipway.Server.Data;
using Slipway.Server.Http;
using Slipway.Server.Registry.Damage;
using Slipway.Server.Registry.Tokens;

namespace Slipway.Server.Registry.Uploads;

/// <summary>How blobs come in: with one request, in pieces, or from another repository.</summary>
internal sealed class UploadCalls(
    UploadStore store,
    UploadIntake intake,
    RegistryBlobs blobs,
    BlobReads reads,
    TimeProvider time,
    ServerOptions options
)
{
    /// <summary>The repository that a blob is to be taken from.</summary>
    public static string? MountFrom(HttpRequest request) =>
        request.Query["mount"].Count > 0 && request.Query["from"].ToString() is var from && ImageNames.IsName(from) ? from : null;

    public async Task<IResult> BeginAsync(RegistryCall call)
    {
        var query = call.Http.Request.Query;
        if (query["digest-algorithm"].ToString() is not ("" or ImageDigest.Sha256 or ImageDigest.Sha512))
            return RegistryError.DigestInvalid("unknown digest algorithm");
        if (ImageDigest.Parse(query["mount"]) is { } wanted && await TryMountAsync(call, wanted))
            return Created(call, wanted);
        if (await intake.WhyNotAsync(call) is { } full)
            return full;
        if (query["digest"].ToString() is not { Length: > 0 } text)
            return await store.BeginAsync(call.Place, call.Ct) is { } key ? Accepted(call, key, 0) : RegistryError.NameUnknown;
        return ImageDigest.Parse(text) is { } digest ? await EndAsync(call, null, digest) : Malformed;
    }

    public async Task<IResult> StatusAsync(RegistryCall call, string key) =>
        await FindAsync(call, key) is { } upload ? Status(call, upload, StatusCodes.Status204NoContent) : RegistryError.UploadUnknown;

    public async Task<IResult> CancelAsync(RegistryCall call, string key) =>
        await FindAsync(call, key) is { } upload && await store.RemoveAsync(upload, call.Ct)
            ? Results.NoContent()
            : RegistryError.UploadUnknown;

    public async Task<IResult> AppendAsync(RegistryCall call, string key)
    {
        UploadIntake.OpenFor(call.Http);
        if (await FindAsync(call, key) is not { } upload)
            return RegistryError.UploadUnknown;
        if (!ContentRange.TryRead(call.Http.Request, out var range))
            return Unreadable;
        if (IsElsewhere(call.Http.Request, upload, range))
            return Elsewhere(call, upload);
        if (upload.Pieces >= options.Registry.Pieces)
            return RegistryError.UploadInvalid(400, $"a blob may come in at most {options.Registry.Pieces} pieces");
        var begunAt = time.Milliseconds();
        switch (await intake.PieceAsync(call, upload))
        {
            case BlobPut.Stored(var piece) when range is { } said && said.Length != piece.Length:
                return Elsewhere(call, upload);
            case BlobPut.Stored({ Length: 0 }):
                return Accepted(call, upload.Key, upload.Size);
            case BlobPut.Stored(var piece):
                KillPoint.Pass("registry piece stored");
                var isAdded = await store.AddAsync(upload, piece, begunAt, call.Ct);
                KillPoint.Pass("registry piece kept");
                if (isAdded)
                    return Accepted(call, upload.Key, upload.Size + piece.Length);
                return await FindAsync(call, key) is { } now ? Elsewhere(call, now) : RegistryError.UploadUnknown;
            default:
                return await intake.TooLargeAsync(call);
        }
    }

    public async Task<IResult> FinishAsync(RegistryCall call, string key)
    {
        UploadIntake.OpenFor(call.Http);
        if (await FindAsync(call, key) is not { } upload)
            return RegistryError.UploadUnknown;
        if (ImageDigest.Parse(call.Http.Request.Query["digest"]) is not { } digest)
            return Malformed;
        if (!ContentRange.TryRead(call.Http.Request, out var range))
            return Unreadable;
        return IsElsewhere(call.Http.Request, upload, range) ? Elsewhere(call, upload) : await EndAsync(call, upload, digest);
    }

    private static RegistryError Malformed => RegistryError.DigestInvalid("provided digest is not valid");

    private static RegistryError Unreadable => RegistryError.UploadInvalid(400, "the Content-Range cannot be read");

    private async Task<IResult> EndAsync(RegistryCall call, RegistryUploadRow? upload, ImageDigest digest)
    {
        UploadIntake.OpenFor(call.Http);
        var begunAt = time.Milliseconds();
        var (put, isNew) = await intake.WholeAsync(call, upload, digest);
        if (put is BlobPut.Stored(var blob))
        {
            KillPoint.Pass("registry blob stored");
            var end = await store.FinishAsync(call.Place, upload, digest, blob, isNew ? begunAt : null, call.Ct);
            KillPoint.Pass("registry blob kept");
            if (end == UploadEnd.Done)
            {
                reads.Came(blob.Digest);
                return Created(call, digest);
            }

            if (end == UploadEnd.NoRoom)
                return await intake.TooLargeAsync(call);
        }

        if (put is null or BlobPut.Stored)
            return await OvertakenAsync(call, upload, digest);
        if (upload is not null)
            await store.RemoveAsync(upload, call.Ct);
        return put is BlobPut.TooLarge
            ? await intake.TooLargeAsync(call)
            : RegistryError.DigestInvalid("provided digest did not match uploaded content");
    }

    /// <summary>Somebody else went on with the upload, or ended it; with the same bytes that is no difference.</summary>
    private async Task<IResult> OvertakenAsync(RegistryCall call, RegistryUploadRow? upload, ImageDigest digest)
    {
        if (upload is not null && await FindAsync(call, upload.Key) is { } now)
            return Elsewhere(call, now);
        return await blobs.FindAsync(call.Place, digest, call.Ct) is { DamagedAt: null }
            ? Created(call, digest)
            : RegistryError.UploadUnknown;
    }

    /// <summary>
    /// From the repository that is named, when who asks may pull there; without one, from wherever this very request may pull. Whether others have the blob makes no
    /// difference to anybody.
    /// </summary>
    private Task<bool> TryMountAsync(RegistryCall call, ImageDigest digest)
    {
        var from = MountFrom(call.Http.Request);
        var sources = call
            .Pass.Grants.Where(grant => grant.Actions.HasFlag(RegistryActions.Pull) && (from is null || grant.Place.FullName == from))
            .Select(grant => grant.Place);
        var sibling = from is null ? null : call.Place.Sibling(from);
        return blobs.MountAsync(call.Place, sibling is null ? [.. sources] : [sibling], from is null, digest, call.Ct);
    }

    /// <summary>The upload of an address. A token that has expired meanwhile ends what was begun with it.</summary>
    private async Task<RegistryUploadRow?> FindAsync(RegistryCall call, string key) =>
        await store.FindAsync(call.Place, key, call.Ct) is { } upload && upload.CreatedAt <= call.Pass.ExpiresAt ? upload : null;

    private static bool IsElsewhere(HttpRequest request, RegistryUploadRow upload, ContentRange? range) =>
        range is { } said && (said.First != upload.Size || (request.ContentLength is { } length && length != said.Length));

    private static RegistryError Elsewhere(RegistryCall call, RegistryUploadRow upload)
    {
        Status(call, upload, StatusCodes.Status416RangeNotSatisfiable);
        return RegistryError.UploadInvalid(StatusCodes.Status416RangeNotSatisfiable, $"the upload goes on at byte {upload.Size}");
    }

    private static IResult Accepted(RegistryCall call, string key, long size)
    {
        Head(call, key, size);
        return Results.StatusCode(StatusCodes.Status202Accepted);
    }

    private static IResult Status(RegistryCall call, RegistryUploadRow upload, int status)
    {
        Head(call, upload.Key, upload.Size);
        return Results.StatusCode(status);
    }

    private static void Head(RegistryCall call, string key, long size)
    {
        var headers = call.Response.Headers;
        headers.Location = call.Address($"blobs/uploads/{key}");
        // The last byte that is there; of none, the same as of one.
        headers.Range = $"0-{Math.Max(0, size - 1)}";
        headers["Docker-Upload-UUID"] = key;
    }

    private static IResult Created(RegistryCall call, ImageDigest digest)
    {
        call.Response.Headers.Location = call.Address($"blobs/{digest}");
        call.Response.Headers["Docker-Content-Digest"] = digest.ToString();
        return Results.StatusCode(StatusCodes.Status201Created);
    }
}
