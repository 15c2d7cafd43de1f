using System.Text.Json.Serialization;

namespace Slipway.Runner.Executors.Docker.Engine;

/// <summary>The body of <c>POST /containers/create</c>: the parts that a job can need.</summary>
internal sealed record ContainerSpec
{
    public required string Image { get; init; }
    public string? Hostname { get; init; }
    public string? User { get; init; }
    public string[]? Env { get; init; }
    public string[]? Cmd { get; init; }

    /// <summary><c>[""]</c> takes the image's own away.</summary>
    public string[]? Entrypoint { get; init; }

    public string? MacAddress { get; init; }
    public Dictionary<string, string>? Labels { get; init; }
    public bool AttachStdin { get; init; }
    public bool AttachStdout { get; init; }
    public bool AttachStderr { get; init; }
    public bool OpenStdin { get; init; }
    public bool StdinOnce { get; init; }
    public required HostSpec HostConfig { get; init; }
    public NetworkingSpec? NetworkingConfig { get; init; }
}

internal sealed record NetworkingSpec(Dictionary<string, EndpointSpec> EndpointsConfig);

internal sealed record EndpointSpec(string[]? Aliases, string? MacAddress = null);

/// <summary>What the host grants a container. Sizes in bytes.</summary>
internal sealed record HostSpec
{
    public string? NetworkMode { get; init; }
    public string[]? Binds { get; init; }
    public MountSpec[]? Mounts { get; init; }
    public string[]? VolumesFrom { get; init; }
    public Dictionary<string, string>? Tmpfs { get; init; }
    public bool? Privileged { get; init; }
    public string[]? CapAdd { get; init; }
    public string[]? CapDrop { get; init; }
    public string[]? SecurityOpt { get; init; }
    public string? UsernsMode { get; init; }
    public string[]? GroupAdd { get; init; }
    public string? Runtime { get; init; }
    public string? Isolation { get; init; }
    public Dictionary<string, string>? Sysctls { get; init; }
    public UlimitSpec[]? Ulimits { get; init; }
    public long? Memory { get; init; }
    public long? MemorySwap { get; init; }
    public long? MemoryReservation { get; init; }

    /// <summary>Billionths of a processor.</summary>
    public long? NanoCpus { get; init; }

    public long? CpuShares { get; init; }
    public string? CpusetCpus { get; init; }
    public string? CpusetMems { get; init; }
    public string? CgroupParent { get; init; }
    public bool? OomKillDisable { get; init; }
    public int? OomScoreAdj { get; init; }
    public long? ShmSize { get; init; }
    public DeviceSpec[]? Devices { get; init; }
    public string[]? DeviceCgroupRules { get; init; }
    public DeviceRequest[]? DeviceRequests { get; init; }

    [JsonPropertyName("Dns")]
    public string[]? DnsServers { get; init; }

    public string[]? DnsSearch { get; init; }
    public string[]? ExtraHosts { get; init; }
    public string[]? Links { get; init; }
    public string? PidMode { get; init; }
    public string? IpcMode { get; init; }
    public bool? Init { get; init; }
    public LogSpec? LogConfig { get; init; }
}

/// <param name="Source">A volume's name; <see langword="null"/> with type <c>volume</c>: an anonymous one.</param>
internal sealed record MountSpec(string Type, string? Source, string Target, bool? ReadOnly = null, VolumeSpec? VolumeOptions = null);

/// <summary>How to make a volume that is not there yet.</summary>
internal sealed record VolumeSpec(Dictionary<string, string>? Labels, VolumeDriver? DriverConfig);

internal sealed record VolumeDriver(string? Name, Dictionary<string, string>? Options);

internal sealed record UlimitSpec(string Name, long Soft, long Hard);

internal sealed record DeviceSpec(string PathOnHost, string PathInContainer, string CgroupPermissions);

/// <param name="Count">-1 = all.</param>
internal sealed record DeviceRequest(string? Driver, int? Count, string[]? DeviceIDs, string[][] Capabilities);

internal sealed record LogSpec(string Type, Dictionary<string, string>? Config);

internal sealed record CreatedContainer(string Id, string[]? Warnings);
