using System.Collections.Immutable;

namespace Slipway.Protocol.Coordination;

/// <summary>
/// The <c>info</c> of register, verify, request and update: what the runner's process is and can do (runner-protocol §3.1). Texts that are not
/// known are left out.
/// </summary>
public sealed record ManagerInfo
{
    public string? Name { get; init; }
    public string? Version { get; init; }
    public string? Revision { get; init; }

    /// <summary>In Go's words: <c>linux</c>, <c>darwin</c>, <c>windows</c>.</summary>
    public string? Platform { get; init; }

    /// <summary>In Go's words: <c>amd64</c>, <c>arm64</c>.</summary>
    public string? Architecture { get; init; }

    /// <summary><c>shell</c>, <c>docker</c> …</summary>
    public string? Executor { get; init; }

    public string? Shell { get; init; }
    public RunnerFeatures Features
    {
        get;
        init => field = value ?? new();
    } = new();
    public ManagerConfig Config
    {
        get;
        init => field = value ?? new();
    } = new();
    public ImmutableSortedDictionary<string, string>? Labels { get; init; }
}

/// <param name="Gpus">As Docker has it; usually empty, and then sent all the same.</param>
public sealed record ManagerConfig(string Gpus = "");

/// <summary>What a runner can do. All 31 are always sent; what is absent in what is received is off.</summary>
public sealed record RunnerFeatures
{
    public bool Variables { get; init; }
    public bool Image { get; init; }
    public bool Services { get; init; }
    public bool Artifacts { get; init; }
    public bool Cache { get; init; }
    public bool FallbackCacheKeys { get; init; }
    public bool Shared { get; init; }
    public bool UploadMultipleArtifacts { get; init; }
    public bool UploadRawArtifacts { get; init; }
    public bool Session { get; init; }
    public bool Terminal { get; init; }
    public bool Refspecs { get; init; }
    public bool Masking { get; init; }
    public bool Proxy { get; init; }
    public bool RawVariables { get; init; }
    public bool ArtifactsExclude { get; init; }
    public bool MultiBuildSteps { get; init; }
    public bool TraceReset { get; init; }
    public bool TraceChecksum { get; init; }
    public bool TraceSize { get; init; }
    public bool VaultSecrets { get; init; }

    /// <summary>It heeds <c>Job-Status</c>.</summary>
    public bool Cancelable { get; init; }

    public bool ReturnExitCode { get; init; }
    public bool ServiceVariables { get; init; }
    public bool ServiceMultipleAliases { get; init; }

    /// <summary>It runs after_script when a job is canceling.</summary>
    public bool CancelGracefully { get; init; }

    public bool NativeStepsIntegration { get; init; }
    public bool ImageExecutorOpts { get; init; }
    public bool ServiceExecutorOpts { get; init; }

    /// <summary>A job handed to it is an offer until it says <c>running</c>.</summary>
    public bool TwoPhaseJobCommit { get; init; }

    public bool JobInputs { get; init; }
}
