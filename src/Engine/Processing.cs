using System.Diagnostics;
using Slipway.Compiler;

namespace Slipway.Engine;

/// <summary>
/// The processing loop (gitlab-ci-yaml §12.3): every job that is still created looks at the jobs before it and moves on, is skipped, or waits. One
/// walk in stage order, inside a stage in the order of needs, settles everything, as no job looks at one that stands later.
/// </summary>
internal static class Processing
{
    /// <summary>Moves what can move and sets the pipeline's status. Costs one step per job and per need of a job that is still created.</summary>
    /// <param name="all">Look at every job even though nothing has changed yet.</param>
    public static void Run(PipelineDraft draft, bool all)
    {
        if (all || draft.MayMoveOthers)
        {
            var earlier = 0;
            foreach (var stage in draft.Graph.Stages)
            {
                RunStage(draft, stage, CompositeStatus.Of(earlier, needs: false));
                earlier |= Join(draft.Symbols, stage);
            }
        }

        var symbols = 0;
        foreach (var symbol in draft.Symbols)
            symbols |= symbol;
        draft.SetStatus(CompositeStatus.Of(symbols, needs: false));
    }

    /// <summary>Hands the job to the runners, by way of its resource group if it has one.</summary>
    public static JobState Enqueue(JobState job, DateTimeOffset at) =>
        job.Job.ResourceGroup is null ? Queue(job, at) : job with { Status = Status.WaitingForResource, ScheduledAt = null };

    public static JobState Queue(JobState job, DateTimeOffset at) =>
        job with
        {
            Status = Status.Pending,
            QueuedAt = at,
            ScheduledAt = null,
        };

    private static void RunStage(PipelineDraft draft, int[] stage, Status earlierStages)
    {
        foreach (var index in stage)
        {
            if (draft.Symbols[index] != CompositeStatus.Created)
                continue;

            var needs = draft.Graph.Needs[index];
            var before = needs is null ? earlierStages : CompositeStatus.Of(Join(draft.Symbols, needs), needs: true);
            if (!Statuses.IsCompleted(before))
                continue;

            var job = draft.LatestOf(index);
            var proceeds = Proceeds(job.Job.When, before, hasNeeds: needs is not null);
            draft.Set(proceeds ? Proceed(job, draft.At) : job with { Status = Status.Skipped });
        }
    }

    private static int Join(ReadOnlySpan<int> symbols, int[] jobs)
    {
        var joined = 0;
        foreach (var job in jobs)
            joined |= symbols[job];
        return joined;
    }

    private static bool Proceeds(JobWhen when, Status before, bool hasNeeds) =>
        when switch
        {
            JobWhen.OnSuccess or JobWhen.Manual or JobWhen.Delayed => before == Status.Success || (before == Status.Skipped && !hasNeeds),
            JobWhen.OnFailure => before == Status.Failed,
            JobWhen.Always => before is Status.Success or Status.Failed or Status.Skipped,
            _ => throw new UnreachableException(),
        };

    private static JobState Proceed(JobState job, DateTimeOffset at) =>
        job.Job.When switch
        {
            JobWhen.Delayed when !job.Played && job.Job.StartIn is { } delay => job with
            {
                Status = Status.Scheduled,
                ScheduledAt = at + delay,
            },
            JobWhen.Manual when !job.Played => job with { Status = Status.Manual },
            _ => Enqueue(job, at),
        };
}
