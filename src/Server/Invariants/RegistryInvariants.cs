using Slipway.Server.Blobs;
using Slipway.Server.Data;
using Slipway.Server.Registry.Damage;

namespace Slipway.Server.Invariants;

/// <summary>I8 and I9: what a repository of images has can be pulled, whole and as it was pushed.</summary>
internal static class RegistryInvariants
{
    private const int AtOnce = 500;

    /// <summary>Blobs by their bytes, however many repositories have them; the pieces of uploads under way too.</summary>
    public static async Task<Sighting> BlobsAsync(Scene scene, CancellationToken ct)
    {
        var troubles = new List<Diagnosis.Trouble>();
        var (last, looked) = ("", 0L);
        while (true)
        {
            var page = await scene.Db.QueryAsync<Bytes>(
                """
                SELECT blob, MIN(size) AS size FROM (SELECT blob, size FROM registry_blobs UNION SELECT blob, size FROM registry_pieces) a
                WHERE blob > @last GROUP BY blob ORDER BY blob LIMIT @AtOnce
                """,
                new { last, AtOnce },
                ct
            );
            if (page.Count == 0)
                return new Sighting(Sighting.Count(looked, "layer"), troubles);
            foreach (var row in page)
                if (
                    BlobDigest.TryParse(row.Blob, out var digest)
                    && await BlobReading.LookAsync(scene.Blobs, digest, row.Size, ct) is { Why: { } why } look
                    && await IsNamedAsync(scene.Db, row.Blob, ct)
                )
                {
                    troubles.Add(
                        new(
                            $"layer {row.Blob}: {why}",
                            "the blob store",
                            "the store has lost or changed it",
                            "restore the blob from a backup, or push the images that have it again"
                        )
                    );
                    if (look.IsDamaged)
                        scene.Damaged.Add(row.Blob);
                }

            (last, looked) = (page[^1].Blob, looked + page.Count);
        }
    }

    public static async Task<Sighting> ManifestsAsync(Scene scene, CancellationToken ct)
    {
        var troubles = new List<Diagnosis.Trouble>();
        foreach (var broken in await scene.Db.QueryAsync<Broken>(Missing, null, ct))
            troubles.Add(Trouble(broken, $"{broken.Target} is not in the repository"));
        var (last, looked) = (0L, 0L);
        while (true)
        {
            var ids = await scene.Db.QueryAsync<long>(
                "SELECT id FROM registry_manifests WHERE id > @last ORDER BY id LIMIT @AtOnce",
                new { last, AtOnce },
                ct
            );
            if (ids.Count == 0)
                return new Sighting(Sighting.Count(looked, "image"), troubles);
            // One at a time: each may be of some megabytes.
            foreach (var id in ids)
                if (await scene.Db.FindAsync<Broken>(One, new { id }, ct) is { } row && !Damages.IsWhole(row.Digest, row.Content))
                {
                    troubles.Add(Trouble(row, "it is not what was pushed"));
                    scene.Damaged.Add(row.Digest);
                }

            (last, looked) = (ids[^1], looked + ids.Count);
        }
    }

    private const string Named = """
        SELECT m.digest, p.full_path AS project, r.name AS repository
        """;

    private const string Place = """
        FROM registry_manifests m JOIN registry_repositories r ON r.id = m.repository_id JOIN projects p ON p.id = r.project_id
        """;

    private const string One = $"{Named}, m.content {Place} WHERE m.id = @id";

    private const string Missing = $"""
        {Named}, l.target {Place} JOIN registry_links l ON l.manifest_id = m.id
        WHERE p.deleted_at IS NULL
          AND NOT EXISTS (SELECT 1 FROM registry_blobs b WHERE b.repository_id = m.repository_id AND b.digest = l.target)
          AND NOT EXISTS (SELECT 1 FROM registry_manifests c WHERE c.repository_id = m.repository_id AND c.digest = l.target)
        ORDER BY m.id LIMIT 1000
        """;

    private static Diagnosis.Trouble Trouble(Broken row, string why) =>
        new(
            $"image {row.Digest}: {why}",
            $"repository {row.Project}{(row.Repository.Length == 0 ? "" : "/")}{row.Repository}",
            "the database was changed by hand, or has been damaged",
            "push the image again, or restore a backup"
        );

    /// <summary>It may have been deleted since.</summary>
    private static async Task<bool> IsNamedAsync(Db db, string blob, CancellationToken ct) =>
        await db.FindAsync<long>(
            "SELECT COUNT(*) FROM (SELECT blob FROM registry_blobs WHERE blob = @blob UNION SELECT blob FROM registry_pieces WHERE blob = @blob) a",
            new { blob },
            ct
        ) > 0;

    private sealed record Bytes
    {
        public string Blob { get; init; } = "";
        public long Size { get; init; }
    }

    private sealed record Broken
    {
        public string Digest { get; init; } = "";
        public string Project { get; init; } = "";
        public string Repository { get; init; } = "";
        public string Target { get; init; } = "";
        public byte[] Content { get; init; } = [];
    }
}
