namespace Slipway.Server.Data;

/// <summary>A runner. Flags are 0 or 1, instants unix milliseconds; what the columns mean stands in the migration.</summary>
internal sealed record RunnerRow
{
    public long Id { get; init; }

    /// <summary><c>instance_type</c>, <c>group_type</c> or <c>project_type</c>.</summary>
    public required string RunnerType { get; init; }

    /// <summary>Of a group's runner.</summary>
    public long? NamespaceId { get; init; }

    public long? CreatorId { get; init; }
    public required string TokenHash { get; init; }
    public long? TokenExpiresAt { get; init; }
    public required string Description { get; init; }
    public required string MaintenanceNote { get; init; }
    public long Paused { get; init; }
    public long Locked { get; init; }
    public long RunUntagged { get; init; }

    /// <summary>A JSON list.</summary>
    public required string Tags { get; init; }

    /// <summary><c>not_protected</c> or <c>ref_protected</c>.</summary>
    public required string AccessLevel { get; init; }

    /// <summary>Seconds.</summary>
    public long? MaximumTimeout { get; init; }

    public long CreatedAt { get; init; }
    public long? ContactedAt { get; init; }
}

/// <summary>A process that uses a runner's token.</summary>
internal sealed record RunnerManagerRow
{
    public long Id { get; init; }
    public long RunnerId { get; init; }
    public required string SystemId { get; init; }
    public required string Version { get; init; }
    public required string Revision { get; init; }
    public required string Platform { get; init; }
    public required string Architecture { get; init; }
    public required string Executor { get; init; }
    public required string Address { get; init; }

    /// <summary>JSON: what it can do.</summary>
    public required string Features { get; init; }

    public long CreatedAt { get; init; }
    public long? ContactedAt { get; init; }
}
