using System.Collections.Immutable;
using Slipway.Protocol.Jobs;
using Slipway.Protocol.Variables;

namespace Slipway.Engine;

/// <summary>What can happen to a pipeline. <c>Job</c> is always a <see cref="JobState.Number"/>; an event that comes too late changes nothing.</summary>
public abstract record PipelineEvent(DateTimeOffset At)
{
    /// <summary>A runner took the job (or a bridge began to create its child): pending → running.</summary>
    public sealed record Started(int Job, DateTimeOffset At) : PipelineEvent(At)
    {
        /// <summary>Whether the runner offered <c>cancel_gracefully</c>.</summary>
        public bool CancelsGracefully { get; init; } = true;
    }

    /// <summary>The job's script has passed: running → success. One that is canceling ends as canceled all the same.</summary>
    public sealed record Succeeded(int Job, DateTimeOffset At) : PipelineEvent(At);

    /// <summary>The job failed, or cannot run: anything not over → failed, then perhaps a new attempt.</summary>
    /// <param name="Reason">A word of <see cref="FailureReason"/>.</param>
    public sealed record Failed(int Job, string Reason, int? ExitCode, DateTimeOffset At) : PipelineEvent(At);

    /// <summary>The runner reports that a cancelled job has ended: canceling → canceled.</summary>
    public sealed record Stopped(int Job, DateTimeOffset At) : PipelineEvent(At);

    /// <summary>A person plays a manual or scheduled job; one that has run already is retried instead.</summary>
    public sealed record Played(int Job, ImmutableArray<Variable> Variables, DateTimeOffset At) : PipelineEvent(At);

    /// <summary>A person stops the countdown of a delayed job: scheduled → manual.</summary>
    public sealed record Unscheduled(int Job, DateTimeOffset At) : PipelineEvent(At);

    /// <summary>Time has passed: scheduled jobs whose instant is reached become pending.</summary>
    public sealed record Ticked(DateTimeOffset At) : PipelineEvent(At);

    /// <summary>The job's resource group has let it in.</summary>
    public sealed record ResourceGranted(int Job, DateTimeOffset At) : PipelineEvent(At);

    public sealed record JobCanceled(int Job, DateTimeOffset At) : PipelineEvent(At)
    {
        /// <summary>Do not wait for the runner: canceling → canceled.</summary>
        public bool Force { get; init; }
    }

    /// <summary>
    /// Cancels all that is created, scheduled or active. Manual jobs stay as they are. A bridge that is cancelled does not reach its downstream
    /// pipeline: whoever applies this cancels that one too.
    /// </summary>
    public sealed record PipelineCanceled(DateTimeOffset At) : PipelineEvent(At);

    /// <summary>A pipeline for a newer commit of the same ref was created: <c>workflow:auto_cancel:on_new_commit</c> of this one decides.</summary>
    public sealed record Superseded(DateTimeOffset At) : PipelineEvent(At);

    /// <summary>A person wants a job that is over to run once more.</summary>
    public sealed record JobRetried(int Job, DateTimeOffset At) : PipelineEvent(At);

    /// <summary>Retries every failed or cancelled job and opens the skipped ones again.</summary>
    public sealed record PipelineRetried(DateTimeOffset At) : PipelineEvent(At);

    /// <summary>The bridge's pipeline now exists. Without a strategy the bridge's work is done.</summary>
    public sealed record DownstreamCreated(int Job, DateTimeOffset At) : PipelineEvent(At);

    /// <summary>The pipeline a bridge started (strategy depend or mirror) has a new status.</summary>
    public sealed record DownstreamChanged(int Job, Status Status, DateTimeOffset At) : PipelineEvent(At);

    /// <summary>
    /// Somebody retried or played a job of the pipeline that a bridge (strategy depend or mirror) started: the bridge runs again, and so may what
    /// comes after it. Apart from <see cref="DownstreamChanged"/> because that one, when late, must not wake what is over.
    /// </summary>
    public sealed record DownstreamReopened(int Job, DateTimeOffset At) : PipelineEvent(At);
}
