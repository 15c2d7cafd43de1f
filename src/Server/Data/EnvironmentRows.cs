namespace Slipway.Server.Data;

/// <summary>Where jobs deploy to. Instants are unix milliseconds; what the columns mean stands in the migration.</summary>
internal sealed record EnvironmentRow
{
    public long Id { get; init; }
    public long ProjectId { get; init; }
    public required string Name { get; init; }
    public required string Slug { get; init; }
    public required string Tier { get; init; }
    public required string State { get; init; }
    public required string Description { get; init; }
    public string? ExternalUrl { get; init; }
    public long? AutoStopAt { get; init; }
    public required string AutoStopSetting { get; init; }
    public long CreatedAt { get; init; }
    public long UpdatedAt { get; init; }
}

/// <summary>One deployment to an environment.</summary>
internal sealed record DeploymentRow
{
    public long Id { get; init; }
    public long ProjectId { get; init; }

    /// <summary>Counts within the project, from 1.</summary>
    public long Iid { get; init; }

    public long EnvironmentId { get; init; }

    /// <summary>Nothing: it was done elsewhere, and somebody told of it.</summary>
    public long? JobId { get; init; }

    public long UserId { get; init; }
    public required string Ref { get; init; }
    public long Tag { get; init; }
    public required string Sha { get; init; }
    public required string Status { get; init; }
    public string? OnStop { get; init; }
    public long CreatedAt { get; init; }
    public long UpdatedAt { get; init; }
    public long? FinishedAt { get; init; }
}
