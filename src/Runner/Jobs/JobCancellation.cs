namespace Slipway.Runner.Jobs;

/// <summary>The two ways to stop a job (runner-protocol §7.1).</summary>
/// <param name="Cancel">
/// Graceful: the script ends, then after_script runs with <c>CI_JOB_STATUS=canceled</c>, and caches and artifacts go out as for a failed job.
/// Before the script everything ends; after it nothing changes.
/// </param>
/// <param name="Abort">Everything ends at once and only the executor is cleaned up.</param>
public readonly record struct JobCancellation(CancellationToken Cancel, CancellationToken Abort)
{
    /// <summary>
    /// The runner itself is being ended: the script ends, after_script runs, nothing goes out any more, and the job is reported as <c>runner_interrupted</c>.
    /// </summary>
    public CancellationToken Interrupt { get; init; }

    /// <summary>How long that may take; then, and at once when it is zero, everything ends.</summary>
    public TimeSpan InterruptGrace { get; init; }

    public static JobCancellation None => default;
}
