using Slipway.Protocol.Jobs;

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
