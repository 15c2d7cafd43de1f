using Slipway.Server.Data;
using Slipway.Server.Http;

namespace Slipway.Server.Registry.Proxy;

/// <summary>
/// Removes images of other registries when all groups' together take more than the server has for them: first those that nobody has pulled for longest, each with
/// what no other image needs. What one group has pulled others get without a pull, so an image leaves all groups at once. Bytes go with the <c>BlobSweep</c>.
/// </summary>
internal sealed class ProxyEviction(Db db, ServerOptions options, TimeProvider time)
{
    /// <summary>Images that are looked up at a time.</summary>
    private const int AtOnce = 50;

    private const long Hour = 60 * 60 * 1000;

    /// <summary>What was used so lately may be being pulled: <c>used_at</c> is true to an hour, and from its manifest to its last layer an image has another. 2 hours.</summary>
    private const long Lately = 2 * Hour;

    /// <returns>Bytes that nothing cached has any more.</returns>
    public async Task<long> RunAsync(CancellationToken ct)
    {
        var over = await SizeAsync(ct) - options.Registry.ProxyBytes;
        for (var freed = 0L; ; )
        {
            if (freed >= over)
                return freed;
            var before = time.Milliseconds() - Lately;
            var rows = 0;
            foreach (var image in await db.QueryAsync<Cached>(Oldest, new { before }, ct))
            {
                if (freed >= over)
                    break;
                var gone = await db.WriteAsync((session, token) => TakeAsync(session, image, before, token), ct);
                (rows, freed) = (rows + gone.Rows, freed + gone.Bytes);
            }

            if (rows == 0)
                return freed;
        }
    }

    private Task<long> SizeAsync(CancellationToken ct) =>
        db.FindAsync<long>(
            """
            SELECT (SELECT CAST(COALESCE(SUM(size), 0) AS bigint) FROM dependency_proxy_manifests)
              + (SELECT CAST(COALESCE(SUM(size), 0) AS bigint) FROM (SELECT MIN(size) AS size FROM dependency_proxy_blobs GROUP BY blob) b)
            """,
            null,
            ct
        );

    /// <summary>An image, and floor by floor what it names: what nothing else names any more, and nobody has used for longer than it.</summary>
    private static async Task<Gone> TakeAsync(Session session, Cached oldest, long before, CancellationToken ct)
    {
        var gone = new Gone(0, 0);
        IReadOnlyList<string> floor = [oldest.Digest];
        for (var until = oldest.UsedAt + 1; floor.Count > 0; until = Math.Min(before, oldest.UsedAt + Hour))
        {
            var named = new
            {
                oldest.Image,
                digests = new In<string>(floor),
                until,
            };
            floor = [];
            if (await session.QueryAsync<string>(Unneeded, named, ct) is not { Count: > 0 } free)
                break;
            var args = new { oldest.Image, digests = new In<string>(free) };
            floor = await session.QueryAsync<string>(Targets, args, ct);
            await session.ExecuteAsync(Links, args, ct);
            await session.ExecuteAsync(Tags, args, ct);
            var manifests = await session.QueryAsync<long>(Manifests, args, ct);
            var blobs = await session.QueryAsync<GoneBlob>(Blobs, args, ct);
            gone = new Gone(gone.Rows + manifests.Count + blobs.Count, gone.Bytes + manifests.Sum() + await FreedAsync(session, blobs, ct));
        }

        return gone;
    }

    /// <returns>Bytes of those of them that no other image has.</returns>
    private static async Task<long> FreedAsync(Session session, IReadOnlyList<GoneBlob> gone, CancellationToken ct)
    {
        if (gone.Count == 0)
            return 0;
        var blobs = new In<string>([.. gone.Select(one => one.Blob).Distinct()]);
        var still = await session.QueryAsync<string>("SELECT blob FROM dependency_proxy_blobs WHERE blob IN @blobs", new { blobs }, ct);
        return gone.DistinctBy(one => one.Blob).ExceptBy(still, one => one.Blob).Sum(one => one.Size);
    }

    private const string NoneNames = """
        NOT EXISTS (
          SELECT 1 FROM dependency_proxy_links l JOIN dependency_proxy_manifests m ON m.id = l.manifest_id WHERE l.target = x.digest AND m.image = x.image
        )
        """;

    private static readonly string Oldest = $"""
        SELECT x.image, x.digest, MAX(x.used_at) AS used_at FROM (
          SELECT image, digest, used_at FROM dependency_proxy_manifests UNION ALL SELECT image, digest, used_at FROM dependency_proxy_blobs
        ) x WHERE {NoneNames} GROUP BY x.image, x.digest HAVING MAX(x.used_at) < @before ORDER BY 3 LIMIT {AtOnce}
        """;

    private const string Unneeded = $"""
        SELECT x.digest FROM (
          SELECT image, digest, used_at FROM dependency_proxy_manifests WHERE image = @Image AND digest IN @digests
          UNION ALL SELECT image, digest, used_at FROM dependency_proxy_blobs WHERE image = @Image AND digest IN @digests
        ) x WHERE {NoneNames} GROUP BY x.digest HAVING MAX(x.used_at) < @until
        """;

    private const string Targets = """
        SELECT DISTINCT l.target FROM dependency_proxy_links l JOIN dependency_proxy_manifests m ON m.id = l.manifest_id
        WHERE m.image = @Image AND m.digest IN @digests
        """;

    private const string Links = """
        DELETE FROM dependency_proxy_links WHERE manifest_id IN (
          SELECT id FROM dependency_proxy_manifests WHERE image = @Image AND digest IN @digests
        )
        """;

    private const string Tags = "DELETE FROM dependency_proxy_tags WHERE image = @Image AND digest IN @digests";
    private const string Manifests = "DELETE FROM dependency_proxy_manifests WHERE image = @Image AND digest IN @digests RETURNING size";
    private const string Blobs = "DELETE FROM dependency_proxy_blobs WHERE image = @Image AND digest IN @digests RETURNING blob, size";

    /// <summary>What nothing cached names: an image, or what is left of one.</summary>
    private sealed record Cached
    {
        public string Image { get; init; } = "";
        public string Digest { get; init; } = "";

        /// <summary>By any group, in unix milliseconds.</summary>
        public long UsedAt { get; init; }
    }

    private sealed record GoneBlob
    {
        public string Blob { get; init; } = "";
        public long Size { get; init; }
    }

    private sealed record Gone(int Rows, long Bytes);
}
