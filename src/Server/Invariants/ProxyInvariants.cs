using Slipway.Server.Blobs;
using Slipway.Server.Data;
using Slipway.Server.Registry.Damage;

namespace Slipway.Server.Invariants;

/// <summary>What was pulled from other registries is given out in their name, so it must be what they sent. What is not here is fetched, and no harm.</summary>
internal static class ProxyInvariants
{
    private const int AtOnce = 500;

    private const string Next = "slipway registry verify forgets it, and the next pull fetches it again";

    public static async Task<Sighting> LookAsync(Scene scene, CancellationToken ct)
    {
        var troubles = new List<Diagnosis.Trouble>();
        var images = await ManifestsAsync(scene, troubles, ct);
        var layers = await BlobsAsync(scene, troubles, ct);
        return new Sighting($"{Sighting.Count(images, "image")}, {Sighting.Count(layers, "layer")}", troubles);
    }

    /// <summary>Blobs by their bytes, however many groups and images have them.</summary>
    private static async Task<long> BlobsAsync(Scene scene, List<Diagnosis.Trouble> troubles, CancellationToken ct)
    {
        var (last, size, looked) = ("", 0L, 0L);
        while (true)
        {
            var page = await scene.Db.QueryAsync<Bytes>(
                """
                SELECT blob, size, MIN(image) AS image, MIN(CASE WHEN digest LIKE 'sha256:%' AND digest <> blob THEN digest END) AS other
                FROM dependency_proxy_blobs WHERE blob > @last OR (blob = @last AND size > @size)
                GROUP BY blob, size ORDER BY blob, size LIMIT @AtOnce
                """,
                new
                {
                    last,
                    size,
                    AtOnce,
                },
                ct
            );
            if (page.Count == 0)
                return looked;
            foreach (var row in page)
                if (await LookAsync(scene.Blobs, row, ct) is { Why: { } why } look && await IsNamedAsync(scene.Db, row, ct))
                {
                    troubles.Add(
                        new($"layer {row.Blob}: {why}", $"image {row.Image}, the blob store", "the store has lost or changed it", Next)
                    );
                    if (look.IsDamaged)
                        scene.Damaged.Add(row.Blob);
                }

            (last, size, looked) = (page[^1].Blob, page[^1].Size, looked + page.Count);
        }
    }

    private static async Task<BlobLook> LookAsync(IBlobStore blobs, Bytes row, CancellationToken ct) =>
        !BlobDigest.TryParse(row.Blob, out var digest) ? new("its name is no digest", true)
        : row.Other is { } other ? new($"it is given out as {other}", true)
        : await BlobReading.LookAsync(blobs, digest, row.Size, ct);

    private static async Task<long> ManifestsAsync(Scene scene, List<Diagnosis.Trouble> troubles, CancellationToken ct)
    {
        var (last, looked) = (0L, 0L);
        while (true)
        {
            var ids = await scene.Db.QueryAsync<long>(
                "SELECT id FROM dependency_proxy_manifests WHERE id > @last ORDER BY id LIMIT @AtOnce",
                new { last, AtOnce },
                ct
            );
            if (ids.Count == 0)
                return looked;
            // One at a time: each may be of some megabytes.
            foreach (var id in ids)
                if (await scene.Db.FindAsync<Manifest>(One, new { id }, ct) is { } row && WhyNot(row) is { } why)
                {
                    troubles.Add(
                        new($"image {row.Digest}: {why}", Place(row), "the database was changed by hand, or has been damaged", Next)
                    );
                    scene.Damaged.Add(row.Digest);
                }

            (last, looked) = (ids[^1], looked + ids.Count);
        }
    }

    private const string One = """
        SELECT m.digest, m.image, m.size, m.content, n.full_path AS space FROM dependency_proxy_manifests m LEFT JOIN namespaces n ON n.id = m.namespace_id
        WHERE m.id = @id
        """;

    private static string? WhyNot(Manifest row) =>
        !Damages.IsWhole(row.Digest, row.Content) ? "it is not what was pulled"
        : row.Size != row.Content.Length ? $"it has {row.Content.Length} bytes and counts as {row.Size}"
        : null;

    private static string Place(Manifest row) =>
        $"image {row.Image}, {(row.Space is null ? "the mirror" : $"dependency proxy of {row.Space}")}";

    /// <summary>It may have been forgotten since.</summary>
    private static async Task<bool> IsNamedAsync(Db db, Bytes row, CancellationToken ct) =>
        await db.FindAsync<long>("SELECT COUNT(*) FROM dependency_proxy_blobs WHERE blob = @Blob AND size = @Size", row, ct) > 0;

    private sealed record Bytes
    {
        public string Blob { get; init; } = "";
        public long Size { get; init; }
        public string Image { get; init; } = "";

        /// <summary>The digest that it is asked for by, when that is another's.</summary>
        public string? Other { get; init; }
    }

    private sealed record Manifest
    {
        public string Digest { get; init; } = "";
        public string Image { get; init; } = "";
        public long Size { get; init; }
        public byte[] Content { get; init; } = [];

        /// <summary>The group's full path; nothing: the mirror's.</summary>
        public string? Space { get; init; }
    }
}
