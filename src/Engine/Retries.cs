using System.Collections.Immutable;
using Slipway.Protocol.Jobs;
using Slipway.Protocol.Variables;

namespace Slipway.Engine;

/// <summary>New attempts, and the jobs that were skipped because of the old ones (gitlab-ci-yaml §7.6, §12.5; -2 §7.6).</summary>
internal static class Retries
{
    private const int RetriesOfSchedulerFailure = 2;

    /// <summary>Trying once more cannot help against these, whatever <c>retry:when</c> says.</summary>
    private static readonly ImmutableArray<string> NeverRetried =
    [
        FailureReason.QuotaExceeded,
        FailureReason.NoMatchingRunner,
        FailureReason.MissingDependency,
        FailureReason.ForwardDeployment,
        FailureReason.OutdatedDeployment,
        FailureReason.EnvironmentCreation,
    ];

    /// <summary>Retrying a bridge that failed so would fail so again.</summary>
    private static readonly ImmutableArray<string> HopelessForBridges = [FailureReason.MaxDescendantDepth, FailureReason.PipelineLoop];

    /// <summary>Whether the failed attempt is followed by another one without anybody asking.</summary>
    public static bool IsAutomatic(JobState failed) => failed.Attempt - 1 < Allowed(failed);

    public static bool IsRetryable(JobState job) =>
        !job.Retried
        && Statuses.IsRetryable(job.Status)
        && !(job.Job.IsBridge && job.Status == Status.Failed && HopelessForBridges.Contains(job.FailureReason ?? ""));

    /// <summary>Puts a new attempt beside <paramref name="old"/>, which no longer counts.</summary>
    /// <param name="atOnce">A manual or delayed job does not stop once more.</param>
    public static void Renew(PipelineDraft draft, JobState old, bool atOnce, ImmutableArray<Variable> variables = default)
    {
        draft.Set(old with { Retried = true });
        draft.Append(
            new JobState
            {
                Number = draft.Count,
                JobIndex = old.JobIndex,
                Job = old.Job,
                Status = Status.Created,
                Attempt = old.Attempt + 1,
                AllowFailure = old.Job.AllowFailure,
                Played = atOnce,
                PlayVariables = variables.IsDefaultOrEmpty ? old.PlayVariables : variables,
            }
        );
    }

    /// <summary>Opens the skipped jobs again that <paramref name="job"/> may have held back: those in later stages and those that need it, however indirectly.</summary>
    public static void Reopen(PipelineDraft draft, JobState job)
    {
        HashSet<int>? descendants = null;
        for (var index = 0; index < draft.Latest.Length; index++)
        {
            var other = draft.LatestOf(index);
            if (!IsOpenable(other))
                continue;
            if (other.Job.StageIndex > job.Job.StageIndex || (descendants ??= draft.Graph.DescendantsOf(job.JobIndex)).Contains(index))
                draft.Set(other with { Status = Status.Created });
        }
    }

    public static void ReopenAll(PipelineDraft draft)
    {
        for (var index = 0; index < draft.Latest.Length; index++)
        {
            var job = draft.LatestOf(index);
            if (IsOpenable(job))
                draft.Set(job with { Status = Status.Created });
        }
    }

    /// <summary>A bridge that has started and mirrors a skipped child was not skipped itself.</summary>
    private static bool IsOpenable(JobState job) => job.Status == Status.Skipped && job.StartedAt is null;

    private static int Allowed(JobState failed)
    {
        var reason = failed.FailureReason ?? FailureReason.Unknown;
        if (NeverRetried.Contains(reason))
            return 0;

        var policy = failed.Job.Retry;
        if (
            policy.When.Contains(reason)
            || policy.When.Contains("always")
            || (failed.ExitCode is { } code && policy.ExitCodes.Contains(code))
        )
            return policy.Max;
        return reason == FailureReason.Scheduler ? RetriesOfSchedulerFailure : 0;
    }
}
