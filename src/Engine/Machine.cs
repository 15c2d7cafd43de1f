using System.Collections.Immutable;
using System.Diagnostics;
using Slipway.Compiler;

namespace Slipway.Engine;

/// <summary>
/// The life of a pipeline, pure: no clock, no store, no tasks. Whoever runs pipelines, server or laptop, tells what happened and acts on the state that
/// comes back. Every call costs at most a step per job and per need.
/// </summary>
public static class Machine
{
    /// <summary>The pipeline as it is when it has just been created: its first jobs are pending already.</summary>
    public static PipelineState Create(CompiledPipeline pipeline, DateTimeOffset at)
    {
        ArgumentNullException.ThrowIfNull(pipeline);
        var jobs = pipeline.Jobs.Select(
            (job, index) =>
                new JobState
                {
                    Number = index,
                    JobIndex = index,
                    Job = job,
                    Status = Status.Created,
                    AllowFailure = job.AllowFailure,
                }
        );
        return Reconcile(
            new PipelineState
            {
                Pipeline = pipeline,
                Status = Status.Created,
                Jobs = [.. jobs],
            },
            at
        );
    }

    /// <summary>
    /// Works out afresh what can be worked out: moves the jobs that can move, sets the pipeline's status. Changes nothing in a state that <see cref="Apply"/>
    /// made; for states put together from stored rows.
    /// </summary>
    public static PipelineState Reconcile(PipelineState state, DateTimeOffset at)
    {
        ArgumentNullException.ThrowIfNull(state);
        var draft = new PipelineDraft(state, at);
        Processing.Run(draft, all: true);
        return draft.ToState();
    }

    /// <returns>The state after <paramref name="happened"/>, or the very same instance when that comes too late to matter.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The event names a job that the pipeline does not have.</exception>
    public static PipelineState Apply(PipelineState state, PipelineEvent happened)
    {
        ArgumentNullException.ThrowIfNull(state);
        ArgumentNullException.ThrowIfNull(happened);

        var draft = new PipelineDraft(state, happened.At);
        Work(draft, happened);
        if (!draft.Changed)
            return state;

        Processing.Run(draft, all: false);
        return draft.ToState();
    }

    private static void Work(PipelineDraft draft, PipelineEvent happened)
    {
        switch (happened)
        {
            case PipelineEvent.Started e:
                JobEvents.Start(draft, Find(draft, e.Job), e.CancelsGracefully);
                break;
            case PipelineEvent.Succeeded e:
                JobEvents.Succeed(draft, Find(draft, e.Job));
                break;
            case PipelineEvent.Failed e:
                JobEvents.Fail(draft, Find(draft, e.Job), e.Reason, e.ExitCode);
                break;
            case PipelineEvent.Stopped e:
                JobEvents.Stop(draft, Find(draft, e.Job));
                break;
            case PipelineEvent.Played e:
                JobEvents.Play(draft, Find(draft, e.Job), e.Variables);
                break;
            case PipelineEvent.Unscheduled e:
                JobEvents.Unschedule(draft, Find(draft, e.Job));
                break;
            case PipelineEvent.ResourceGranted e:
                JobEvents.Grant(draft, Find(draft, e.Job));
                break;
            case PipelineEvent.JobCanceled e:
                JobEvents.Cancel(draft, Find(draft, e.Job), e.Force);
                break;
            case PipelineEvent.JobRetried e:
                JobEvents.Retry(draft, Find(draft, e.Job));
                break;
            case PipelineEvent.DownstreamCreated e:
                BridgeEvents.Created(draft, Find(draft, e.Job));
                break;
            case PipelineEvent.DownstreamChanged e:
                BridgeEvents.Changed(draft, Find(draft, e.Job), e.Status);
                break;
            case PipelineEvent.DownstreamReopened e:
                BridgeEvents.Reopened(draft, Find(draft, e.Job));
                break;
            case PipelineEvent.Ticked:
                WholeEvents.Tick(draft);
                break;
            case PipelineEvent.PipelineCanceled:
                WholeEvents.Cancel(draft);
                break;
            case PipelineEvent.Superseded:
                WholeEvents.Supersede(draft);
                break;
            case PipelineEvent.PipelineRetried:
                WholeEvents.Retry(draft);
                break;
            default:
                throw new UnreachableException($"{happened.GetType().Name} is not worked in");
        }
    }

    private static JobState Find(PipelineDraft draft, int number)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(number);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(number, draft.Count);
        return draft[number];
    }
}
