using System.Collections.Immutable;

namespace Slipway.Runner.Config;

/// <summary><c>[runners.docker]</c> (runner-protocol §15.4). Sizes such as <c>4m</c> or <c>2g</c> stay text: the engine's client reads them.</summary>
public sealed record DockerConfig
{
    // Daemon. All three empty: DOCKER_HOST, DOCKER_CERT_PATH, DOCKER_TLS_VERIFY, then the usual sockets.
    public string? Host { get; init; }
    public string? TlsCertPath { get; init; }
    public bool TlsVerify { get; init; }

    // Images.
    /// <summary>For jobs that name none.</summary>
    public string Image { get; init; } = "";

    /// <summary><c>always</c>, <c>if-not-present</c>, <c>never</c>; tried in order. Empty = <c>always</c>.</summary>
    public ImmutableArray<string> PullPolicy { get; init; } = [];

    /// <summary>What a job may ask for; empty = what <see cref="PullPolicy"/> holds.</summary>
    public ImmutableArray<string> AllowedPullPolicies { get; init; } = [];

    /// <summary>Doublestar globs; empty = every image.</summary>
    public ImmutableArray<string> AllowedImages { get; init; } = [];

    public ImmutableArray<string> AllowedServices { get; init; } = [];
    public ImmutableArray<string> AllowedPrivilegedImages { get; init; } = [];
    public ImmutableArray<string> AllowedPrivilegedServices { get; init; } = [];
    public string? HelperImage { get; init; }
    public string? HelperImageFlavor { get; init; }

    // Security.
    public bool Privileged { get; init; }

    /// <summary><see langword="null"/> = as <see cref="Privileged"/>.</summary>
    public bool? ServicesPrivileged { get; init; }

    public ImmutableArray<string> CapAdd { get; init; } = [];
    public ImmutableArray<string> CapDrop { get; init; } = [];
    public ImmutableArray<string> SecurityOpt { get; init; } = [];
    public ImmutableArray<string> ServicesSecurityOpt { get; init; } = [];
    public string? UsernsMode { get; init; }
    public string? User { get; init; }
    public ImmutableArray<string> AllowedUsers { get; init; } = [];
    public ImmutableArray<string> GroupAdd { get; init; } = [];
    public bool DisableEntrypointOverwrite { get; init; }
    public string? Runtime { get; init; }
    public string? Isolation { get; init; }
    public ImmutableDictionary<string, string> Sysctls { get; init; } = ImmutableDictionary<string, string>.Empty;
    public ImmutableDictionary<string, string> Ulimit { get; init; } = ImmutableDictionary<string, string>.Empty;

    // Resources of the job's container, then those of its services.
    public DockerResources Resources { get; init; } = new();
    public DockerResources ServiceResources { get; init; } = new();
    public string? CpusetMems { get; init; }
    public bool OomKillDisable { get; init; }
    public int OomScoreAdjust { get; init; }

    /// <summary>Bytes; 0 = the engine's own.</summary>
    public long ShmSize { get; init; }

    public ImmutableArray<string> Devices { get; init; } = [];
    public ImmutableArray<string> DeviceCgroupRules { get; init; } = [];

    /// <summary>Image glob → devices.</summary>
    public ImmutableDictionary<string, ImmutableArray<string>> ServicesDevices { get; init; } =
        ImmutableDictionary<string, ImmutableArray<string>>.Empty;

    // Storage.
    /// <summary><c>/dst</c> is a kept volume, <c>/src:/dst[:opts]</c> a bind.</summary>
    public ImmutableArray<string> Volumes { get; init; } = [];

    public ImmutableArray<string> VolumesFrom { get; init; } = [];
    public string? VolumeDriver { get; init; }
    public ImmutableDictionary<string, string> VolumeDriverOps { get; init; } = ImmutableDictionary<string, string>.Empty;
    public bool VolumeKeep { get; init; }
    public bool DisableCache { get; init; }

    /// <summary>A folder of the host that takes the place of kept volumes.</summary>
    public string? CacheDir { get; init; }

    public ImmutableDictionary<string, string> Tmpfs { get; init; } = ImmutableDictionary<string, string>.Empty;
    public ImmutableDictionary<string, string> ServicesTmpfs { get; init; } = ImmutableDictionary<string, string>.Empty;

    // Network.
    public string? NetworkMode { get; init; }
    public int NetworkMtu { get; init; }
    public bool EnableIpv6 { get; init; }
    public ImmutableArray<string> Dns { get; init; } = [];
    public ImmutableArray<string> DnsSearch { get; init; } = [];
    public ImmutableArray<string> ExtraHosts { get; init; } = [];
    public ImmutableArray<string> Links { get; init; } = [];
    public string? Hostname { get; init; }
    public string? MacAddress { get; init; }
    public string? PidMode { get; init; }
    public string? IpcMode { get; init; }

    // Services.
    public ImmutableArray<DockerServiceConfig> Services { get; init; } = [];

    /// <summary><see langword="null"/> or -1 = any number.</summary>
    public int? ServicesLimit { get; init; }

    /// <summary>Seconds; 0 means 30, -1 means not to wait.</summary>
    public int WaitForServicesTimeout { get; init; }

    public ImmutableDictionary<string, string> ContainerLabels { get; init; } = ImmutableDictionary<string, string>.Empty;
    public ImmutableDictionary<string, string> LogOptions { get; init; } = ImmutableDictionary<string, string>.Empty;
}

/// <summary>The limits a container gets; <see langword="null"/> or 0 = none.</summary>
/// <param name="Memory">With unit, <c>512m</c>.</param>
/// <param name="Cpus">A decimal, <c>1.5</c>.</param>
public sealed record DockerResources(
    string? Memory = null,
    string? MemorySwap = null,
    string? MemoryReservation = null,
    string? Cpus = null,
    long CpuShares = 0,
    string? CpusetCpus = null,
    string? CgroupParent = null,
    string? Gpus = null
);

/// <summary><c>[[runners.docker.services]]</c>: a service that every job gets.</summary>
public sealed record DockerServiceConfig
{
    public string Name { get; init; } = "";
    public string? Alias { get; init; }
    public ImmutableArray<string> Entrypoint { get; init; } = [];
    public ImmutableArray<string> Command { get; init; } = [];

    /// <summary><c>KEY=VALUE</c>.</summary>
    public ImmutableArray<string> Environment { get; init; } = [];
}
