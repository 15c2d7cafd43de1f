using Slipway.Compiler;

namespace Slipway.Engine;

/// <summary>What happens to the pipeline as a whole.</summary>
internal static class WholeEvents
{
    public static void Tick(PipelineDraft draft)
    {
        foreach (var number in draft.Origin.Latest)
        {
            var job = draft[number];
            if (job.Status == Status.Scheduled && job.ScheduledAt <= draft.At)
                draft.Set(Processing.Enqueue(job, draft.At));
        }
    }

    public static void Cancel(PipelineDraft draft) => Cancel(draft, _ => true);

    public static void Supersede(PipelineDraft draft)
    {
        switch (draft.Origin.Pipeline.AutoCancel.OnNewCommit)
        {
            case "interruptible":
                Cancel(draft, job => job.Job.Interruptible);
                break;
            case "conservative" when !draft.Origin.Latest.Any(number => draft[number] is { StartedAt: not null, Job.Interruptible: false }):
                Cancel(draft);
                break;
        }
    }

    public static void Retry(PipelineDraft draft)
    {
        foreach (var number in draft.Origin.Latest)
        {
            var job = draft[number];
            if (job.Status is Status.Failed or Status.Canceled or Status.Canceling && Retries.IsRetryable(job))
                Retries.Renew(draft, job, atOnce: false);
        }

        Retries.ReopenAll(draft);
    }

    private static void Cancel(PipelineDraft draft, Func<JobState, bool> which)
    {
        // The attempts that count now, among them one that this very event has begun.
        foreach (var number in draft.Latest.ToArray())
        {
            if (which(draft[number]))
                JobEvents.Cancel(draft, draft[number], force: false);
        }
    }
}
