using System.Collections.Immutable;

namespace Slipway.Cli.LocalRun;

internal enum ExecutorChoice
{
    /// <summary>Docker when an engine answers and the job has an image, else the shell.</summary>
    Auto,
    Docker,
    Shell,
}

/// <summary>What one <c>slipway run</c> was asked to do, apart from the pipeline itself.</summary>
internal sealed record LocalRunOptions
{
    /// <summary>Run these alone: a job's name, or the name it has without its parallel ending. Empty: the whole pipeline.</summary>
    public ImmutableArray<string> Jobs { get; init; } = [];

    /// <summary>With what the named jobs need: their needs, or, for a job without needs, the stages before it.</summary>
    public bool WithNeeds { get; init; }

    /// <summary>Manual jobs that are played as soon as they can be.</summary>
    public ImmutableArray<string> Manual { get; init; } = [];

    /// <summary>Delayed jobs start at once instead of after their <c>start_in</c>.</summary>
    public bool SkipDelays { get; init; }

    /// <summary>Jobs that run at the same time, 1 or more.</summary>
    public int Parallel { get; init; } = Environment.ProcessorCount;

    public ExecutorChoice Executor { get; init; } = ExecutorChoice.Auto;

    /// <summary>The jobs' folders stay in <c>.slipway/runs/ID</c> after the run.</summary>
    public bool Keep { get; init; }

    /// <summary>Each job's artifacts are unpacked into a folder of the job's name below this one; <see langword="null"/>: nowhere.</summary>
    public string? ArtifactsDir { get; init; }

    /// <summary>What jobs push to the run's own registry stays in <c>.slipway/registry</c>, and is there in the next run that asks for it.</summary>
    public bool KeepRegistry { get; init; }

    /// <summary>Opens a shell where a job failed, before its folder goes. Only where there is a terminal.</summary>
    public bool ShellOnFailure { get; init; }

    /// <summary>Finished runs whose logs and artifacts stay in <c>.slipway/runs</c>.</summary>
    public int RunsKept { get; init; } = 10;
}
