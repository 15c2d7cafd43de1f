namespace Slipway.Engine;

/// <summary>
/// One status for many jobs: a stage's, a pipeline's, and that of the jobs before a job (gitlab-ci-yaml §12.2). A job counts as one symbol, and
/// only the set of symbols matters, so that sets are joined with a bitwise or.
/// </summary>
internal static class CompositeStatus
{
    public const int Created = 1 << (int)Status.Created;
    private const int WaitingForResource = 1 << (int)Status.WaitingForResource;
    private const int Preparing = 1 << (int)Status.Preparing;
    private const int Pending = 1 << (int)Status.Pending;
    private const int Running = 1 << (int)Status.Running;
    private const int Success = 1 << (int)Status.Success;
    private const int Canceling = 1 << (int)Status.Canceling;
    private const int Canceled = 1 << (int)Status.Canceled;
    private const int Skipped = 1 << (int)Status.Skipped;
    private const int Manual = 1 << (int)Status.Manual;
    private const int Scheduled = 1 << (int)Status.Scheduled;

    /// <summary>A failure or a cancel that is allowed.</summary>
    private const int Warning = 1 << 12;

    /// <summary>A manual job that nobody has to play.</summary>
    private const int Ignored = 1 << 13;

    /// <summary>The status of these jobs together; attempts that were retried do not count. No jobs at all: success.</summary>
    public static Status Of(IEnumerable<JobState> jobs)
    {
        var symbols = 0;
        foreach (var job in jobs)
        {
            if (!job.Retried)
                symbols |= Symbol(job);
        }

        return Of(symbols, needs: false);
    }

    /// <summary>Whether a failure among these jobs was let pass: the orange mark beside <c>passed</c>.</summary>
    public static bool HasWarnings(IEnumerable<JobState> jobs) => jobs.Any(job => !job.Retried && Symbol(job) == Warning);

    public static int Symbol(JobState job) =>
        job.AllowFailure
            ? job.Status switch
            {
                Status.Failed or Status.Canceled => Warning,
                Status.Manual => Ignored,
                _ => 1 << (int)job.Status,
            }
            : 1 << (int)job.Status;

    /// <param name="symbols">The symbols of all jobs, joined.</param>
    /// <param name="needs">Whether they are what a job with <c>needs</c> waits for: one that does not run is then enough to skip it.</param>
    public static Status Of(int symbols, bool needs)
    {
        if (symbols == 0)
            return Status.Success;
        if (needs && Has(symbols, Skipped | Ignored))
            return Status.Skipped;
        if (Only(symbols, Skipped | Ignored))
            return Status.Skipped;
        if (Only(symbols, Success | Skipped | Warning | Ignored))
            return Status.Success;
        if (Only(symbols, Created | Warning | Ignored))
            return Status.Created;
        if (Only(symbols, Preparing | Warning | Ignored))
            return Status.Preparing;
        if (Only(symbols, Canceled | Success | Skipped | Warning | Ignored))
            return Status.Canceled;
        if (Only(symbols, Pending | Created | Skipped | Warning | Ignored))
            return Status.Pending;
        if (Has(symbols, Running | Pending))
            return Status.Running;
        if (Has(symbols, WaitingForResource))
            return Status.WaitingForResource;
        if (Has(symbols, Manual))
            return Status.Manual;
        if (Has(symbols, Scheduled))
            return Status.Scheduled;
        if (Has(symbols, Preparing))
            return Status.Preparing;
        if (Has(symbols, Created))
            return Status.Running;
        if (Has(symbols, Canceling))
            return Status.Canceling;
        return Status.Failed;
    }

    private static bool Only(int symbols, int allowed) => (symbols & ~allowed) == 0;

    private static bool Has(int symbols, int any) => (symbols & any) != 0;
}
