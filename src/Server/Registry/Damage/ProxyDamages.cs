using Slipway.Server.Blobs;
using Slipway.Server.Data;

namespace Slipway.Server.Registry.Damage;

/// <summary>What is damaged of the images of other registries. They are only kept for a while, so it is forgotten, and the next pull fetches it again.</summary>
internal sealed class ProxyDamages(Db db, IBlobStore blobs)
{
    /// <param name="digest">Of a blob in the store, or of a manifest.</param>
    /// <returns>How many were damaged.</returns>
    public async Task<int> ForgetAsync(string digest, CancellationToken ct) =>
        await ForgetBlobsAsync(digest, ct) + await ForgetManifestsAsync(digest, ct);

    private async Task<int> ForgetBlobsAsync(string blob, CancellationToken ct)
    {
        var count = await db.ExecuteAsync(
            "DELETE FROM dependency_proxy_blobs WHERE blob = @blob AND digest LIKE 'sha256:%' AND digest <> blob",
            new { blob },
            ct
        );
        foreach (
            var size in await db.QueryAsync<long>("SELECT DISTINCT size FROM dependency_proxy_blobs WHERE blob = @blob", new { blob }, ct)
        )
            if (!BlobDigest.TryParse(blob, out var digest) || (await BlobReading.LookAsync(blobs, digest, size, ct)).IsDamaged)
                count += await db.ExecuteAsync(
                    "DELETE FROM dependency_proxy_blobs WHERE blob = @blob AND size = @size",
                    new { blob, size },
                    ct
                );
        return count;
    }

    private async Task<int> ForgetManifestsAsync(string digest, CancellationToken ct)
    {
        var count = 0;
        foreach (
            var id in await db.QueryAsync<long>("SELECT id FROM dependency_proxy_manifests WHERE digest = @digest", new { digest }, ct)
        )
            if (
                await db.FindAsync<Manifest>("SELECT size, content FROM dependency_proxy_manifests WHERE id = @id", new { id }, ct)
                    is { } row
                && (row.Size != row.Content.Length || !Damages.IsWhole(digest, row.Content))
            )
                count += await db.WriteAsync((session, token) => ForgetAsync(session, id, token), ct);
        return count;
    }

    private static async Task<int> ForgetAsync(Session session, long id, CancellationToken ct)
    {
        await session.ExecuteAsync("DELETE FROM dependency_proxy_links WHERE manifest_id = @id", new { id }, ct);
        return await session.ExecuteAsync("DELETE FROM dependency_proxy_manifests WHERE id = @id", new { id }, ct);
    }

    private sealed record Manifest
    {
        public long Size { get; init; }
        public byte[] Content { get; init; } = [];
    }
}
