namespace Slipway.Server.Data;

/// <summary>A blob of a repository.</summary>
/// <param name="Digest">As clients know it.</param>
/// <param name="Blob">Its digest in the store.</param>
/// <param name="Size">In bytes.</param>
internal sealed record RegistryBlobRow(long Id, long RepositoryId, string Digest, string Blob, long Size)
{
    /// <summary>Of a table that a query calls <c>b</c>.</summary>
    public const string Columns = "b.id, b.repository_id, b.digest, b.blob, b.size";
}

/// <summary>A manifest without its content.</summary>
/// <param name="Size">In bytes.</param>
internal sealed record RegistryManifestRow(long Id, long RepositoryId, string Digest, string MediaType, long Size, string? ArtifactType)
{
    /// <summary>Of a table that a query calls <c>m</c>.</summary>
    public const string Columns = "m.id, m.repository_id, m.digest, m.media_type, m.size, m.artifact_type";
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
