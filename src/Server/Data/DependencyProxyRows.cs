namespace Slipway.Server.Data;

/// <summary>A manifest that was pulled from another registry.</summary>
/// <param name="NamespaceId">Whose it is; 0: the mirror's.</param>
/// <param name="UsedAt">The last time, within the hour.</param>
internal sealed record ProxiedManifestRow(long Id, long NamespaceId, string Digest, string MediaType, long UsedAt, byte[] Content)
{
    public const string Columns = "id, namespace_id, digest, media_type, used_at, content";
}

/// <summary>A blob that was pulled from another registry.</summary>
/// <param name="NamespaceId">Whose it is; 0: the mirror's.</param>
/// <param name="Blob">Its digest in the store.</param>
/// <param name="Size">In bytes.</param>
/// <param name="UsedAt">The last time, within the hour.</param>
internal sealed record ProxiedBlobRow(long Id, long NamespaceId, string Digest, string Blob, long Size, long UsedAt)
{
    public const string Columns = "id, namespace_id, digest, blob, size, used_at";
}

/// <summary>Where another registry had a tag when it was last asked.</summary>
internal sealed record ProxiedTagRow(long NamespaceId, string Digest, long CheckedAt)
{
    public const string Columns = "namespace_id, digest, checked_at";
}

/// <summary>What a group says of its dependency proxy.</summary>
/// <param name="Ttl">Days after its last use that something goes, when that is enabled.</param>
internal sealed record ProxySettingsRow(long NamespaceId, long Enabled, long TtlEnabled, long Ttl)
{
    public const string Columns = "namespace_id, enabled, ttl_enabled, ttl";

    /// <summary>GitLab's 90 days; what nobody uses goes without being asked to.</summary>
    public static ProxySettingsRow Default(long space) => new(space, 1, 1, 90);
}
