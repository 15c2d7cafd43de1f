using Slipway.Server.Data;
using Slipway.Server.Http;

namespace Slipway.Server.Registry.Proxy;

/// <summary>An image of another registry that a group has.</summary>
internal sealed record ProxiedImage
{
    /// <summary>Of its manifest.</summary>
    public long Id { get; init; }

    /// <summary>With its registry: <c>docker.io/library/alpine</c>.</summary>
    public string Image { get; init; } = "";

    /// <summary>Nothing: it was pulled by its digest alone, or the tag has moved.</summary>
    public string? Tag { get; init; }

    public string Digest { get; init; } = "";
    public string MediaType { get; init; } = "";

    /// <summary>When it was kept first.</summary>
    public long CreatedAt { get; init; }

    /// <summary>When it was pulled last, within the hour.</summary>
    public long UsedAt { get; init; }
}

/// <summary>What is in a group's dependency proxy, as people look at it: images by tag, and not the manifests of their platforms one by one.</summary>
internal sealed class ProxyContents(Db db)
{
    /// <summary>The group's images, the one that was pulled last first.</summary>
    public async Task<(IReadOnlyList<ProxiedImage> Rows, long Total)> ListAsync(long space, Paging paging, CancellationToken ct)
    {
        var args = new { space };
        var rows = await db.QueryAsync<ProxiedImage>(
            $"SELECT id, image, tag, digest, media_type, created_at, used_at FROM ({All}) a ORDER BY used_at DESC, image, tag, id {paging.Limit}",
            args,
            ct
        );
        return (rows, await db.FindAsync<long>($"SELECT COUNT(*) FROM ({All}) a", args, ct));
    }

    /// <summary>Bytes that are kept of each of these, with all that they name; what two of them share counts for both.</summary>
    /// <param name="manifests">Their numbers.</param>
    public async Task<IReadOnlyDictionary<long, long>> SizesAsync(IReadOnlyList<long> manifests, CancellationToken ct) =>
        (await db.QueryAsync<Weight>(Sizes, new { manifests = new In<long>(manifests) }, ct)).ToDictionary(
            row => row.Root,
            row => row.Size
        );

    private const string Columns = "m.id, m.image, m.digest, m.media_type, m.created_at, m.used_at";

    /// <summary>What an index names is part of it.</summary>
    private const string All = $"""
        SELECT {Columns}, t.name AS tag FROM dependency_proxy_manifests m
        JOIN dependency_proxy_tags t ON t.image = m.image AND t.digest = m.digest AND t.namespace_id = m.namespace_id
        WHERE m.namespace_id = @space
        UNION ALL
        SELECT {Columns}, NULL FROM dependency_proxy_manifests m WHERE m.namespace_id = @space
          AND NOT EXISTS (
            SELECT 1 FROM dependency_proxy_tags t WHERE t.image = m.image AND t.digest = m.digest AND t.namespace_id = m.namespace_id
          )
          AND NOT EXISTS (
            SELECT 1 FROM dependency_proxy_links l JOIN dependency_proxy_manifests o ON o.id = l.manifest_id
            WHERE l.target = m.digest AND o.image = m.image AND o.namespace_id = m.namespace_id
          )
        """;

    private const string Sizes = """
        WITH RECURSIVE parts (root, id, image, namespace_id, size) AS (
          SELECT id, id, image, namespace_id, size FROM dependency_proxy_manifests WHERE id IN @manifests
          UNION
          SELECT p.root, m.id, m.image, m.namespace_id, m.size FROM parts p JOIN dependency_proxy_links l ON l.manifest_id = p.id
          JOIN dependency_proxy_manifests m ON m.digest = l.target AND m.image = p.image AND m.namespace_id = p.namespace_id
        )
        SELECT root, CAST(SUM(size) AS bigint) AS size FROM (
          SELECT root, id, 0 AS is_blob, size FROM parts
          UNION
          SELECT p.root, b.id, 1, b.size FROM parts p JOIN dependency_proxy_links l ON l.manifest_id = p.id
          JOIN dependency_proxy_blobs b ON b.digest = l.target AND b.image = p.image AND b.namespace_id = p.namespace_id
        ) x GROUP BY root
        """;

    private sealed record Weight
    {
        public long Root { get; init; }
        public long Size { get; init; }
    }
}
