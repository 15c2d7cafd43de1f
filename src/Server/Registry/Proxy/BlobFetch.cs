using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Slipway.Server.Blobs;
using Slipway.Server.Data;
using Slipway.Server.Http;
using Slipway.Server.Outbound;
using Slipway.Server.Registry.Uploads;

namespace Slipway.Server.Registry.Proxy;

/// <summary>
/// Fetches blobs from other registries: each once at a time, however many want it, to its end, whoever goes away meanwhile, and into the store under its own
/// hash. A row is written when the bytes are on the disk, so what a killed server was fetching is nobody's and is swept.
/// </summary>
internal sealed partial class BlobFetch(
    UpstreamDoor upstream,
    IBlobStore blobs,
    ProxyStore store,
    ServerOptions options,
    TimeProvider time,
    ILogger<BlobFetch> log
) : IAsyncDisposable
{
    private readonly FetchPlaces _places = new(options.Registry.FetchPatience, time);
    private readonly ConcurrentDictionary<string, Lazy<BlobFlight>> _under = [];
    private readonly CancellationTokenSource _stop = new();

    private static UpstreamRefusal Unkept => new(RegistryError.Failed(503, "the server cannot keep what it fetches"));

    /// <summary>The flight of this blob, begun when there is none.</summary>
    /// <param name="owner">For whom it is begun.</param>
    public BlobFlight Flight(UpstreamImage image, ImageDigest digest, long owner)
    {
        var key = $"{image.Name}@{digest}";
        return _under.GetOrAdd(key, _ => new Lazy<BlobFlight>(() => Begin(key, image, digest, owner))).Value;
    }

    /// <inheritdoc cref="BlobFlight.TryJoin"/>
    public bool TryJoin(BlobFlight flight, long owner)
    {
        if (!flight.TryJoin(owner))
            return false;
        _places.Look();
        return true;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        foreach (var flight in _under.Values)
            await flight.Value.Ended;
        _stop.Dispose();
    }

    private BlobFlight Begin(string key, UpstreamImage image, ImageDigest digest, long owner)
    {
        var flight = new BlobFlight(owner);
        _ = Task.Run(() => RunAsync(key, flight, image, digest));
        return flight;
    }

    private async Task RunAsync(string key, BlobFlight flight, UpstreamImage image, ImageDigest digest)
    {
        UpstreamRefusal? refusal = Unkept;
        try
        {
            refusal = await FetchAsync(flight, image, digest, _stop.Token);
        }
        catch (UpstreamBrokenException e)
        {
            refusal = UpstreamRefusal.Failed(502, image, e.Message);
        }
        catch (OperationCanceledException)
        {
            refusal = UpstreamRefusal.Failed(503, image, "was being asked when this server ended");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or DatabaseException)
        {
            Failed(log, image.Name, digest.ToString(), e);
        }
        finally
        {
            // Whoever comes now finds the row, or begins anew.
            _under.TryRemove(key, out _);
            flight.End(refusal);
            flight.Dispose();
        }
    }

    private async Task<UpstreamRefusal?> FetchAsync(BlobFlight flight, UpstreamImage image, ImageDigest digest, CancellationToken ct)
    {
        // Between the look of whoever began this and its beginning, another may have ended.
        if (await store.HasBlobAsync(image, digest, ct) is { } kept && await blobs.StatAsync(kept, ct) is not null)
        {
            flight.Skip();
            return null;
        }

        var (place, refusal) = await PlaceAsync(flight, ct);
        if (place is null)
            return refusal;
        using var taken = place;
        (var response, refusal) = await upstream.AskAsync(HttpMethod.Get, image, $"blobs/{digest}", ct);
        if (response is null)
            return refusal;
        using (response)
        {
            var most = options.Registry.BlobBytes;
            if (response.Length > most)
                return TooLarge(image, most);
            flight.Open(new Spool(options.Folder("proxy")), response.Length);
            var begunAt = time.Milliseconds();
            switch (await PutAsync(flight, response, digest, most, ct))
            {
                case BlobPut.Stored(var blob):
                    KillPoint.Pass("proxied layer stored");
                    await store.KeepAsync(flight.Close(), image, digest, blob, begunAt, ct);
                    KillPoint.Pass("proxied layer kept");
                    return null;
                case BlobPut.TooLarge:
                    return TooLarge(image, most);
                default:
                    Wrong(log, image.Name, digest.ToString());
                    return UpstreamRefusal.Failed(502, image, $"sends other bytes than those of {digest}");
            }
        }
    }

    /// <summary>A place for a blob that somebody still wants when it is its turn.</summary>
    private async Task<(IDisposable? Place, UpstreamRefusal? Refusal)> PlaceAsync(BlobFlight flight, CancellationToken ct)
    {
        var taking = _places.TakeAsync(flight, ct);
        var isAtOnce = taking.IsCompleted;
        var (place, refusal) = await taking;
        if (place is null || isAtOnce || !flight.TryAbandon())
            return (place, refusal);
        place.Dispose();
        return (null, Unkept);
    }

    private async Task<BlobPut> PutAsync(BlobFlight flight, OutboundResponse response, ImageDigest digest, long most, CancellationToken ct)
    {
        await using var bytes = new TeeStream(response.Body, flight, options.Registry.UpstreamPatience, time);
        if (digest.InStore is { } sha256)
            return await blobs.ReplaceAsync(bytes, sha256, most, ct);
        await using var hashed = new HashedStream(bytes);
        var put = await blobs.ReplaceAsync(hashed, null, most, ct);
        return put is BlobPut.Stored(var blob) && hashed.Digest != digest ? new BlobPut.Mismatch(blob.Digest) : put;
    }

    private static UpstreamRefusal TooLarge(UpstreamImage image, long most) =>
        UpstreamRefusal.Failed(502, image, $"has a blob of more than {most} bytes");

    [LoggerMessage(1, LogLevel.Warning, "{Image}: the other registry sends wrong bytes for {Digest}; they are not kept")]
    private static partial void Wrong(ILogger log, string image, string digest);

    [LoggerMessage(2, LogLevel.Warning, "{Image}: {Digest} cannot be kept")]
    private static partial void Failed(ILogger log, string image, string digest, Exception failure);
}
