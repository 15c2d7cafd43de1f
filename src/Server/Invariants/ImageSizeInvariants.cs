using Slipway.Server.Data;
using Slipway.Server.Registry.Manifests;

namespace Slipway.Server.Invariants;

/// <summary>
/// I10: what images take is counted as it is. What keeps layers from being collected, and what a quota counts, are rows beside the manifests; the manifests
/// themselves say what they should be.
/// </summary>
internal static class ImageSizeInvariants
{
    private const int AtOnce = 500;

    public static async Task<Sighting> LookAsync(Scene scene, CancellationToken ct)
    {
        var troubles = new List<Diagnosis.Trouble>();
        foreach (var row in await scene.Db.QueryAsync<Row>(TwoSizes, null, ct))
            troubles.Add(Trouble($"layer {row.Digest} has two sizes, {row.Size} and {row.Other} bytes", row));
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
            foreach (var id in ids)
                troubles.AddRange(await scene.Db.ReadAsync((session, token) => OneAsync(session, id, token), ct));
            (last, looked) = (ids[^1], looked + ids.Count);
        }
    }

    private static async Task<IReadOnlyList<Diagnosis.Trouble>> OneAsync(Session session, long id, CancellationToken ct)
    {
        // One that cannot be read is the business of I9.
        if (
            await session.FindAsync<Row>(One, new { id }, ct) is not { } row
            || ImageManifest.Read(row.Content, row.MediaType, int.MaxValue).Manifest is not { } manifest
        )
            return [];
        var links = (await session.QueryAsync<Row>(Links, new { id }, ct)).ToDictionary(link => link.Digest, link => link.Size);
        var named = manifest.Needs.DistinctBy(need => need.Name).ToDictionary(need => need.Name, need => need.Size);
        var needed = manifest.Needs.Where(need => !need.MayBeMissing).Select(need => need.Name).Distinct();
        return
        [
            .. needed
                .Where(digest => !links.ContainsKey(digest))
                .Select(digest => Trouble($"image {row.Digest}: nothing keeps its {digest}", row)),
            .. links
                .Keys.Where(digest => !named.ContainsKey(digest))
                .Select(digest => Trouble($"image {row.Digest} keeps {digest}, which it does not name", row)),
            .. from link in links
            where link.Value is { } size && named.TryGetValue(link.Key, out var right) && right != size
            select Trouble($"image {row.Digest}: its {link.Key} counts {link.Value} bytes and has {named[link.Key]}", row),
        ];
    }

    private const string Place = "p.full_path AS project, r.name AS repository";

    private const string TwoSizes = """
        SELECT b.digest, MIN(b.size) AS size, MAX(b.size) AS other, MIN(p.full_path) AS project, MIN(r.name) AS repository
        FROM registry_blobs b JOIN registry_repositories r ON r.id = b.repository_id JOIN projects p ON p.id = r.project_id
        GROUP BY p.id, b.digest HAVING MIN(b.size) <> MAX(b.size) ORDER BY b.digest LIMIT 1000
        """;

    private const string One = $"""
        SELECT m.digest, m.media_type, m.content, {Place} FROM registry_manifests m
        JOIN registry_repositories r ON r.id = m.repository_id JOIN projects p ON p.id = r.project_id WHERE m.id = @id AND p.deleted_at IS NULL
        """;

    private const string Links = """
        SELECT l.target AS digest, COALESCE(b.size, m.size) AS size FROM registry_links l
        LEFT JOIN registry_blobs b ON b.repository_id = l.repository_id AND b.digest = l.target
        LEFT JOIN registry_manifests m ON m.repository_id = l.repository_id AND m.digest = l.target
        WHERE l.manifest_id = @id
        """;

    private static Diagnosis.Trouble Trouble(string what, Row row) =>
        new(
            what,
            $"repository {row.Project}{(row.Repository.Length == 0 ? "" : "/")}{row.Repository}",
            "the database was changed by hand, or has been damaged",
            "push the image again, or restore a backup"
        );

    private sealed record Row
    {
        public string Digest { get; init; } = "";
        public string MediaType { get; init; } = "";
        public long? Size { get; init; }
        public long Other { get; init; }
        public string Project { get; init; } = "";
        public string Repository { get; init; } = "";
        public byte[] Content { get; init; } = [];
    }
}
