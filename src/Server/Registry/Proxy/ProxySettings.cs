using Slipway.Server.Accounts;
using Slipway.Server.Data;
using Slipway.Server.Http;

namespace Slipway.Server.Registry.Proxy;

/// <summary>How much a group has of other registries' images.</summary>
internal sealed record ProxyUsage
{
    public long Images { get; init; }
    public long Blobs { get; init; }

    /// <summary>Bytes of its blobs, each once, and of its manifests.</summary>
    public long Bytes { get; init; }
}

/// <summary>What groups say of their dependency proxy, and what is in it.</summary>
internal sealed class ProxySettings(Db db, TimeProvider time)
{
    /// <summary>Days after its last use that something goes: 10 years at the most.</summary>
    public const long LongestTtl = 3650;

    /// <summary>What <c>docker login</c> is told. Always with a port, as GitLab's: Docker takes it for another server than the same without.</summary>
    public static string ServerOf(ServerUrl url) => $"{url.Uri.Host}:{url.Uri.Port}";

    /// <summary>What stands before the name of an image that is pulled through a group.</summary>
    public static string PrefixOf(ServerUrl url, string group) => $"{ServerOf(url)}/{group.ToLowerInvariant()}/dependency_proxy/containers";

    public async Task<ProxySettingsRow> FindAsync(long space, CancellationToken ct) =>
        await db.FindAsync<ProxySettingsRow>(
            $"SELECT {ProxySettingsRow.Columns} FROM dependency_proxy_settings WHERE namespace_id = @space",
            new { space },
            ct
        ) ?? ProxySettingsRow.Default(space);

    public async Task<ProxyUsage> UsageAsync(long space, CancellationToken ct) =>
        (
            await db.FindAsync<ProxyUsage>(
                """
                SELECT (SELECT COUNT(*) FROM dependency_proxy_manifests WHERE namespace_id = @space) AS images,
                  (SELECT COUNT(DISTINCT blob) FROM dependency_proxy_blobs WHERE namespace_id = @space) AS blobs,
                  (SELECT CAST(COALESCE(SUM(size), 0) AS bigint) FROM dependency_proxy_manifests WHERE namespace_id = @space)
                  + (SELECT CAST(COALESCE(SUM(size), 0) AS bigint) FROM (
                      SELECT MIN(size) AS size FROM dependency_proxy_blobs WHERE namespace_id = @space GROUP BY blob) b) AS bytes
                """,
                new { space },
                ct
            )
        )!;

    /// <param name="actor">Who does it, and where, for the record.</param>
    public Task SetAsync(ProxySettingsRow row, string actor, string group, CancellationToken ct) =>
        db.WriteAsync(
            async (session, token) =>
            {
                await session.ExecuteAsync(
                    """
                    INSERT INTO dependency_proxy_settings (namespace_id, enabled, ttl_enabled, ttl) VALUES (@NamespaceId, @Enabled, @TtlEnabled, @Ttl)
                    ON CONFLICT (namespace_id) DO UPDATE SET enabled = @Enabled, ttl_enabled = @TtlEnabled, ttl = @Ttl
                    """,
                    row,
                    token
                );
                await Audit.WriteAsync(session, actor, "dependency_proxy_changed", $"group {group}", null, time.Milliseconds(), token);
                return 0;
            },
            ct
        );

    /// <summary>Forgets all that the group has pulled. Pulls under way go on.</summary>
    public Task PurgeAsync(long space, string actor, string group, CancellationToken ct) =>
        db.WriteAsync(
            async (session, token) =>
            {
                foreach (var sql in Purge)
                    await session.ExecuteAsync(sql, new { id = space }, token);
                await Audit.WriteAsync(session, actor, "dependency_proxy_purged", $"group {group}", null, time.Milliseconds(), token);
                return 0;
            },
            ct
        );

    private static readonly string[] Purge =
    [
        "DELETE FROM dependency_proxy_links WHERE manifest_id IN (SELECT id FROM dependency_proxy_manifests WHERE namespace_id = @id)",
        "DELETE FROM dependency_proxy_manifests WHERE namespace_id = @id",
        "DELETE FROM dependency_proxy_tags WHERE namespace_id = @id",
        "DELETE FROM dependency_proxy_blobs WHERE namespace_id = @id",
    ];
}
