using Slipway.Protocol.Jobs;

namespace Slipway.Engine;

/// <summary>What the downstream pipeline does to the bridge that started it (gitlab-ci-yaml §13).</summary>
internal static class BridgeEvents
{
    private const string Mirror = "mirror";

    public static void Created(PipelineDraft draft, JobState bridge)
    {
        if (bridge is { Status: Status.Running, Job.BridgeStrategy: null })
            draft.Set(bridge with { Status = Status.Success, FinishedAt = draft.At });
    }

    public static void Changed(PipelineDraft draft, JobState bridge, Status downstream)
    {
        if (!IsFollowing(bridge))
            return;

        var next = bridge.Job.BridgeStrategy == Mirror ? Mirrored(downstream) : Depended(downstream);
        if (next == bridge.Status)
            return;
        if (next == Status.Failed)
            JobEvents.Fail(draft, bridge, FailureReason.Unknown, exitCode: null);
        else
            draft.Set(bridge with { Status = next, FinishedAt = next is Status.Success or Status.Canceled ? draft.At : null });
    }

    public static void Reopened(PipelineDraft draft, JobState bridge)
    {
        if (bridge.Retried || bridge.Job.BridgeStrategy is null || bridge.StartedAt is null || bridge.Status == Status.Running)
            return;
        draft.Set(bridge with { Status = Status.Running, FailureReason = null, FinishedAt = null });
        Retries.Reopen(draft, bridge);
    }

    /// <summary>Started, with a strategy, and not over: a mirroring bridge can stand at manual meanwhile.</summary>
    private static bool IsFollowing(JobState bridge) =>
        bridge is { Job.BridgeStrategy: not null, StartedAt: not null, Status: Status.Running or Status.Manual };

    private static Status Depended(Status downstream) =>
        downstream switch
        {
            Status.Success or Status.Canceled => downstream,
            Status.Failed or Status.Skipped => Status.Failed,
            _ => Status.Running,
        };

    private static Status Mirrored(Status downstream) =>
        Statuses.IsCompleted(downstream) || downstream == Status.Manual ? downstream : Status.Running;
}
