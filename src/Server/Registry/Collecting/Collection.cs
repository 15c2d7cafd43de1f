using Slipway.Server.Data;
using Slipway.Server.Http;

namespace Slipway.Server.Registry.Collecting;

/// <summary>
/// Removes what nothing needs, while pushes go on: manifests that no tag keeps (<see cref="Liveness"/>), and blobs that no manifest which is kept needs. A round
/// notes what it sees for the first time, and removes what was noted a grace ago and is still not needed: the transaction that removes looks again, so a push
/// either comes first, or finds that it is gone. Who is told that something is there takes the note away (<see cref="Lease"/>). All of it is in the rows: a round
/// that is cut off is taken up by the next one, and two at once do no harm. The bytes of what no repository has go with the <c>BlobSweep</c>.
/// </summary>
internal sealed class Collection(Db db, TimeProvider time, ServerOptions options)
{
    private const int AtOnce = 500;

    /// <summary>Manifests of one transaction.</summary>
    private const int Few = 50;

    private static readonly string[] Tables = ["registry_manifests", "registry_blobs"];

    /// <summary>Once over all repositories.</summary>
    /// <param name="project">Only its repositories; nothing: all.</param>
    /// <param name="takes">False: says what waits, and removes nothing.</param>
    public async Task<CollectionReport> RunAsync(long? project, bool takes, CancellationToken ct)
    {
        var (report, last) = (CollectionReport.Nothing, 0L);
        while (true)
        {
            var only = project is null ? "" : "AND project_id = @project";
            var page = await db.QueryAsync<long>(
                $"SELECT id FROM registry_repositories WHERE id > @last {only} ORDER BY id LIMIT {AtOnce}",
                new { last, project },
                ct
            );
            if (page.Count == 0)
                return report;
            foreach (var repository in page)
                report += await OneAsync(repository, takes, ct);
            last = page[^1];
        }
    }

    private long Before => time.Milliseconds() - (long)options.Registry.Grace.TotalMilliseconds;

    private async Task<CollectionReport> OneAsync(long repository, bool takes, CancellationToken ct)
    {
        await NoteManifestsAsync(repository, ct);
        await NoteBlobsAsync(repository, ct);
        KillPoint.Pass("images noted");
        var (manifests, blobs, freed) = (0L, 0L, 0L);
        if (takes)
        {
            manifests = await TakeManifestsAsync(repository, ct);
            KillPoint.Pass("manifests collected");
            (blobs, freed) = await TakeBlobsAsync(repository, ct);
            KillPoint.Pass("layers collected");
        }

        var waiting = await db.ReadAsync(
            async (session, token) =>
            {
                var all = new List<Waiting>();
                foreach (var table in Tables)
                    all.Add((await session.FindAsync<Waiting>(CountWaiting.Replace("@@", table), new { repository }, token))!);
                return all;
            },
            ct
        );
        return new CollectionReport(1, manifests, blobs, freed, waiting[0].Count, waiting[1].Count, waiting[1].Bytes);
    }

    private const string CountWaiting =
        "SELECT COUNT(*) AS count, CAST(COALESCE(SUM(size), 0) AS bigint) AS bytes FROM @@ WHERE repository_id = @repository AND unused_since IS NOT NULL";

    private async Task NoteManifestsAsync(long repository, CancellationToken ct)
    {
        var (nodes, kept) = await db.ReadAsync((session, token) => LookAsync(session, repository, token), ct);
        await NoteAsync("registry_manifests", nodes.Where(node => node.UnusedSince is null && !kept.Contains(node.Id)), true, ct);
        await NoteAsync("registry_manifests", nodes.Where(node => node.UnusedSince is not null && kept.Contains(node.Id)), false, ct);

        Task NoteAsync(string table, IEnumerable<ManifestNode> which, bool isUnused, CancellationToken token) =>
            this.NoteAsync(table, [.. which.Select(node => node.Id)], isUnused, token);
    }

    private static async Task<(IReadOnlyList<ManifestNode> Nodes, HashSet<long> Kept)> LookAsync(
        Session session,
        long repository,
        CancellationToken ct
    )
    {
        var args = new { repository };
        var nodes = await session.QueryAsync<ManifestNode>(
            "SELECT id, digest, subject, unused_since FROM registry_manifests WHERE repository_id = @repository",
            args,
            ct
        );
        var tagged = await session.QueryAsync<long>(
            "SELECT DISTINCT manifest_id FROM registry_tags WHERE repository_id = @repository",
            args,
            ct
        );
        var edges = await session.QueryAsync<ManifestEdge>(
            """
            SELECT l.manifest_id AS from_id, m.id AS to_id FROM registry_manifests m
            JOIN registry_links l ON l.repository_id = m.repository_id AND l.target = m.digest WHERE m.repository_id = @repository
            """,
            args,
            ct
        );
        return (nodes, Liveness.Kept(nodes, tagged, edges));
    }

    /// <summary>By what was just noted of manifests: what only they need goes when they go, and not a grace later.</summary>
    private async Task NoteBlobsAsync(long repository, CancellationToken ct)
    {
        const string needed = """
            EXISTS (
              SELECT 1 FROM registry_links l JOIN registry_manifests m ON m.id = l.manifest_id
              WHERE l.repository_id = b.repository_id AND l.target = b.digest AND m.unused_since IS NULL
            )
            """;
        const string of = "SELECT b.id FROM registry_blobs b WHERE b.repository_id = @repository AND b.unused_since";
        var unused = await db.QueryAsync<long>($"{of} IS NULL AND NOT {needed}", new { repository }, ct);
        await NoteAsync("registry_blobs", unused, true, ct);
        var used = await db.QueryAsync<long>($"{of} IS NOT NULL AND {needed}", new { repository }, ct);
        await NoteAsync("registry_blobs", used, false, ct);
    }

    private async Task NoteAsync(string table, IReadOnlyList<long> which, bool isUnused, CancellationToken ct)
    {
        foreach (var some in which.Chunk(AtOnce))
            await db.ExecuteAsync(
                isUnused
                    ? $"UPDATE {table} SET unused_since = @now WHERE id IN @ids AND unused_since IS NULL"
                    : $"UPDATE {table} SET unused_since = NULL WHERE id IN @ids",
                new { now = time.Milliseconds(), ids = new In<long>(some) },
                ct
            );
    }

    /// <summary>The newest first: an index came after what it names, and so goes before it.</summary>
    private async Task<long> TakeManifestsAsync(long repository, CancellationToken ct)
    {
        var (taken, last) = (0L, long.MaxValue);
        while (true)
        {
            var before = Before;
            var due = await db.QueryAsync<long>(
                $"""
                SELECT id FROM registry_manifests WHERE repository_id = @repository AND unused_since <= @before AND id < @last
                ORDER BY id DESC LIMIT {Few}
                """,
                new
                {
                    repository,
                    before,
                    last,
                },
                ct
            );
            if (due.Count == 0)
                return taken;
            taken += await db.WriteAsync(
                async (session, token) =>
                {
                    var count = 0L;
                    foreach (var id in due)
                        count += await Families.TakeAsync(session, repository, id, before, token);
                    return count;
                },
                ct
            );
            last = due[^1];
        }
    }

    private async Task<(long Blobs, long Freed)> TakeBlobsAsync(long repository, CancellationToken ct)
    {
        var (blobs, freed, last) = (0L, 0L, 0L);
        while (true)
        {
            var before = Before;
            var due = await db.QueryAsync<long>(
                $"""
                SELECT id FROM registry_blobs WHERE repository_id = @repository AND unused_since <= @before AND id > @last
                ORDER BY id LIMIT {AtOnce}
                """,
                new
                {
                    repository,
                    before,
                    last,
                },
                ct
            );
            if (due.Count == 0)
                return (blobs, freed);
            var gone = await db.WriteAsync((session, token) => TakeAsync(session, due, before, token), ct);
            (blobs, freed, last) = (blobs + gone.Blobs, freed + gone.Freed, due[^1]);
        }
    }

    private static async Task<(long Blobs, long Freed)> TakeAsync(
        Session session,
        IReadOnlyList<long> ids,
        long before,
        CancellationToken ct
    )
    {
        var gone = await session.QueryAsync<Taken>(
            """
            DELETE FROM registry_blobs WHERE id IN @ids AND unused_since <= @before
              AND NOT EXISTS (
                SELECT 1 FROM registry_links l WHERE l.repository_id = registry_blobs.repository_id AND l.target = registry_blobs.digest
              )
            RETURNING blob, size
            """,
            new { ids = new In<long>(ids), before },
            ct
        );
        if (gone.Count == 0)
            return (0, 0);
        KillPoint.Pass("layers half collected");
        var held = await session.QueryAsync<string>(
            "SELECT DISTINCT blob FROM registry_blobs WHERE blob IN @blobs",
            new { blobs = new In<string>([.. gone.Select(one => one.Blob).Distinct()]) },
            ct
        );
        return (gone.Count, gone.DistinctBy(one => one.Blob).Where(one => !held.Contains(one.Blob)).Sum(one => one.Size));
    }

    private sealed record Taken
    {
        public string Blob { get; init; } = "";
        public long Size { get; init; }
    }

    private sealed record Waiting
    {
        public long Count { get; init; }
        public long Bytes { get; init; }
    }
}
