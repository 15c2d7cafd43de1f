using Slipway.Server.Blobs;
using Slipway.Server.Data;
using Slipway.Server.Http;

namespace Slipway.Server.Registry.Damage;

/// <summary>
/// What is known to be damaged: blobs whose bytes are gone or others, manifests that are not what was pushed. To who looks whether it is there it is not, so the
/// next push brings it again, and what is pushed takes its place.
/// </summary>
internal sealed class Damages(Db db, IBlobStore blobs, TimeProvider time)
{
    /// <summary>Blobs of one round.</summary>
    private const int Several = 1000;

    /// <summary>Reads a blob once more, and writes down when it is damaged. A store that fails says nothing of it.</summary>
    /// <returns>Whether it is.</returns>
    public async Task<bool> LookAsync(BlobDigest digest, long size, CancellationToken ct)
    {
        if (!(await BlobReading.LookAsync(blobs, digest, size, ct)).IsDamaged)
            return false;
        await NoteAsync("UPDATE registry_blobs SET damaged_at = @now WHERE blob = @what AND damaged_at IS NULL", digest.ToString(), ct);
        // What was only cached is fetched again.
        await NoteAsync("DELETE FROM dependency_proxy_blobs WHERE blob = @what", digest.ToString(), ct);
        return true;
    }

    /// <summary>Of manifests whoever has one sees whether it is what was pushed.</summary>
    public static bool IsWhole(string digest, ReadOnlySpan<byte> content) =>
        ImageDigest.Parse(digest) is { } named && ImageDigest.Of(named.Algorithm, content) == named;

    public Task NoteManifestAsync(long id, CancellationToken ct) =>
        NoteAsync("UPDATE registry_manifests SET damaged_at = @now WHERE id = @what AND damaged_at IS NULL", id, ct);

    /// <summary>
    /// Writes down what of these is damaged, blobs by their digests in the store, and manifests by theirs; what is of other registries is forgotten.
    /// </summary>
    /// <returns>How many there are.</returns>
    public async Task<int> NoteAsync(IReadOnlyCollection<string> digests, CancellationToken ct)
    {
        var count = 0;
        var proxied = new ProxyDamages(db, blobs);
        foreach (var digest in digests.Distinct())
        {
            var args = new { digest };
            var size = await db.FindAsync<long?>("SELECT MIN(size) FROM registry_blobs WHERE blob = @digest", args, ct);
            if (size is not null && BlobDigest.TryParse(digest, out var blob) && await LookAsync(blob, size.Value, ct))
                count++;
            foreach (var id in await db.QueryAsync<long>("SELECT id FROM registry_manifests WHERE digest = @digest", args, ct))
                if (
                    await db.FindAsync<byte[]>("SELECT content FROM registry_manifests WHERE id = @id", new { id }, ct) is { } content
                    && !IsWhole(digest, content)
                )
                {
                    await NoteManifestAsync(id, ct);
                    count++;
                }

            count += await proxied.ForgetAsync(digest, ct);
        }

        return count;
    }

    /// <summary>Reads again what is known to be damaged: a store that was restored has it back.</summary>
    public async Task LookAgainAsync(CancellationToken ct)
    {
        var known = await db.QueryAsync<Known>(
            $"SELECT blob, MIN(size) AS size FROM registry_blobs WHERE damaged_at IS NOT NULL GROUP BY blob ORDER BY MIN(damaged_at) LIMIT {Several}",
            null,
            ct
        );
        foreach (var one in known)
            if (BlobDigest.TryParse(one.Blob, out var digest) && await BlobReading.WhyNotAsync(blobs, digest, one.Size, ct) is null)
                await db.WriteAsync((session, token) => MendedAsync(session, digest, token), ct);
    }

    /// <summary>Its bytes have just been put again.</summary>
    public static Task<int> MendedAsync(Session session, BlobDigest digest, CancellationToken ct) =>
        session.ExecuteAsync(
            "UPDATE registry_blobs SET damaged_at = NULL WHERE blob = @blob AND damaged_at IS NOT NULL",
            new { blob = digest.ToString() },
            ct
        );

    /// <summary>When it cannot be written down, who comes next sees it again.</summary>
    private async Task NoteAsync(string sql, object what, CancellationToken ct)
    {
        try
        {
            await db.ExecuteAsync(sql, new { what, now = time.Milliseconds() }, ct);
        }
        catch (DatabaseException e) when (e.Fault != DbFault.Lost) { }
    }

    private sealed record Known
    {
        public string Blob { get; init; } = "";
        public long Size { get; init; }
    }
}
