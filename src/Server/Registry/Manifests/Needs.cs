using Slipway.Server.Data;

namespace Slipway.Server.Registry.Manifests;

/// <summary>What a manifest names, held against what its repository has whole: blobs among the blobs, manifests among the manifests.</summary>
internal sealed record Needs(IReadOnlyList<Descriptor> Named, IReadOnlyDictionary<(string Digest, bool IsManifest), long> Sizes)
{
    private const int AtOnce = 500;

    /// <summary>The digests of those that are there. What may be missing and is there is kept like all else.</summary>
    public IEnumerable<string> There => Named.Where(need => Sizes.ContainsKey(KeyOf(need))).Select(need => need.Name).Distinct();

    public static async Task<Needs> FindAsync(Session session, long repository, IReadOnlyList<Descriptor> named, CancellationToken ct)
    {
        var sizes = new Dictionary<(string, bool), long>();
        foreach (var digests in named.Select(need => need.Name).Distinct().Chunk(AtOnce))
        {
            var rows = await session.QueryAsync<Sized>(
                """
                SELECT digest, size, CAST(0 AS bigint) AS manifest FROM registry_blobs
                WHERE repository_id = @repository AND digest IN @digests AND damaged_at IS NULL
                UNION ALL
                SELECT digest, size, CAST(1 AS bigint) AS manifest FROM registry_manifests
                WHERE repository_id = @repository AND digest IN @digests AND damaged_at IS NULL
                """,
                new { repository, digests = new In<string>(digests) },
                ct
            );
            foreach (var row in rows)
                sizes[(row.Digest, row.Manifest == 1)] = row.Size;
        }

        return new Needs(named, sizes);
    }

    /// <returns>Nothing when all is as the manifest says.</returns>
    public ManifestPut? WhyNot()
    {
        var missing = Named
            .Where(need => !need.MayBeMissing && !Sizes.ContainsKey(KeyOf(need)))
            .Select(need => need.Name)
            .Distinct()
            .ToList();
        if (missing.Count > 0)
            return new ManifestPut.Missing(missing);
        return Named.FirstOrDefault(need => Sizes.TryGetValue(KeyOf(need), out var size) && size != need.Size) is { } wrong
            ? new ManifestPut.WrongSize(wrong.Name)
            : null;
    }

    private static (string Digest, bool IsManifest) KeyOf(Descriptor need) => (need.Name, need.IsManifest);

    private sealed record Sized
    {
        public string Digest { get; init; } = "";
        public long Size { get; init; }
        public long Manifest { get; init; }
    }
}
