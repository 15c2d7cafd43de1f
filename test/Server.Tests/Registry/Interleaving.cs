using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Slipway.Server.Blobs;
using Slipway.Server.Blobs.Sweeping;
using Slipway.Server.Http;
using Slipway.Server.Registry;
using Slipway.Server.Registry.Collecting;
using Slipway.Server.Registry.Manifests;
using Slipway.Server.Registry.Tokens;
using Slipway.Server.Registry.Uploads;
using Slipway.Server.Registry.Usage;
using Slipway.Server.Tests.Support;

namespace Slipway.Server.Tests.Registry;

/// <summary>
/// Four who push and delete in two repositories, some who collect and one who sweeps, each with steps of chance. Each of the four has a tag of its own in each
/// repository and images of its own, so it is known where the tag must be in the end; layers they share.
/// </summary>
internal sealed class Interleaving
{
    private const int Steps = 7;

    private readonly RegistryRoom _room;
    private readonly int _seed;
    private readonly TimeSpan _grace;
    private readonly Clock _clock;
    private readonly RegistryBlobs _blobs;
    private readonly UploadStore _uploads;
    private readonly ManifestStore _manifests;
    private readonly Collection _collection;
    private readonly IBlobStore _store;
    private readonly RegistryPlace[] _places;
    private readonly byte[][] _layers;
    private readonly ConcurrentQueue<string> _wrong = [];
    private readonly ConcurrentDictionary<(int Place, string Tag), string> _expected = [];
    private int _acknowledged;

    /// <param name="clock">The same for all that are played in a room, for what one leaves the next one finds.</param>
    /// <param name="layers">The same too.</param>
    public Interleaving(RegistryRoom room, Clock clock, byte[][] layers, int seed, TimeSpan grace)
    {
        (_room, _clock, _layers, _seed, _grace) = (room, clock, layers, seed, grace);
        var options = room.Server.Options with { Registry = new RegistryOptions { Grace = grace } };
        var quotas = new Quotas(room.Server.Db, options);
        _blobs = new RegistryBlobs(room.Server.Db, quotas, _clock);
        _uploads = new UploadStore(room.Server.Db, _blobs, _clock, options);
        _manifests = new ManifestStore(room.Server.Db, _blobs, quotas, _clock);
        _collection = new Collection(room.Server.Db, _clock, options);
        _store = room.Server.Services.GetRequiredService<IBlobStore>();
        _places = [.. ((string[])["one", "two"]).Select(name => new RegistryPlace(room.Project.Id, name, $"ada/app/{name}"))];
    }

    /// <summary>Images that were pushed with success.</summary>
    public int Acknowledged => _acknowledged;

    public async Task CollectAsync(CancellationToken ct)
    {
        for (var step = 0; step < 4; step++)
        {
            await _collection.RunAsync(null, takes: true, ct);
            _clock.Advance(_grace == TimeSpan.Zero ? TimeSpan.FromSeconds(1) : _grace / 6);
        }
    }

    public async Task SweepAsync(CancellationToken ct)
    {
        var sweep = new BlobSweep(_room.Server.Db, _store, _clock) { Grace = _grace };
        for (var step = 0; step < 3; step++)
        {
            await sweep.RunAsync(ct);
            // Longer than two clocks may differ.
            _clock.Advance(TimeSpan.FromSeconds(3));
        }
    }

    public async Task PushAsync(int number, CancellationToken ct)
    {
        var pusher = new Pusher(this, number, new Random(_seed * 31 + number));
        for (var step = 0; step < Steps; step++)
            try
            {
                await pusher.StepAsync(ct);
            }
            catch (BlobStoreException)
            {
                // The same bytes were just being removed: 503 to a client, who puts them again.
            }
    }

    /// <returns>What is not as it was acknowledged.</returns>
    public async Task<IReadOnlyList<string>> WrongAsync(CancellationToken ct)
    {
        foreach (var ((place, tag), digest) in _expected)
            if ((await _manifests.FindAsync(_places[place], tag, ct))?.Digest is var there && there != (digest.Length == 0 ? null : digest))
                _wrong.Enqueue($"{tag} of {_places[place].Name} is at {there}, and should be at {digest}");
            else if (digest.Length > 0)
                await LookAsync(_places[place], digest, ct);
        return [.. _wrong];
    }

    /// <summary>Deletes all tags and collects twice.</summary>
    /// <returns>How many rows are left.</returns>
    public async Task<long> LeftAsync(CancellationToken ct)
    {
        var db = _room.Server.Db;
        await db.ExecuteAsync("DELETE FROM registry_tags", null, ct);
        foreach (var _ in (int[])[1, 2])
        {
            await _collection.RunAsync(null, takes: true, ct);
            _clock.Advance(_grace + TimeSpan.FromMinutes(1));
        }

        return await db.FindAsync<long>(
            "SELECT (SELECT COUNT(*) FROM registry_manifests) + (SELECT COUNT(*) FROM registry_links) + (SELECT COUNT(*) FROM registry_blobs)",
            null,
            ct
        );
    }

    private async Task LookAsync(RegistryPlace place, string digest, CancellationToken ct)
    {
        if (
            await _manifests.FindAsync(place, digest, ct) is not { } row
            || await _manifests.ContentAsync(row, ct) is not { } content
            || ImageManifest.Read(content, row.MediaType, 100).Manifest is not { } manifest
        )
        {
            _wrong.Enqueue($"{digest} is lost");
            return;
        }

        foreach (var need in manifest.Needs)
            if (need.IsManifest)
                await LookAsync(place, need.Digest.ToString(), ct);
            else if (await _blobs.FindAsync(place, need.Digest, ct) is not { } blob)
                _wrong.Enqueue($"{digest} has lost {need.Digest}");
            else if (await _store.StatAsync(BlobDigest.Parse(blob.Blob, null), ct) is null)
                _wrong.Enqueue($"{digest} has lost the bytes of {need.Digest}");
    }

    /// <summary>One of the four.</summary>
    private sealed class Pusher(Interleaving all, int number, Random random)
    {
        /// <summary>When it was last told that a layer is there; before that, it knows of none.</summary>
        private readonly Dictionary<(int Place, int Layer), long> _told = [];
        private readonly Dictionary<int, string> _own = [];
        private int _made;

        private string Tag => $"tag{number}";

        public async Task StepAsync(CancellationToken ct)
        {
            var (place, layer) = (random.Next(2), random.Next(all._layers.Length));
            var digest = ImageDigest.Parse(Images.Digest(all._layers[layer]))!;
            var begun = all._clock.Milliseconds();
            switch (random.Next(10))
            {
                case 0 or 1:
                    if (await UploadAsync(place, all._layers[layer], ct))
                        _told[(place, layer)] = begun;
                    break;
                case 2:
                    if (await all._blobs.MountAsync(all._places[place], [all._places[1 - place]], false, digest, ct))
                        _told[(place, layer)] = begun;
                    break;
                case 3:
                    if (await all._blobs.FindAsync(all._places[place], digest, ct) is not null)
                        _told[(place, layer)] = begun;
                    break;
                case 4 when all._grace == TimeSpan.Zero:
                    await all._blobs.RemoveAsync(all._places[place], digest, ct);
                    break;
                case 5:
                    if (await all._manifests.RemoveAsync(all._places[place], Tag, 0, ct) == RegistryBlobs.Removal.Removed)
                        all._expected[(place, Tag)] = "";
                    break;
                case 6 when _own.TryGetValue(place, out var own):
                    if (await all._manifests.RemoveAsync(all._places[place], own, 0, ct) == RegistryBlobs.Removal.Removed)
                        if (all._expected.GetValueOrDefault((place, Tag)) == own)
                            all._expected[(place, Tag)] = "";
                    break;
                default:
                    await ImageAsync(place, layer, ct);
                    break;
            }
        }

        private async Task<bool> UploadAsync(int place, byte[] bytes, CancellationToken ct)
        {
            var (digest, begun) = (ImageDigest.Parse(Images.Digest(bytes))!, all._clock.Milliseconds());
            return await all._store.PutAsync(new MemoryStream(bytes), digest.InStore, 1000, ct) is BlobPut.Stored(var blob)
                && await all._uploads.FinishAsync(all._places[place], null, digest, blob, begun, ct) == UploadEnd.Done;
        }

        /// <summary>Pushes an image of what it was told of, with at least one layer; or an index of one.</summary>
        private async Task ImageAsync(int place, int layer, CancellationToken ct)
        {
            if (!_told.Keys.Any(one => one.Place == place))
            {
                var begun = all._clock.Milliseconds();
                if (!await UploadAsync(place, all._layers[layer], ct))
                    return;
                _told[(place, layer)] = begun;
            }

            var known = _told.Where(one => one.Key.Place == place).ToList();
            var used = known.Take(random.Next(known.Count) + 1).ToList();
            var bytes = used.Select(one => all._layers[one.Key.Layer]).ToArray();
            var image = Images.Image(bytes[0], bytes);
            image["annotations"] = new JsonObject { ["of"] = $"{number}/{_made++}" };
            var since = used.Min(one => one.Value);
            if (random.Next(3) > 0)
            {
                await PutAsync(place, image, Images.OciImage, Tag, since, ct);
                return;
            }

            var childAt = all._clock.Milliseconds();
            if (!await PutAsync(place, image, Images.OciImage, null, since, ct))
                return;
            var index = new JsonObject
            {
                ["schemaVersion"] = 2,
                ["mediaType"] = Images.OciIndex,
                ["manifests"] = new JsonArray(Images.Descriptor(Images.OciImage, image.ToBytes())),
            };
            await PutAsync(place, index, Images.OciIndex, Tag, childAt, ct);
        }

        /// <param name="since">Since when it relies on all that it names.</param>
        private async Task<bool> PutAsync(int place, JsonObject json, string type, string? tag, long since, CancellationToken ct)
        {
            var content = json.ToBytes();
            var digest = ImageDigest.Of(ImageDigest.Sha256, content);
            var manifest = ImageManifest.Read(content, type, 100).Manifest!;
            var push = new ManifestToPut(manifest, digest, tag is null ? [] : [tag], tag ?? $"{digest}", new PutCondition(null, []))
            {
                Level = 0,
            };
            switch (await all._manifests.PutAsync(all._places[place], push, ct))
            {
                case ManifestPut.Done:
                    if (tag is not null)
                    {
                        (all._expected[(place, tag)], _own[place]) = ($"{digest}", $"{digest}");
                        Interlocked.Increment(ref all._acknowledged);
                    }

                    return true;
                case ManifestPut.Missing(var digests):
                    foreach (var key in _told.Keys.Where(key => digests.Contains(Images.Digest(all._layers[key.Layer]))).ToList())
                        _told.Remove(key);
                    if (all._clock.Milliseconds() - since < (long)all._grace.TotalMilliseconds)
                        all._wrong.Enqueue($"{string.Join(", ", digests)} is gone, and there was time left");
                    return false;
                case var other:
                    all._wrong.Enqueue($"{other}");
                    return false;
            }
        }
    }
}
