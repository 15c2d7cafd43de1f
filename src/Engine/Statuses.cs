namespace Slipway.Engine;

/// <summary>The states in GitLab's words, and the sets it sorts them into (gitlab-ci-yaml §12.1).</summary>
public static class Statuses
{
    // In the order of the enum.
    private static readonly string[] Words =
    [
        "created",
        "waiting_for_resource",
        "preparing",
        "pending",
        "running",
        "success",
        "failed",
        "canceling",
        "canceled",
        "skipped",
        "manual",
        "scheduled",
    ];

    /// <summary><c>waiting_for_resource</c> for <see cref="Status.WaitingForResource"/>: what the API says and the database holds.</summary>
    public static string Word(Status status) => Words[(int)status];

    /// <summary>The state that <paramref name="word"/> names, or <see langword="null"/>. Letter case counts.</summary>
    public static Status? Parse(string word)
    {
        var index = Array.IndexOf(Words, word);
        return index < 0 ? null : (Status)index;
    }

    /// <summary>Over, unless somebody retries: success, failed, canceled, skipped.</summary>
    public static bool IsCompleted(Status status) => status is Status.Success or Status.Failed or Status.Canceled or Status.Skipped;

    /// <summary>On its way by itself: waiting_for_resource, preparing, pending, running, canceling.</summary>
    public static bool IsActive(Status status) =>
        status is Status.WaitingForResource or Status.Preparing or Status.Pending or Status.Running or Status.Canceling;

    /// <summary>What a cancel changes: created, scheduled and all that is active, except what is being cancelled already.</summary>
    public static bool IsCancelable(Status status) =>
        status is Status.Created or Status.Scheduled || (IsActive(status) && status != Status.Canceling);

    /// <summary>What a retry accepts: success, failed, canceled, canceling.</summary>
    public static bool IsRetryable(Status status) => status is Status.Success or Status.Failed or Status.Canceled or Status.Canceling;

    /// <summary>The status of several together, as a pipeline has it of its jobs. None at all: success.</summary>
    public static Status Together(IEnumerable<Status> all)
    {
        ArgumentNullException.ThrowIfNull(all);
        return CompositeStatus.Of(all.Aggregate(0, (set, one) => set | (1 << (int)one)), needs: false);
    }

    /// <summary>The status that a pipeline has of its own jobs, whatever else its row may have counted in.</summary>
    public static Status OfJobs(PipelineState pipeline)
    {
        ArgumentNullException.ThrowIfNull(pipeline);
        return CompositeStatus.Of(pipeline.Jobs);
    }
}
