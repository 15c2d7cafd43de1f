using Slipway.Server.Data;

namespace Slipway.Server.Blobs.Sweeping;

/// <summary>
/// Removes blobs that no row names: what was erased or has expired, and what a process that died had put and not yet written down. A blob is marked first and
/// removed a <see cref="Grace"/> later, when still no row names it; <see cref="BlobClaims"/> says why none is removed that somebody is about to name.
/// Killed anywhere, the next round goes on.
/// </summary>
internal sealed class BlobSweep(Db db, IBlobStore blobs, TimeProvider time)
{
    private const int AtOnce = 500;

    /// <summary>From the first time that no row names a blob to its removal. 1 day.</summary>
    public TimeSpan Grace { get; init; } = TimeSpan.FromDays(1);

    /// <summary>How long a removal is remembered: longer than any put takes.</summary>
    private static readonly TimeSpan Memory = TimeSpan.FromDays(2);

    /// <summary>The blobs of these that a row names. Whoever adds a table that names blobs adds it here; a test looks.</summary>
    private const string Named = """
        SELECT blob FROM artifacts WHERE blob IN @digests
        UNION SELECT trace_blob FROM jobs WHERE trace_blob IN @digests
        UNION SELECT 'sha256:' || oid FROM lfs_objects WHERE oid IN @oids
        UNION SELECT blob FROM caches WHERE blob IN @digests
        UNION SELECT blob FROM registry_blobs WHERE blob IN @digests
        UNION SELECT blob FROM registry_pieces WHERE blob IN @digests
        UNION SELECT blob FROM dependency_proxy_blobs WHERE blob IN @digests
        """;

    /// <summary>Once over all blobs.</summary>
    /// <returns>How many were removed.</returns>
    public async Task<int> RunAsync(CancellationToken ct)
    {
        await foreach (var page in PagesAsync(ct))
            await MarkAsync(page, ct);
        var removed = 0;
        foreach (var digest in await DueAsync(ct))
            if (await TakeAsync(digest, ct))
            {
                await RemoveAsync(digest, ct);
                removed++;
            }

        // Whoever began a put before the removal has given up by now.
        var before = (time.GetUtcNow() - Memory).ToUnixTimeMilliseconds();
        await db.ExecuteAsync("DELETE FROM blob_sweeps WHERE deleted_at < @before", new { before }, ct);
        return removed;
    }

    private long Now => time.GetUtcNow().ToUnixTimeMilliseconds();
    private long Before => (time.GetUtcNow() - Grace).ToUnixTimeMilliseconds();

    private async IAsyncEnumerable<IReadOnlyList<string>> PagesAsync(
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken ct
    )
    {
        var page = new List<string>(AtOnce);
        await foreach (var blob in blobs.ListAsync(ct))
        {
            page.Add(blob.Digest.ToString());
            if (page.Count < AtOnce)
                continue;
            yield return page;
            page = new List<string>(AtOnce);
        }

        if (page.Count > 0)
            yield return page;
    }

    private static Task<IReadOnlyList<string>> NamedAsync(Session session, IReadOnlyList<string> digests, CancellationToken ct) =>
        session.QueryAsync<string>(
            Named,
            new { digests = new In<string>(digests), oids = new In<string>([.. digests.Select(digest => digest["sha256:".Length..])]) },
            ct
        );

    private Task<int> MarkAsync(IReadOnlyList<string> page, CancellationToken ct) =>
        db.WriteAsync(
            async (session, token) =>
            {
                var named = await NamedAsync(session, page, token);
                var free = page.Except(named).Select(digest => new { digest, Now });
                return await session.ExecuteAsync(
                    "INSERT INTO blob_sweeps (digest, marked_at, deleting) VALUES (@digest, @Now, 0) ON CONFLICT (digest) DO NOTHING",
                    free.ToList(),
                    token
                );
            },
            ct
        );

    /// <summary>Those whose time has come, and those whose removal a process that died had begun.</summary>
    private Task<IReadOnlyList<string>> DueAsync(CancellationToken ct) =>
        db.QueryAsync<string>(
            "SELECT digest FROM blob_sweeps WHERE deleted_at IS NULL AND (deleting = 1 OR marked_at <= @Before)",
            new { Before },
            ct
        );

    /// <returns>False when a row names it after all: the mark is taken off.</returns>
    private Task<bool> TakeAsync(string digest, CancellationToken ct) =>
        db.WriteAsync(
            async (session, token) =>
            {
                var named = await NamedAsync(session, [digest], token);
                var sql = named.Count > 0 ? "DELETE FROM blob_sweeps WHERE digest = @digest AND deleting = 0" : Deleting;
                return await session.ExecuteAsync(sql, new { digest }, token) == 1 && named.Count == 0;
            },
            ct
        );

    private const string Deleting = "UPDATE blob_sweeps SET deleting = 1 WHERE digest = @digest AND deleted_at IS NULL";

    private async Task RemoveAsync(string digest, CancellationToken ct)
    {
        await blobs.DeleteAsync(BlobDigest.Parse(digest, null), ct);
        await db.ExecuteAsync("UPDATE blob_sweeps SET deleted_at = @Now WHERE digest = @digest", new { digest, Now }, ct);
    }
}
