using Slipway.Server.Blobs;
using Slipway.Server.Blobs.Sweeping;
using Slipway.Server.Data;
using Slipway.Server.Http;
using Slipway.Server.Registry.Damage;
using Slipway.Server.Registry.Manifests;

namespace Slipway.Server.Registry.Proxy;

/// <summary>
/// The rows of what has been pulled from other registries. Each group has its own, which come and go with what it says; what one has pulled another gets
/// without a pull, for whoever asks a registry is this server.
/// </summary>
internal sealed class ProxyStore(Db db, TimeProvider time)
{
    /// <summary>How old <c>used_at</c> and <c>checked_at</c> may be before they are written anew. 1 hour.</summary>
    private const long UsedEvery = 60 * 60 * 1000;

    private const string OwnFirst = "ORDER BY CASE WHEN namespace_id = @owner THEN 0 ELSE 1 END";

    /// <summary>A manifest that this group, or else another, has pulled. One that is damaged is none: it is fetched again.</summary>
    public async Task<ProxiedManifestRow?> FindManifestAsync(long owner, string image, string digest, CancellationToken ct)
    {
        var row = await db.FindAsync<ProxiedManifestRow>(
            $"SELECT {ProxiedManifestRow.Columns} FROM dependency_proxy_manifests WHERE image = @image AND digest = @digest {OwnFirst} LIMIT 1",
            new
            {
                owner,
                image,
                digest,
            },
            ct
        );
        return row is not null && Damages.IsWhole(row.Digest, row.Content) ? row : null;
    }

    /// <summary>Where a tag was when this group, or else any, last asked.</summary>
    public Task<ProxiedTagRow?> FindTagAsync(long owner, string image, string name, CancellationToken ct) =>
        db.FindAsync<ProxiedTagRow>(
            $"SELECT {ProxiedTagRow.Columns} FROM dependency_proxy_tags WHERE image = @image AND name = @name {OwnFirst}, checked_at DESC LIMIT 1",
            new
            {
                owner,
                image,
                name,
            },
            ct
        );

    /// <summary>Writes down that a group has this manifest, and has it at a tag.</summary>
    public Task KeepAsync(ProxyCall call, ImageManifest manifest, string digest, string? tag, CancellationToken ct) =>
        db.WriteAsync(
            async (session, token) =>
            {
                var args = new
                {
                    owner = call.Owner,
                    image = call.Image.Name,
                    digest,
                    manifest.MediaType,
                    size = (long)manifest.Content.Length,
                    content = manifest.Content.ToArray(),
                    now = time.Milliseconds(),
                    tag,
                };
                var id = await session.FindAsync<long>(PutManifest, args, token);
                await session.ExecuteAsync("DELETE FROM dependency_proxy_links WHERE manifest_id = @id", new { id }, token);
                await session.ExecuteAsync(
                    "INSERT INTO dependency_proxy_links (manifest_id, target) VALUES (@id, @target)",
                    manifest.Needs.Select(need => need.Name).Distinct().Select(target => new { id, target }).ToList(),
                    token
                );
                if (tag is not null)
                    await session.ExecuteAsync(PutTag, args, token);
                return id;
            },
            ct
        );

    /// <summary>Notes that a manifest is used, and that a tag is still, or now, at it; once an hour at the most. That it cannot be written down is no reason not to give it.</summary>
    /// <param name="known">Where the tag was known to be.</param>
    public async Task UsedAsync(ProxyCall call, ProxiedManifestRow row, string? tag, ProxiedTagRow? known, CancellationToken ct)
    {
        var now = time.Milliseconds();
        if (now - row.UsedAt >= UsedEvery)
            await TryAsync("UPDATE dependency_proxy_manifests SET used_at = @now WHERE id = @Id", new { row.Id, now }, ct);
        if (
            tag is not null
            && (known is null || known.Digest != row.Digest || known.NamespaceId != call.Owner || now - known.CheckedAt >= UsedEvery)
        )
            await TryAsync(
                PutTag,
                new
                {
                    owner = call.Owner,
                    image = call.Image.Name,
                    tag,
                    digest = row.Digest,
                    now,
                },
                ct
            );
    }

    /// <summary>A blob that this group has pulled, or has now because another has.</summary>
    public async Task<ProxiedBlobRow?> FindBlobAsync(ProxyCall call, string digest, CancellationToken ct)
    {
        var args = new
        {
            owner = call.Owner,
            image = call.Image.Name,
            digest,
        };
        var row = await db.FindAsync<ProxiedBlobRow>(
            $"SELECT {ProxiedBlobRow.Columns} FROM dependency_proxy_blobs WHERE image = @image AND digest = @digest {OwnFirst} LIMIT 1",
            args,
            ct
        );
        if (row is null)
            return null;
        var now = time.Milliseconds();
        if (row.NamespaceId != call.Owner)
            await TryAsync(
                """
                INSERT INTO dependency_proxy_blobs (namespace_id, image, digest, blob, size, created_at, used_at)
                SELECT @owner, image, digest, blob, size, @now, @now FROM dependency_proxy_blobs WHERE id = @Id
                ON CONFLICT (image, digest, namespace_id) DO NOTHING
                """,
                new
                {
                    owner = call.Owner,
                    row.Id,
                    now,
                },
                ct
            );
        else if (now - row.UsedAt >= UsedEvery)
            await TryAsync("UPDATE dependency_proxy_blobs SET used_at = @now WHERE id = @Id", new { row.Id, now }, ct);
        return row;
    }

    /// <summary>What a blob of an image is called in the store, when any group has it.</summary>
    public async Task<BlobDigest?> HasBlobAsync(UpstreamImage image, ImageDigest digest, CancellationToken ct) =>
        await db.FindAsync<string>(
            "SELECT blob FROM dependency_proxy_blobs WHERE image = @image AND digest = @digest LIMIT 1",
            new { image = image.Name, digest = digest.ToString() },
            ct
        )
            is { } blob
            ? BlobDigest.Parse(blob, null)
            : null;

    /// <summary>Writes down that groups have a blob. Its bytes are in the store.</summary>
    /// <param name="begunAt">When they began to be put.</param>
    public Task KeepAsync(
        IReadOnlyCollection<long> owners,
        UpstreamImage image,
        ImageDigest digest,
        Blob blob,
        long begunAt,
        CancellationToken ct
    ) =>
        db.WriteAsync(
            async (session, token) =>
            {
                await BlobClaims.ClaimAsync(session, blob.Digest, begunAt, token);
                await Damages.MendedAsync(session, blob.Digest, token);
                return await session.ExecuteAsync(
                    PutBlob,
                    owners
                        .Select(owner => new
                        {
                            owner,
                            image = image.Name,
                            digest = digest.ToString(),
                            blob = blob.Digest.ToString(),
                            size = blob.Length,
                            now = time.Milliseconds(),
                        })
                        .ToList(),
                    token
                );
            },
            ct
        );

    private async Task TryAsync(string sql, object args, CancellationToken ct)
    {
        try
        {
            await db.ExecuteAsync(sql, args, ct);
        }
        catch (DatabaseException e) when (e.Fault != DbFault.Lost) { }
    }

    private const string PutManifest = """
        INSERT INTO dependency_proxy_manifests (namespace_id, image, digest, media_type, size, created_at, used_at, content)
        VALUES (@owner, @image, @digest, @MediaType, @size, @now, @now, @content)
        ON CONFLICT (image, digest, namespace_id) DO UPDATE SET media_type = @MediaType, size = @size, used_at = @now, content = @content
        RETURNING id
        """;

    private const string PutTag = """
        INSERT INTO dependency_proxy_tags (namespace_id, image, name, digest, checked_at) VALUES (@owner, @image, @tag, @digest, @now)
        ON CONFLICT (image, name, namespace_id) DO UPDATE SET digest = @digest, checked_at = @now
        """;

    private const string PutBlob = """
        INSERT INTO dependency_proxy_blobs (namespace_id, image, digest, blob, size, created_at, used_at)
        VALUES (@owner, @image, @digest, @blob, @size, @now, @now)
        ON CONFLICT (image, digest, namespace_id) DO UPDATE SET blob = @blob, size = @size, used_at = @now
        """;
}
