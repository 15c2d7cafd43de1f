using Slipway.Cli.TestReports;
using Slipway.Compiler;
using Slipway.Runner.Jobs;

namespace Slipway.Cli.LocalRun;

/// <summary>What reaches the coordinator's loop from elsewhere. Only the loop changes anything.</summary>
internal abstract record Signal
{
    private Signal() { }

    internal sealed record JobEnded(PipelineRun Pipeline, int Number, JobEnding Ending) : Signal;

    /// <summary>A child pipeline has been compiled, or cannot be.</summary>
    internal sealed record ChildCompiled(PipelineRun Pipeline, int Number, ChildPipeline Child) : Signal;

    /// <summary>The wait of a delayed job is over, or was called off.</summary>
    internal sealed record DelayEnded(PipelineRun Pipeline) : Signal;

    internal sealed record Asked(RunControl Control) : Signal;

    /// <summary>Nobody will ask for anything any more.</summary>
    internal sealed record ControlsClosed : Signal;
}

/// <summary>What a job left behind.</summary>
/// <param name="ArtifactsFolder"><see langword="null"/>: no uploads.</param>
internal sealed record JobEnding(JobResult Result, int Slot, string LogPath, string? ArtifactsFolder, double? Coverage, TestSummary? Tests);

/// <summary>What came of a trigger job.</summary>
/// <param name="Pipeline"><see langword="null"/>: none was created, for <paramref name="Reason"/> and <paramref name="Message"/>.</param>
internal sealed record ChildPipeline(CompiledPipeline? Pipeline, string Reason, string Message);
