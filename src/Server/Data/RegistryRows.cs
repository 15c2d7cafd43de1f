namespace Slipway.Server.Data;

/// <summary>A blob of a repository.</summary>
/// <param name="Digest">As clients know it.</param>
/// <param name="Blob">Its digest in the store.</param>
/// <param name="Size">In bytes.</param>
/// <param name="UnusedSince">When it was first seen that no manifest needs it.</param>
/// <param name="DamagedAt">When it was first seen that the store has not these bytes.</param>
internal sealed record RegistryBlobRow(
    long Id,
    long RepositoryId,
    string Digest,
    string Blob,
    long Size,
    long? UnusedSince,
    long? DamagedAt
)
{
    /// <summary>Of a table that a query calls <c>b</c>.</summary>
    public const string Columns = "b.id, b.repository_id, b.digest, b.blob, b.size, b.unused_since, b.damaged_at";
}

/// <summary>A manifest without its content.</summary>
/// <param name="Size">In bytes.</param>
/// <param name="PulledAt">The last time, within the hour; nothing: never.</param>
/// <param name="UnusedSince">When it was first seen that no tag and no other manifest keeps it.</param>
/// <param name="DamagedAt">When it was first seen that its content is not what was pushed.</param>
internal sealed record RegistryManifestRow(
    long Id,
    long RepositoryId,
    string Digest,
    string MediaType,
    long Size,
    string? ArtifactType,
    long? PulledAt,
    long? UnusedSince,
    long? DamagedAt
)
{
    /// <summary>Of a table that a query calls <c>m</c>.</summary>
    public const string Columns =
        "m.id, m.repository_id, m.digest, m.media_type, m.size, m.artifact_type, m.pulled_at, m.unused_since, m.damaged_at";
}

/// <param name="Key">In its address.</param>
/// <param name="Size">Bytes that have come and are durable.</param>
/// <param name="Pieces">In which they came.</param>
internal sealed record RegistryUploadRow(long Id, long RepositoryId, string Key, long Size, long Pieces, long CreatedAt)
{
    /// <summary>Of a table that a query calls <c>u</c>.</summary>
    public const string Columns = "u.id, u.repository_id, u.key, u.size, u.pieces, u.created_at";
}

/// <summary>What one request brought of an upload.</summary>
internal sealed record RegistryPieceRow(long Start, long Size, string Blob);

/// <summary>What a project says of its images. Without a row it has said nothing.</summary>
/// <param name="Quota">Bytes it may have; nothing: as many as the server lets everybody have.</param>
/// <param name="Cleanup">JSON of a <c>CleanupPolicy</c>.</param>
/// <param name="CleanupAt">When the policy is run next; nothing: it is not.</param>
internal sealed record RegistryProjectRow(long ProjectId, long? Quota, string? Cleanup, long? CleanupAt)
{
    public const string Columns = "project_id, quota, cleanup, cleanup_at";
}

/// <summary>A rule for tags.</summary>
/// <param name="Pattern">A regular expression that is found anywhere in a tag's name.</param>
/// <param name="PushLevel">The least role that may push such a tag: 40, 50, or 60 for administrators. Nothing, in both: such a tag is never changed.</param>
/// <param name="DeleteLevel">The same for deleting.</param>
internal sealed record RegistryTagRuleRow(long Id, long ProjectId, string Pattern, long? PushLevel, long? DeleteLevel)
{
    public const string Columns = "id, project_id, pattern, push_level, delete_level";
}
