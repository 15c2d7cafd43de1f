namespace Slipway.Server.Data;

/// <summary>What another system says of a commit. Flags are 0 or 1, instants unix milliseconds; what the columns mean stands in the migration.</summary>
internal sealed record CommitStatusRow
{
    public long Id { get; init; }
    public long ProjectId { get; init; }
    public long PipelineId { get; init; }
    public long UserId { get; init; }
    public required string Ref { get; init; }
    public required string Name { get; init; }
    public required string Status { get; init; }
    public long Retried { get; init; }
    public string? Description { get; init; }
    public string? TargetUrl { get; init; }
    public string? Coverage { get; init; }
    public long CreatedAt { get; init; }
    public long? StartedAt { get; init; }
    public long? FinishedAt { get; init; }
}
