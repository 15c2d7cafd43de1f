using Slipway.Protocol.Jobs;
using Slipway.Runner.Sources;

namespace Slipway.Runner;

/// <summary>
/// Where a job's results go and its inputs come from, as functions: the local run hands in folders, a runner of a server hands in HTTP calls.
/// </summary>
public sealed record JobChannel
{
    /// <summary>Bytes of the log, masked and stamped, in order. Never called twice at once.</summary>
    public required Func<ReadOnlyMemory<byte>, CancellationToken, ValueTask> WriteTrace { get; init; }

    /// <summary>The zip archive of an earlier job; <see langword="null"/> when it has none (any more), which fails the job.</summary>
    public required Func<JobDependency, CancellationToken, Task<Stream?>> FetchArtifacts { get; init; }

    /// <summary>Takes one upload: type, format, suggested file name, content. Throws <see cref="JobFailedException"/> when it is refused.</summary>
    public required Func<JobArtifact, string, Stream, CancellationToken, Task> SendArtifact { get; init; }

    /// <summary>Where runners share their caches; <see langword="null"/>: each has its own.</summary>
    public SharedCache? Cache { get; init; }

    /// <summary>The working tree to run on; <see langword="null"/>: the sources come from Git.</summary>
    public SourceTree? Sources { get; init; }

    /// <summary>The coordinator's name for the request that gave us the job; its git server is told. Empty = none.</summary>
    public string CorrelationId { get; init; } = "";
}
