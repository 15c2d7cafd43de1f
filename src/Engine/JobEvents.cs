using System.Collections.Immutable;
using Slipway.Compiler;
using Slipway.Protocol.Variables;

namespace Slipway.Engine;

/// <summary>What happens to one attempt at a job. An attempt that is over stays as it is; that is how late events fall flat.</summary>
internal static class JobEvents
{
    public static void Start(PipelineDraft draft, JobState job, bool cancelsGracefully)
    {
        if (job.Status != Status.Pending)
            return;
        draft.Set(job with { Status = Status.Running, StartedAt = draft.At, CancelsGracefully = cancelsGracefully && !job.Job.IsBridge });
    }

    public static void Succeed(PipelineDraft draft, JobState job)
    {
        if (job.Status == Status.Running)
            draft.Set(job with { Status = Status.Success, FinishedAt = draft.At });
        else
            Stop(draft, job);
    }

    /// <summary>Also for jobs that never ran: stuck, without a runner, out of date.</summary>
    public static void Fail(PipelineDraft draft, JobState job, string reason, int? exitCode)
    {
        if (job.Status == Status.Canceling)
        {
            Stop(draft, job);
            return;
        }

        if (Statuses.IsCompleted(job.Status))
            return;

        var failed = job with
        {
            Status = Status.Failed,
            FailureReason = reason,
            ExitCode = exitCode,
            AllowFailure = job.AllowFailure || (exitCode is { } code && job.Job.AllowFailureExitCodes.Contains(code)),
            ScheduledAt = null,
            FinishedAt = draft.At,
        };
        draft.Set(failed);
        if (Retries.IsAutomatic(failed))
            Retry(draft, failed);
        else if (!failed.AllowFailure && draft.Origin.Pipeline.AutoCancel.OnJobFailure == "all")
            WholeEvents.Cancel(draft);
    }

    public static void Stop(PipelineDraft draft, JobState job)
    {
        if (job.Status == Status.Canceling)
            draft.Set(job with { Status = Status.Canceled, FinishedAt = draft.At });
    }

    public static void Play(PipelineDraft draft, JobState job, ImmutableArray<Variable> variables)
    {
        // A bridge can stand at manual because its child does; the child's jobs are played then, not the bridge.
        if (job.Status is Status.Manual or Status.Scheduled && job.StartedAt is null)
        {
            var played = job with { Played = true, PlayVariables = variables.IsDefaultOrEmpty ? job.PlayVariables : variables };
            draft.Set(Processing.Enqueue(played, draft.At));
            Retries.Reopen(draft, job);
        }
        else if (job.Job.When is JobWhen.Manual or JobWhen.Delayed)
        {
            Retry(draft, job, variables);
        }
    }

    public static void Unschedule(PipelineDraft draft, JobState job)
    {
        if (job.Status == Status.Scheduled)
            draft.Set(job with { Status = Status.Manual, ScheduledAt = null });
    }

    public static void Grant(PipelineDraft draft, JobState job)
    {
        if (job.Status == Status.WaitingForResource)
            draft.Set(Processing.Queue(job, draft.At));
    }

    public static void Cancel(PipelineDraft draft, JobState job, bool force)
    {
        if (!Statuses.IsCancelable(job.Status) && !(force && job.Status == Status.Canceling))
            return;

        var waitsForRunner = job.Status == Status.Running && job.CancelsGracefully && !force;
        draft.Set(
            waitsForRunner
                ? job with
                {
                    Status = Status.Canceling,
                }
                : job with
                {
                    Status = Status.Canceled,
                    ScheduledAt = null,
                    FinishedAt = draft.At,
                }
        );
    }

    public static void Retry(PipelineDraft draft, JobState job, ImmutableArray<Variable> variables = default)
    {
        if (!Retries.IsRetryable(job))
            return;
        Retries.Renew(draft, job, atOnce: true, variables);
        Retries.Reopen(draft, job);
    }
}
