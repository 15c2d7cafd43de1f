namespace Slipway.Protocol.Coordination;

/// <summary>The headers of the runner API that HTTP does not know itself (runner-protocol §1.1, §3.2, §5.2, §6).</summary>
public static class WireHeader
{
    /// <summary>On register, verify, unregister and job requests, beside the token in the body.</summary>
    public const string RunnerToken = "RUNNER-TOKEN";

    /// <summary>On a job's update, trace and artifacts.</summary>
    public const string JobToken = "JOB-TOKEN";

    public const string PrivateToken = "PRIVATE-TOKEN";

    /// <summary>32 hexadecimal digits; the coordinator may answer with one of its own.</summary>
    public const string RequestId = "X-Request-Id";

    /// <summary>Opaque: a runner repeats in its next request what the coordinator last sent, and is held until something is new.</summary>
    public const string LastUpdate = "X-GitLab-Last-Update";

    /// <summary>The job's status as the coordinator has it; see <see cref="JobStatusWord"/>.</summary>
    public const string JobStatus = "Job-Status";

    /// <summary>Whole seconds from one piece of the log to the next.</summary>
    public const string TraceUpdateInterval = "X-GitLab-Trace-Update-Interval";

    /// <summary>How many bytes of the log the coordinator has: see <see cref="TraceRange"/>.</summary>
    public const string Range = "Range";

    /// <summary><c>yes</c> on a 204 that was held.</summary>
    public const string BuildsPolling = "Gitlab-Ci-Builds-Polling";

    /// <summary>
    /// <c>yes</c> with a job (201): this coordinator keeps cache archives for all runners of the project, at <c>jobs/ID/cache?key=KEY</c> with the job's token.
    /// Slipway's own: GitLab sends no such header, and its runner reads none.
    /// </summary>
    public const string SharedCache = "X-Slipway-Shared-Cache";

    /// <summary>When to try again, as an HTTP date.</summary>
    public const string RateLimitResetTime = "RateLimit-ResetTime";
}

/// <summary>What the <c>Job-Status</c> header says beyond <c>running</c> that a runner acts on (runner-protocol §7.1).</summary>
public static class JobStatusWord
{
    public const string Running = "running";

    /// <summary>End the script, run after_script, hand in what is there.</summary>
    public const string Canceling = "canceling";

    /// <summary>Drop it.</summary>
    public const string Canceled = "canceled";

    /// <summary>Drop it.</summary>
    public const string Failed = "failed";
}

/// <summary>The states a runner reports (runner-protocol §5.1).</summary>
public static class JobState
{
    /// <summary>Keeps an offer that is not taken up yet.</summary>
    public const string Pending = "pending";

    /// <summary>Takes up the offer; later on a sign of life.</summary>
    public const string Running = "running";

    public const string Success = "success";
    public const string Failed = "failed";
}
