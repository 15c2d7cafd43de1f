namespace Slipway.Server.Data;

/// <summary>A variable of the instance, a group or a project. Flags are 0 or 1.</summary>
internal sealed record CiVariableRow
{
    public long Id { get; init; }
    public long? NamespaceId { get; init; }
    public long? ProjectId { get; init; }
    public required string Name { get; init; }

    /// <summary>Sealed.</summary>
    public required byte[] Value { get; init; }

    /// <summary><c>env_var</c> or <c>file</c>.</summary>
    public required string VariableType { get; init; }

    public long Protected { get; init; }
    public long Masked { get; init; }
    public long Hidden { get; init; }
    public long Raw { get; init; }
    public required string EnvironmentScope { get; init; }
    public string? Description { get; init; }

    /// <summary>How near its owner is to the project that it was read for: the higher of two wins. It is no column; where no project asks it is 0.</summary>
    public long Level { get; init; }
}
