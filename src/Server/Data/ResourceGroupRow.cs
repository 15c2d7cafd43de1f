namespace Slipway.Server.Data;

/// <summary>How the jobs of a resource group take turns. Instants are unix milliseconds.</summary>
internal sealed record ResourceGroupRow
{
    public long Id { get; init; }
    public long ProjectId { get; init; }
    public required string Key { get; init; }

    /// <summary><c>unordered</c>, <c>oldest_first</c>, <c>newest_first</c>, <c>newest_ready_first</c>.</summary>
    public required string ProcessMode { get; init; }

    public long CreatedAt { get; init; }
    public long UpdatedAt { get; init; }
}
