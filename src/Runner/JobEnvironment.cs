using System.Collections.Immutable;
using Slipway.Protocol.Jobs;
using Slipway.Runner.Config;
using Slipway.Runner.Traces;

namespace Slipway.Runner;

/// <summary>All that an executor is told about the job it serves. Names and values are expanded; the payload is as it came.</summary>
public sealed record JobEnvironment
{
    public required JobPayload Payload { get; init; }
    public required RunnerConfig Runner { get; init; }
    public required JobHost Host { get; init; }
    public required JobVariables Variables { get; init; }
    public required JobPaths Paths { get; init; }

    /// <summary>Of namespace and project, as folders are named after it; no part of it leads elsewhere.</summary>
    public string ProjectPath { get; init; } = "";

    /// <summary>The job's image with its variables expanded; <see langword="null"/> when the job names none.</summary>
    public JobImage? Image { get; init; }

    /// <summary>The job's services, likewise; not those of the runner's configuration.</summary>
    public ImmutableArray<JobImage> Services { get; init; } = [];

    public required JobTrace Trace { get; init; }
    public required TimeProvider Time { get; init; }

    /// <summary>Everything must end now: whoever gives a process time to end by itself stops waiting.</summary>
    public CancellationToken Abort { get; init; }
}

/// <summary>What the process that runs jobs knows and a payload does not say.</summary>
public sealed record JobHost
{
    public string Version { get; init; } = "0.1.0";
    public string Revision { get; init; } = "";

    /// <summary><c>s_0123456789ab</c>; empty for a run that no server knows of.</summary>
    public string SystemId { get; init; } = "";

    /// <summary>This machine.</summary>
    public string Name { get; init; } = Environment.MachineName;

    /// <summary>Where <c>builds</c> and <c>cache</c> go when nothing else is configured. Absolute.</summary>
    public string WorkDir { get; init; } = Environment.CurrentDirectory;

    /// <summary>Where cache archives lie on this machine. Absolute; <see langword="null"/> = <c>cache</c> below <see cref="WorkDir"/>.</summary>
    public string? CacheDir { get; init; }

    /// <summary>The lowest slot of the runner that no other running job has; <c>CI_CONCURRENT_ID</c>.</summary>
    public int ConcurrentId { get; init; }

    /// <summary>The same among the jobs of this project. Two jobs that share it at one time would share a folder.</summary>
    public int ConcurrentProjectId { get; init; }

    /// <summary>The job's own folder, in place of the usual layout, where jobs share the builds directory. Absolute, and below it.</summary>
    public string? ProjectDir { get; init; }

    /// <summary>Each line of the log begins with a time stamp (runner-protocol §10.3): for servers, not for eyes.</summary>
    public bool Timestamps { get; init; }

    /// <summary>The job's folder goes when the job is over.</summary>
    public bool RemoveProjectDir { get; init; }

    /// <summary>The registry that the run keeps for its jobs, for a job in containers that uses it.</summary>
    public OwnRegistry? Registry { get; init; }

    /// <summary>How long a script that was told to end may take before it is killed.</summary>
    public TimeSpan Grace { get; init; } = TimeSpan.FromMinutes(10);
}
