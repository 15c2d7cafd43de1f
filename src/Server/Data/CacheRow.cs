namespace Slipway.Server.Data;

/// <summary>A cache archive that runners share. Instants are unix milliseconds.</summary>
internal sealed record CacheRow
{
    public long Id { get; init; }
    public long ProjectId { get; init; }
    public long Protected { get; init; }
    public required string Key { get; init; }
    public required string Blob { get; init; }
    public long Size { get; init; }
    public long CreatedAt { get; init; }
    public long UsedAt { get; init; }
}
