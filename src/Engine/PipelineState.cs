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

/// <summary>A pipeline at one instant. A value: <see cref="Machine"/> makes the next one.</summary>
public sealed record PipelineState
{
    private PipelineGraph? _graph;
    private int[]? _latest;
    private int[]? _symbols;

    public required CompiledPipeline Pipeline { get; init; }

    /// <summary>Composite of all latest jobs (gitlab-ci-yaml §12.2).</summary>
    public required Status Status { get; init; }

    /// <summary>One entry per attempt, in creation order; <see cref="JobState.Number"/> is the index here. Retries are appended.</summary>
    public required ImmutableArray<JobState> Jobs
    {
        get;
        init
        {
            field = value;
            _latest = null;
            _symbols = null;
        }
    }

    /// <summary>Who waits for whom; made when first asked for and handed on from state to state.</summary>
    internal PipelineGraph Graph =>
        _graph is { } known && ReferenceEquals(known.Pipeline, Pipeline) ? known : _graph = PipelineGraph.Of(Pipeline);

    /// <summary>Job index → number of the attempt that counts. Never written to once it is here.</summary>
    internal int[] Latest
    {
        get => _latest ??= FindLatest();
        init => _latest = value;
    }

    /// <summary>Job index → its <see cref="CompositeStatus.Symbol"/>. Never written to once it is here.</summary>
    internal int[] Symbols
    {
        get => _symbols ??= Array.ConvertAll(Latest, number => CompositeStatus.Symbol(Jobs[number]));
        init => _symbols = value;
    }

    private int[] FindLatest()
    {
        var latest = new int[Pipeline.Jobs.Length];
        for (var number = 0; number < Jobs.Length; number++)
            latest[Jobs[number].JobIndex] = number;
        return latest;
    }
}

/// <summary>One attempt at one job.</summary>
public sealed record JobState
{
    /// <summary>Index into <see cref="PipelineState.Jobs"/>: the attempt's identity within its pipeline.</summary>
    public required int Number { get; init; }

    /// <summary>Index of <see cref="Job"/> in <see cref="CompiledPipeline.Jobs"/>: all attempts at one job share it.</summary>
    public required int JobIndex { get; init; }

    public required CompiledJob Job { get; init; }
    public required Status Status { get; init; }

    /// <summary>1 for the first.</summary>
    public int Attempt { get; init; } = 1;

    /// <summary>A newer attempt took its place: it no longer counts.</summary>
    public bool Retried { get; init; }

    /// <summary>Starts as the job's own; turns true when a failed job's exit code is among those allowed.</summary>
    public bool AllowFailure { get; init; }

    /// <summary>Somebody pressed play (or named it in <c>--manual</c>), or retried it: it no longer stops at manual or scheduled.</summary>
    public bool Played { get; init; }

    /// <summary>Given when it was played; they rank as pipeline variables.</summary>
    public ImmutableArray<Variable> PlayVariables { get; init; } = [];

    /// <summary>The runner that has it can end a cancelled job in order (after_script, uploads): a cancel makes it canceling first.</summary>
    public bool CancelsGracefully { get; init; }

    public string? FailureReason { get; init; }
    public int? ExitCode { get; init; }

    /// <summary>When a delayed job is due.</summary>
    public DateTimeOffset? ScheduledAt { get; init; }

    /// <summary>When it became pending.</summary>
    public DateTimeOffset? QueuedAt { get; init; }

    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>When it succeeded, failed or was cancelled; a skipped job has none.</summary>
    public DateTimeOffset? FinishedAt { get; init; }
}
