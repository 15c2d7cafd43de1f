namespace Slipway.Server.Data;

/// <summary>A pipeline that starts by itself. Flags are 0 or 1, instants unix milliseconds; what the columns mean stands in the migration.</summary>
internal sealed record PipelineScheduleRow
{
    public long Id { get; init; }
    public long ProjectId { get; init; }
    public long OwnerId { get; init; }
    public required string Description { get; init; }
    public required string Ref { get; init; }
    public required string Cron { get; init; }
    public required string CronTimezone { get; init; }
    public long Active { get; init; }
    public long NextRunAt { get; init; }
    public long? LastRunAt { get; init; }
    public byte[]? Variables { get; init; }
    public required string Inputs { get; init; }
    public long CreatedAt { get; init; }
    public long UpdatedAt { get; init; }

    public bool IsActive => Active == 1;
}

/// <summary>A token that starts a project's pipelines in its owner's name.</summary>
internal sealed record PipelineTriggerRow
{
    public long Id { get; init; }
    public long ProjectId { get; init; }
    public long OwnerId { get; init; }
    public required string Description { get; init; }
    public required string Hash { get; init; }
    public required byte[] Sealed { get; init; }
    public long CreatedAt { get; init; }
    public long UpdatedAt { get; init; }
    public long? ExpiresAt { get; init; }
    public long? LastUsedAt { get; init; }
}
