namespace Slipway.Runner.Executors.Docker.Engine;

/// <summary>The answer of <c>GET /containers/ID/json</c>: the parts that are read.</summary>
internal sealed record ContainerDetails
{
    public required string Id { get; init; }
    public string? Name { get; init; }
    public required ContainerState State { get; init; }
    public RunConfig? Config { get; init; }
    public NetworkSettings? NetworkSettings { get; init; }
    public MountPoint[]? Mounts { get; init; }
}

internal sealed record ContainerState
{
    public string? Status { get; init; }
    public bool Running { get; init; }

    /// <summary>The kernel killed one of the container's processes because the container had used up its memory.</summary>
    public bool OOMKilled { get; init; }

    public int ExitCode { get; init; }
    public string? Error { get; init; }
    public Health? Health { get; init; }
}

/// <param name="Status"><c>none</c>, <c>starting</c>, <c>healthy</c> or <c>unhealthy</c>.</param>
internal sealed record Health(string? Status);

/// <summary>Image and request merged.</summary>
internal sealed record RunConfig
{
    public string[]? Env { get; init; }
    public Dictionary<string, NoValue>? ExposedPorts { get; init; }
    public HealthProbe? Healthcheck { get; init; }
    public Dictionary<string, string>? Labels { get; init; }
}

internal sealed record NoValue;

/// <param name="Test"><c>NONE</c>, or <c>CMD</c> and the words, or <c>CMD-SHELL</c> and a line.</param>
internal sealed record HealthProbe(string[]? Test);

internal sealed record NetworkSettings(Dictionary<string, Endpoint>? Networks);

internal sealed record Endpoint(string? NetworkID, string? IPAddress, string? Gateway, string? GlobalIPv6Address);

internal sealed record MountPoint(string? Type, string? Name, string? Source, string? Destination);

internal sealed record ContainerSummary(string Id, string[]? Names, string? State, Dictionary<string, string>? Labels);

internal sealed record WaitResult(int StatusCode, WaitError? Error);

internal sealed record WaitError(string? Message);
