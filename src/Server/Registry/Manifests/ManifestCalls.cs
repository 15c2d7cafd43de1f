using System.Buffers;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Slipway.Server.Data;
using Slipway.Server.Registry.Damage;
using Slipway.Server.Registry.Usage;

namespace Slipway.Server.Registry.Manifests;

/// <summary>Manifests by tag or digest. What was sent is what is given, whatever a client says it accepts: all accept more than they say.</summary>
internal sealed class ManifestCalls(ManifestStore store, Damages damages, Quotas quotas, ServerOptions options)
{
    /// <summary>Tags that one push may set beside its digest.</summary>
    private const int MostTags = 50;

    public async Task<IResult> GetAsync(RegistryCall call, string reference)
    {
        if (WhyNot(reference) is { } invalid)
            return invalid;
        if (await store.FindAsync(call.Place, reference, call.Ct) is not { } row)
            return RegistryError.ManifestUnknown;
        if (row.DamagedAt is not null)
            return HttpMethods.IsHead(call.Http.Request.Method) ? RegistryError.ManifestUnknown : RegistryError.Damaged(row.Digest);
        var headers = call.Response.Headers;
        headers["Docker-Content-Digest"] = row.Digest;
        headers.ETag = $"\"{row.Digest}\"";
        headers.CacheControl = reference.Contains(':') ? "private, max-age=31536000, immutable" : "private, no-cache";
        if (BlobCalls.IsKnown(call.Http.Request, row.Digest))
            return Results.StatusCode(StatusCodes.Status304NotModified);
        headers.ContentType = row.MediaType;
        call.Response.ContentLength = row.Size;
        if (HttpMethods.IsHead(call.Http.Request.Method))
            return Results.Empty;
        if (await store.ContentAsync(row, call.Ct) is not { } content)
        {
            headers.ContentType = default;
            return RegistryError.ManifestUnknown;
        }

        if (!Damages.IsWhole(row.Digest, content))
        {
            await damages.NoteManifestAsync(row.Id, call.Ct);
            headers.ETag = headers.CacheControl = default;
            return RegistryError.Damaged(row.Digest);
        }

        await store.PulledAsync(row, call.Ct);
        await call.Response.Body.WriteAsync(content, call.Ct);
        return Results.Empty;
    }

    public async Task<IResult> PutAsync(RegistryCall call, string reference)
    {
        if (WhyNot(reference) is { } invalid)
            return invalid;
        if (await ReadAsync(call) is not { } content)
            return RegistryError.TooLarge("a manifest", options.Registry.ManifestBytes);
        var said = ImageDigest.Parse(reference);
        var digest = ImageDigest.Of(said?.Algorithm ?? ImageDigest.Sha256, content.Span);
        if (said is not null && said != digest)
            return RegistryError.DigestInvalid("provided digest did not match uploaded content");
        if (Tags(call.Http.Request, said is null ? reference : null) is not { } tags)
            return RegistryError.TagInvalid($"a tag is invalid, or there are more than {MostTags}");
        var (manifest, refusal) = ImageManifest.Read(content, call.Http.Request.ContentType, options.Registry.Descriptors);
        if (manifest is null)
            return refusal!;
        var push = new ManifestToPut(manifest, digest, tags, reference, PutCondition.Of(call.Http.Request))
        {
            Level = call.Pass.LevelIn(call.Place),
        };
        return await store.PutAsync(call.Place, push, call.Ct) switch
        {
            ManifestPut.Done => Created(call, push, said is null ? [] : tags),
            ManifestPut.Missing(var digests) => new RegistryError(
                StatusCodes.Status404NotFound,
                "MANIFEST_BLOB_UNKNOWN",
                "the repository has not all that the manifest names",
                digests.Select(missing => new { digest = missing })
            ),
            ManifestPut.WrongSize(var wrong) => RegistryError.ManifestInvalid($"{wrong} is of another size"),
            ManifestPut.OtherType(var type) => RegistryError.ManifestInvalid($"the same bytes are here as {type}"),
            ManifestPut.Moved => new RegistryError(StatusCodes.Status412PreconditionFailed, "DENIED", "the tag is at another image"),
            ManifestPut.Protected(var why) => RegistryError.Denied with { Message = why },
            ManifestPut.NoRoom => await quotas.RefusalAsync(call.Place, call.Ct),
            _ => RegistryError.NameUnknown,
        };
    }

    public async Task<IResult> DeleteAsync(RegistryCall call, string reference)
    {
        if (WhyNot(reference) is { } invalid)
            return invalid;
        return await store.RemoveAsync(call.Place, reference, call.Pass.LevelIn(call.Place), call.Ct) switch
        {
            RegistryBlobs.Removal.Removed => Results.StatusCode(StatusCodes.Status202Accepted),
            RegistryBlobs.Removal.Needed => new RegistryError(
                StatusCodes.Status409Conflict,
                "MANIFEST_REFERENCED",
                "an index of this repository needs the manifest: delete that first"
            ),
            RegistryBlobs.Removal.Protected => RegistryError.Denied with
            {
                Message = "a rule of the project protects the tag, or a tag of the image, from being deleted",
            },
            _ => RegistryError.ManifestUnknown,
        };
    }

    /// <summary>What is wrong with a tag or digest.</summary>
    public static RegistryError? WhyNot(string reference) =>
        reference.Contains(':')
            ? ImageDigest.Parse(reference) is null
                ? RegistryError.DigestInvalid("provided digest is not valid")
                : null
            : ImageNames.IsTag(reference)
                ? null
                : RegistryError.TagInvalid("invalid tag name");

    /// <returns>Nothing when it is too large.</returns>
    private async Task<ReadOnlyMemory<byte>?> ReadAsync(RegistryCall call)
    {
        var most = options.Registry.ManifestBytes;
        if (call.Http.Request.ContentLength > most)
            return null;
        if (call.Http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
            size.MaxRequestBodySize = null;
        var buffer = new ArrayBufferWriter<byte>((int)(call.Http.Request.ContentLength ?? 0) + 4096);
        while (await call.Http.Request.Body.ReadAsync(buffer.GetMemory(4096), call.Ct) is > 0 and var read)
        {
            buffer.Advance(read);
            if (buffer.WrittenCount > most)
                return null;
        }

        return buffer.WrittenMemory;
    }

    /// <summary>The tag of the address, or those that stand in the query of a push by digest.</summary>
    private static List<string>? Tags(HttpRequest request, string? tag)
    {
        if (tag is not null)
            return [tag];
        var tags = request.Query["tag"].Select(one => one ?? "").Distinct().ToList();
        return tags.Count <= MostTags && tags.TrueForAll(ImageNames.IsTag) ? tags : null;
    }

    private static IResult Created(RegistryCall call, ManifestToPut push, List<string> tags)
    {
        var headers = call.Response.Headers;
        headers.Location = call.Address($"manifests/{push.Digest}");
        headers["Docker-Content-Digest"] = push.Digest.ToString();
        if (push.Manifest.Subject is { } subject)
            headers["OCI-Subject"] = subject.ToString();
        if (tags.Count > 0)
            headers["OCI-Tag"] = string.Join(", ", tags);
        return Results.StatusCode(StatusCodes.Status201Created);
    }
}
