using System.Collections.Immutable;
using Slipway.Cli.TestReports;
using Slipway.Compiler;
using Slipway.Engine;

namespace Slipway.Cli.LocalRun;

/// <summary>How a local run ended.</summary>
/// <param name="ExitCode">Of the process: 0 when the pipeline passed, waits for a person or was not wanted by its rules; 1 failed, or a job has failed beside one that waits; 3 invalid; 130 interrupted.</param>
/// <param name="Pipeline">The pipeline at its end; <see langword="null"/> when none was created.</param>
/// <param name="Jobs">One entry an attempt, in creation order, child pipelines' jobs after those of their parent.</param>
internal sealed record LocalRunResult(int ExitCode, Compilation Compilation, PipelineState? Pipeline, ImmutableArray<JobReport> Jobs)
{
    /// <summary>The composite status in GitLab's word; <see langword="null"/> when no pipeline was created.</summary>
    public Status? Status => Pipeline?.Status;
}

/// <summary>What came of one attempt at one job.</summary>
internal sealed record JobReport
{
    public required string Name { get; init; }
    public required string Stage { get; init; }
    public required Status Status { get; init; }

    /// <summary>The names of the bridges above, outermost first; empty in the root pipeline.</summary>
    public ImmutableArray<string> Within { get; init; } = [];

    /// <summary>1 for the first.</summary>
    public int Attempt { get; init; } = 1;

    /// <summary>A newer attempt took its place.</summary>
    public bool Retried { get; init; }

    public bool AllowFailure { get; init; }
    public int? ExitCode { get; init; }
    public string? FailureReason { get; init; }
    public DateTimeOffset? StartedAt { get; init; }
    public DateTimeOffset? FinishedAt { get; init; }
    public TimeSpan? Duration => FinishedAt - StartedAt;

    /// <summary>The whole log as the job wrote it, escape codes and section marks included; <see langword="null"/> when it never started.</summary>
    public string? LogPath { get; init; }

    /// <summary>Percent, from the job's <c>coverage</c> pattern.</summary>
    public double? Coverage { get; init; }

    public TestSummary? Tests { get; init; }
}
