using Slipway.Server.Blobs;
using Slipway.Server.Data;

namespace Slipway.Server.Registry.Contents;

/// <summary>A manifest that says something about another.</summary>
internal sealed record Referrer(long Id, string Digest, string MediaType, string? ArtifactType, long CreatedAt);

/// <summary>One image: what its manifest and its config say, and what refers to it.</summary>
internal sealed class ImageStore(Db db, IBlobStore blobs)
{
    public Task<RegistryManifestRow?> FindAsync(long repository, string digest, CancellationToken ct) =>
        db.FindAsync<RegistryManifestRow>(
            $"SELECT {RegistryManifestRow.Columns} FROM registry_manifests m WHERE m.repository_id = @repository AND m.digest = @digest",
            new { repository, digest },
            ct
        );

    /// <returns>Nothing when it was deleted meanwhile.</returns>
    public async Task<ImageFacts?> ReadAsync(long repository, long manifest, CancellationToken ct)
    {
        const string sql = "SELECT content FROM registry_manifests WHERE id = @manifest AND repository_id = @repository";
        if (await db.FindAsync<byte[]>(sql, new { manifest, repository }, ct) is not { } content)
            return null;
        var facts = ImageReading.ReadManifest(content);
        return facts.ConfigDigest is { } digest && ImageReading.IsImageConfig(facts.ConfigType)
            ? facts with
            {
                Config = await ConfigAsync(repository, digest, ct),
            }
            : facts;
    }

    /// <summary>What refers to a manifest, in the order of coming.</summary>
    public Task<IReadOnlyList<Referrer>> ReferrersAsync(long repository, string digest, int most, CancellationToken ct) =>
        db.QueryAsync<Referrer>(
            """
            SELECT id, digest, media_type, artifact_type, created_at FROM registry_manifests
            WHERE repository_id = @repository AND subject = @digest ORDER BY id LIMIT @most
            """,
            new
            {
                repository,
                digest,
                most,
            },
            ct
        );

    private async Task<ImageConfig?> ConfigAsync(long repository, string digest, CancellationToken ct)
    {
        var row = await db.FindAsync<RegistryBlobRow>(
            $"SELECT {RegistryBlobRow.Columns} FROM registry_blobs b WHERE b.repository_id = @repository AND b.digest = @digest",
            new { repository, digest },
            ct
        );
        if (row is null or { Size: > ImageReading.LargestConfig })
            return null;
        await using var stream = await blobs.OpenAsync(BlobDigest.Parse(row.Blob, null), null, ct);
        if (stream is null)
            return null;
        var content = new byte[row.Size];
        await stream.ReadExactlyAsync(content, ct);
        return ImageReading.ReadConfig(content);
    }
}
