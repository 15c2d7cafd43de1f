using System.Collections.Immutable;
using Slipway.Compiler;
using Slipway.Protocol.Variables;

namespace Slipway.Engine;

/// <summary>GitLab's job and pipeline states, in its words (<c>waiting_for_resource</c> …).</summary>
public enum Status
{
    Created,
    WaitingForResource,
    Preparing,
    Pending,
    Running,
    Success,
    Failed,
    Canceling,
    Canceled,
    Skipped,
    Manual,
    Scheduled,
}

/// <summary>A pipeline at one instant. A value: <c>Machine</c> makes the next one.</summary>
public sealed record PipelineState
{
    public required CompiledPipeline Pipeline { get; init; }

    /// <summary>Composite of all latest jobs (gitlab-ci-yaml §12.2).</summary>
    public required Status Status { get; init; }

    /// <summary>One entry per attempt, in creation order; <see cref="JobState.Number"/> is the index here. Retries are appended.</summary>
    public required ImmutableArray<JobState> Jobs { get; init; }
}

/// <summary>One attempt at one job.</summary>
public sealed record JobState
{
    /// <summary>Index into <see cref="PipelineState.Jobs"/>: the attempt's identity within its pipeline.</summary>
    public required int Number { get; init; }

    public required CompiledJob Job { get; init; }
    public required Status Status { get; init; }

    /// <summary>1 for the first.</summary>
    public int Attempt { get; init; } = 1;

    /// <summary>A newer attempt took its place: it no longer counts.</summary>
    public bool Retried { get; init; }

    /// <summary>Starts as the job's own; turns true when a failed job's exit code is among those allowed.</summary>
    public bool AllowFailure { get; init; }

    /// <summary>Somebody pressed play (or named it in <c>--manual</c>).</summary>
    public bool Played { get; init; }

    /// <summary>Given when it was played; they rank as pipeline variables.</summary>
    public ImmutableArray<Variable> PlayVariables { get; init; } = [];

    public string? FailureReason { get; init; }
    public int? ExitCode { get; init; }

    /// <summary>When a delayed job is due.</summary>
    public DateTimeOffset? ScheduledAt { get; init; }

    public DateTimeOffset? QueuedAt { get; init; }
    public DateTimeOffset? StartedAt { get; init; }
    public DateTimeOffset? FinishedAt { get; init; }
}

/// <summary>What can happen to a pipeline. <c>Job</c> is always a <see cref="JobState.Number"/>; an event that comes too late changes nothing.</summary>
public abstract record PipelineEvent(DateTimeOffset At)
{

    /// <summary>A runner took the job (or a bridge began to create its child).</summary>
    public sealed record Started(int Job, DateTimeOffset At) : PipelineEvent(At);

    public sealed record Succeeded(int Job, DateTimeOffset At) : PipelineEvent(At);

    public sealed record Failed(int Job, string Reason, int? ExitCode, DateTimeOffset At) : PipelineEvent(At);

    /// <summary>The runner reports that a cancelled job has ended.</summary>
    public sealed record Stopped(int Job, DateTimeOffset At) : PipelineEvent(At);

    /// <summary>A person plays a manual or scheduled job.</summary>
    public sealed record Played(int Job, ImmutableArray<Variable> Variables, DateTimeOffset At) : PipelineEvent(At);

    /// <summary>Time has passed: scheduled jobs whose instant is reached become pending.</summary>
    public sealed record Ticked(DateTimeOffset At) : PipelineEvent(At);

    /// <summary>The job's resource group has let it in.</summary>
    public sealed record ResourceGranted(int Job, DateTimeOffset At) : PipelineEvent(At);

    public sealed record JobCanceled(int Job, DateTimeOffset At) : PipelineEvent(At);

    public sealed record PipelineCanceled(DateTimeOffset At) : PipelineEvent(At);

    public sealed record JobRetried(int Job, DateTimeOffset At) : PipelineEvent(At);

    /// <summary>Retries every failed or cancelled job.</summary>
    public sealed record PipelineRetried(DateTimeOffset At) : PipelineEvent(At);

    /// <summary>The pipeline a bridge started (strategy depend or mirror) has a new status.</summary>
    public sealed record DownstreamChanged(int Job, Status Status, DateTimeOffset At) : PipelineEvent(At);
}
