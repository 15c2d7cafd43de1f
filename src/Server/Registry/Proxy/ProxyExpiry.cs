using Slipway.Server.Data;
using Slipway.Server.Http;

namespace Slipway.Server.Registry.Proxy;

/// <summary>
/// Removes what nobody has pulled through the dependency proxy for as long as its group says. A manifest stays while one that is kept names it, and a blob while a
/// manifest of its image does: what is kept can be pulled whole. Bytes go with the <c>BlobSweep</c>, when no image of anybody's has them.
/// </summary>
internal sealed class ProxyExpiry(Db db, TimeProvider time)
{
    private const int AtOnce = 500;
    private const long Day = 24 * 60 * 60 * 1000L;

    /// <returns>How many manifests and blobs went.</returns>
    public async Task<long> RunAsync(CancellationToken ct)
    {
        var gone = 0L;
        var all = await db.QueryAsync<Owner>(
            """
            SELECT o.namespace_id, s.ttl_enabled, s.ttl FROM (
              SELECT namespace_id FROM dependency_proxy_manifests UNION SELECT namespace_id FROM dependency_proxy_blobs
            ) o LEFT JOIN dependency_proxy_settings s ON s.namespace_id = o.namespace_id
            """,
            null,
            ct
        );
        foreach (var owner in all)
        {
            var settings = ProxySettingsRow.Default(owner.NamespaceId);
            if ((owner.TtlEnabled ?? settings.TtlEnabled) != 1)
                continue;
            var args = new { owner = owner.NamespaceId, before = time.Milliseconds() - (owner.Ttl ?? settings.Ttl) * Day };
            gone += await TakeAsync("dependency_proxy_manifests", args, ct) + await TakeAsync("dependency_proxy_blobs", args, ct);
            await db.ExecuteAsync(LostTags, args, ct);
        }

        return gone;
    }

    /// <summary>What names others goes first, and they in the next round.</summary>
    private async Task<long> TakeAsync(string table, object args, CancellationToken ct)
    {
        var due = Due.Replace("@@", table);
        for (var gone = 0L; ; )
        {
            var count = await db.WriteAsync(
                async (session, token) =>
                {
                    var ids = new { ids = new In<long>(await session.QueryAsync<long>(due, args, token)) };
                    if (table == "dependency_proxy_manifests")
                        await session.ExecuteAsync("DELETE FROM dependency_proxy_links WHERE manifest_id IN @ids", ids, token);
                    return await session.ExecuteAsync($"DELETE FROM {table} WHERE id IN @ids", ids, token);
                },
                ct
            );
            if (count == 0)
                return gone;
            gone += count;
        }
    }

    private static readonly string Due = $"""
        SELECT x.id FROM @@ x WHERE x.namespace_id = @owner AND x.used_at < @before AND NOT EXISTS (
          SELECT 1 FROM dependency_proxy_links l JOIN dependency_proxy_manifests m ON m.id = l.manifest_id
          WHERE l.target = x.digest AND m.namespace_id = x.namespace_id AND m.image = x.image
        ) LIMIT {AtOnce}
        """;

    private const string LostTags = """
        DELETE FROM dependency_proxy_tags WHERE namespace_id = @owner AND NOT EXISTS (
          SELECT 1 FROM dependency_proxy_manifests m WHERE m.image = dependency_proxy_tags.image AND m.digest = dependency_proxy_tags.digest
            AND m.namespace_id = dependency_proxy_tags.namespace_id
        )
        """;

    private sealed record Owner
    {
        public long NamespaceId { get; init; }
        public long? TtlEnabled { get; init; }
        public long? Ttl { get; init; }
    }
}
