using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Slipway.Server.Data;
using Slipway.Server.Outbound;
using Slipway.Server.Registry.Manifests;

namespace Slipway.Server.Registry.Proxy;

/// <summary>
/// Manifests of other registries. A digest that is cached is given. A tag is asked for where it is (a HEAD, which Docker Hub does not count), and fetched when it
/// is not the image that is cached; when that fails, what is cached is given, and says so.
/// </summary>
internal sealed partial class ProxyManifests(
    ProxyStore store,
    UpstreamDoor upstream,
    ServerOptions options,
    TimeProvider time,
    ILogger<ProxyManifests> log
) : IAsyncDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private readonly Flights<(ImageDigest? Digest, UpstreamRefusal? Refusal)> _heads = new();
    private readonly Flights<(Fetched? Fetched, UpstreamRefusal? Refusal)> _gets = new();

    /// <summary>A manifest as it came.</summary>
    /// <param name="Digest">By which it was asked for, or is known.</param>
    /// <param name="For">The group, and the tag, for which it is kept already.</param>
    private sealed record Fetched(ImageManifest Manifest, ImageDigest Digest, (long Owner, string? Tag)? For);

    public async Task<IResult> GetAsync(ProxyCall call, string reference)
    {
        if (ManifestCalls.WhyNot(reference) is { } invalid)
            return invalid;
        return ImageDigest.Parse(reference) is { } digest ? await ByDigestAsync(call, digest) : await ByTagAsync(call, reference);
    }

    public async ValueTask DisposeAsync()
    {
        await _heads.DisposeAsync();
        await _gets.DisposeAsync();
    }

    private async Task<IResult> ByDigestAsync(ProxyCall call, ImageDigest digest)
    {
        if (await FindAsync(call, digest.ToString()) is { } row)
        {
            await store.UsedAsync(call, row, null, null, call.Ct);
            return await GiveAsync(call, row.Digest, row.MediaType, row.Content, true);
        }

        var (fetched, refusal) = await FetchAsync(call, digest.ToString(), null);
        return fetched is null ? refusal! : await GiveAsync(call, fetched, null);
    }

    private async Task<IResult> ByTagAsync(ProxyCall call, string tag)
    {
        var (digest, refusal) = await _heads.JoinAsync($"{call.Image.Name}:{tag}", ct => HeadAsync(call.Image, tag, ct), call.Ct);
        if (refusal is { IsMissing: true })
            return refusal;
        var known = await store.FindTagAsync(call.Owner, call.Image.Name, tag, call.Ct);
        if (refusal is null)
        {
            if (digest is not null && await FindAsync(call, digest.ToString()) is { } row)
            {
                await store.UsedAsync(call, row, tag, known, call.Ct);
                return await GiveAsync(call, row.Digest, row.MediaType, row.Content, false);
            }

            (var fetched, refusal) = await FetchAsync(call, digest?.ToString() ?? tag, tag);
            if (fetched is not null)
                return await GiveAsync(call, fetched, tag);
        }

        if (known is null || await FindAsync(call, known.Digest) is not { } old)
            return refusal!;
        Stale(log, call.Image.Name, tag, refusal!.Error.Message);
        await store.UsedAsync(call, old, null, null, call.Ct);
        call.Response.Headers.Warning = $"299 - \"{Quoted(refusal.Error.Message)}; this is the image as it was known\"";
        return await GiveAsync(call, old.Digest, old.MediaType, old.Content, false);
    }

    /// <summary>One that is cached; for this group too from now on.</summary>
    private async Task<ProxiedManifestRow?> FindAsync(ProxyCall call, string digest)
    {
        var row = await store.FindManifestAsync(call.Owner, call.Image.Name, digest, call.Ct);
        if (row is not null && row.NamespaceId != call.Owner)
        {
            var (manifest, _) = ImageManifest.Read(row.Content, row.MediaType, options.Registry.Descriptors);
            if (manifest is not null)
                await store.KeepAsync(call, manifest, digest, null, call.Ct);
        }

        return row;
    }

    private static Task<IResult> GiveAsync(ProxyCall call, Fetched fetched, string? tag) =>
        GiveAsync(call, fetched.Digest.ToString(), fetched.Manifest.MediaType, fetched.Manifest.Content, tag is null);

    private static async Task<IResult> GiveAsync(
        ProxyCall call,
        string digest,
        string mediaType,
        ReadOnlyMemory<byte> content,
        bool isFixed
    )
    {
        var headers = call.Response.Headers;
        headers["Docker-Content-Digest"] = digest;
        headers.ETag = $"\"{digest}\"";
        headers.CacheControl = isFixed ? "private, max-age=31536000, immutable" : "private, no-cache";
        if (BlobCalls.IsKnown(call.Http.Request, digest))
            return Results.StatusCode(StatusCodes.Status304NotModified);
        headers.ContentType = mediaType;
        call.Response.ContentLength = content.Length;
        if (!call.IsHead)
            await call.Response.Body.WriteAsync(content, call.Ct);
        return Results.Empty;
    }

    /// <returns>No digest and no refusal: it does not say.</returns>
    private async Task<(ImageDigest? Digest, UpstreamRefusal? Refusal)> HeadAsync(UpstreamImage image, string tag, CancellationToken ct)
    {
        var (response, refusal) = await upstream.AskAsync(HttpMethod.Head, image, $"manifests/{tag}", ct);
        using (response)
            return (ImageDigest.Parse(response?.Header("Docker-Content-Digest")), refusal);
    }

    /// <summary>Fetches a manifest, and keeps it for this group.</summary>
    /// <param name="tag">That it is at.</param>
    private async Task<(Fetched? Fetched, UpstreamRefusal? Refusal)> FetchAsync(ProxyCall call, string reference, string? tag)
    {
        var key = $"{call.Image.Name}@{reference}";
        var (fetched, refusal) = await _gets.JoinAsync(key, ct => OnceAsync(call, reference, tag, ct), call.Ct);
        if (fetched is not null && fetched.For != (call.Owner, tag))
            await store.KeepAsync(call, fetched.Manifest, fetched.Digest.ToString(), tag, call.Ct);
        return (fetched, refusal);
    }

    /// <summary>Between the look of whoever begins this and its beginning, another may have ended, so it is looked for once more; and it is kept before this ends.</summary>
    private async Task<(Fetched? Fetched, UpstreamRefusal? Refusal)> OnceAsync(
        ProxyCall call,
        string reference,
        string? tag,
        CancellationToken ct
    )
    {
        if (
            ImageDigest.Parse(reference) is { } digest
            && await store.FindManifestAsync(call.Owner, call.Image.Name, reference, ct) is { } row
            && ImageManifest.Read(row.Content, row.MediaType, options.Registry.Descriptors).Manifest is { } kept
        )
            return (new Fetched(kept, digest, (row.NamespaceId, null)), null);
        var (fetched, refusal) = await ReadAsync(call.Image, reference, ct);
        if (fetched is null)
            return (null, refusal);
        await store.KeepAsync(call, fetched.Manifest, fetched.Digest.ToString(), tag, ct);
        return (fetched with { For = (call.Owner, tag) }, null);
    }

    private async Task<(Fetched? Fetched, UpstreamRefusal? Refusal)> ReadAsync(UpstreamImage image, string reference, CancellationToken ct)
    {
        var (response, refusal) = await upstream.AskAsync(HttpMethod.Get, image, $"manifests/{reference}", ct);
        if (response is null)
            return (null, refusal);
        using (response)
        {
            try
            {
                var most = options.Registry.ManifestBytes;
                var content = await response.ReadAsync(most + 1, Limit, time, ct);
                return content.Length > most || response.Length > most
                    ? (null, UpstreamRefusal.Failed(502, image, $"has a manifest of more than {most} bytes"))
                    : Check(image, reference, response, content);
            }
            catch (IOException e)
            {
                return (null, UpstreamRefusal.Failed(502, image, "has broken off: " + e.Message));
            }
        }
    }

    private (Fetched? Fetched, UpstreamRefusal? Refusal) Check(
        UpstreamImage image,
        string reference,
        OutboundResponse response,
        ReadOnlyMemory<byte> content
    )
    {
        var asked = ImageDigest.Parse(reference);
        var digest = ImageDigest.Of(asked?.Algorithm ?? ImageDigest.Sha256, content.Span);
        if (asked is not null && asked != digest)
        {
            Wrong(log, image.Name, reference);
            return (null, UpstreamRefusal.Failed(502, image, $"sends another manifest than {reference}"));
        }

        var (manifest, refusal) = ImageManifest.Read(content, response.MediaType, options.Registry.Descriptors);
        return manifest is null
            ? (null, UpstreamRefusal.Failed(502, image, $"has {reference} in a form that is not taken: {refusal!.Message}"))
            : (new Fetched(manifest, digest, null), null);
    }

    /// <summary>As a quoted string of a header holds it.</summary>
    private static string Quoted(string text) => text.Replace("\\", "\\\\").Replace("\"", "\\\"");

    [LoggerMessage(1, LogLevel.Warning, "{Image}:{Tag} is given as it is cached: {Why}")]
    private static partial void Stale(ILogger log, string image, string tag, string why);

    [LoggerMessage(2, LogLevel.Warning, "{Image}: the other registry sends a wrong manifest for {Digest}; it is not kept")]
    private static partial void Wrong(ILogger log, string image, string digest);
}
