using Slipway.Server.Blobs;
using Slipway.Server.Data;

namespace Slipway.Server.Invariants;

/// <summary>I7: whatever row says that bytes are there, they are, and they are the same. Bytes without a row are no harm: they are swept away in time.</summary>
internal static class BlobInvariants
{
    private const int AtOnce = 500;

    public static async Task<Sighting> LookAsync(Scene scene, CancellationToken ct)
    {
        var troubles = new List<Diagnosis.Trouble>();
        var artifacts = await ArtifactsAsync(scene, troubles, ct);
        var large = await LargeFilesAsync(scene, troubles, ct);
        return new Sighting($"{Sighting.Count(artifacts, "artifact")}, {Sighting.Count(large, "large file")}", troubles);
    }

    private static async Task<long> ArtifactsAsync(Scene scene, List<Diagnosis.Trouble> troubles, CancellationToken ct)
    {
        var (last, looked) = (0L, 0L);
        while (true)
        {
            var page = await scene.Db.QueryAsync<ArtifactRow>(
                "SELECT * FROM artifacts WHERE id > @last ORDER BY id LIMIT @AtOnce",
                new { last, AtOnce },
                ct
            );
            if (page.Count == 0)
                return looked;
            foreach (var row in page)
            {
                var why = BlobDigest.TryParse(row.Blob, out var digest)
                    ? await BlobReading.WhyNotAsync(scene.Blobs, digest, row.Size, ct)
                    : "its name is no digest";
                // It may have been removed since.
                if (why is not null && await scene.Db.FindAsync<long>("SELECT COUNT(*) FROM artifacts WHERE id = @Id", row, ct) == 1)
                    troubles.Add(
                        new(
                            $"artifact {row.Filename} ({row.FileType}) of job {row.JobId}: {why}",
                            $"project {row.ProjectId}, blob {row.Blob}",
                            "the store has lost or changed it",
                            "restore the blob from a backup, or run the job again"
                        )
                    );
            }

            (last, looked) = (page[^1].Id, looked + page.Count);
        }
    }

    private static async Task<long> LargeFilesAsync(Scene scene, List<Diagnosis.Trouble> troubles, CancellationToken ct)
    {
        var (last, looked) = ("", 0L);
        while (true)
        {
            var page = await scene.Db.QueryAsync<LargeFile>(
                "SELECT oid, MIN(size) AS size, MIN(project_id) AS project_id FROM lfs_objects WHERE oid > @last GROUP BY oid ORDER BY oid LIMIT @AtOnce",
                new { last, AtOnce },
                ct
            );
            if (page.Count == 0)
                return looked;
            foreach (var row in page)
                if (
                    BlobDigest.TryParse("sha256:" + row.Oid, out var digest)
                    && await BlobReading.WhyNotAsync(scene.Blobs, digest, row.Size, ct) is { } why
                )
                    troubles.Add(
                        new(
                            $"large file {row.Oid}: {why}",
                            $"project {row.ProjectId}, blob sha256:{row.Oid}",
                            "the store has lost or changed it",
                            "restore the blob from a backup, or let somebody who has the file push it again"
                        )
                    );
            (last, looked) = (page[^1].Oid, looked + page.Count);
        }
    }

    private sealed record LargeFile
    {
        public string Oid { get; init; } = "";
        public long Size { get; init; }
        public long ProjectId { get; init; }
    }
}
