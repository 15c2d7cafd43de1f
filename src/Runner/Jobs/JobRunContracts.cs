using Slipway.Protocol.Jobs;
using Slipway.Runner.Sources;

namespace Slipway.Runner.Jobs;

/// <summary>How a job ended.</summary>
/// <param name="ExitCode">Of the script that failed, when a script did.</param>
/// <param name="FailureReason">One of <see cref="Slipway.Protocol.Jobs.FailureReason"/>; <see langword="null"/> exactly when <paramref name="Outcome"/> is success.</param>
/// <param name="Message">The last line of the log: <c>Job succeeded</c>, <c>exit code 1</c>, <c>execution took longer than …</c></param>
public sealed record JobResult(JobOutcome Outcome, int? ExitCode, string? FailureReason, string Message);

public enum JobOutcome
{
    Success,
    Failed,
    Canceled,
}

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

    /// <summary>The working tree to run on; <see langword="null"/>: the sources come from Git.</summary>
    public SourceTree? Sources { get; init; }
}
