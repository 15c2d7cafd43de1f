using System.Threading.Channels;
using Slipway.Engine;
using Slipway.Runner.Jobs;

namespace Slipway.Cli.LocalRun;

/// <summary>What the coordinator needs and does not do itself.</summary>
internal sealed record CoordinatorParts
{
    public required LocalRunOptions Options { get; init; }
    public required TimeProvider Time { get; init; }

    /// <summary>Shows something; calls come one at a time.</summary>
    public required Action<Action<IRunView>> Tell { get; init; }

    /// <summary>The id of the n-th pipeline of the run.</summary>
    public required Func<int, long> PipelineId { get; init; }

    /// <summary>What a job gets from earlier ones. Called in the loop, because it looks at what the loop changes.</summary>
    public required Func<PipelineRun, JobState, JobInputs> Gather { get; init; }

    /// <summary>Runs a job to its end. Must not throw.</summary>
    public required Func<JobLaunch, Task<JobEnding>> RunJob { get; init; }

    /// <summary>What a bridge is to start, the run having so many pipelines already: decided in the loop, worked out by the function that comes back, outside of it.</summary>
    public required Func<PipelineRun, JobState, JobInputs, int, Func<ChildPipeline>> PlanChild { get; init; }

    /// <summary>Called after each turn of the loop.</summary>
    public required Action<Coordinator> Note { get; init; }

    public ChannelReader<RunControl>? Controls { get; init; }
    public bool ControlsKeepAlive { get; init; }

    /// <summary>Cancelled when everything must end at once.</summary>
    public required CancellationToken Abort { get; init; }

    public required Action AbortAll { get; init; }
}

/// <param name="Slot">The lowest number no other running job has; <c>CI_CONCURRENT_ID</c>.</param>
/// <param name="State">The attempt as it is when it starts.</param>
internal sealed record JobLaunch(
    PipelineRun Pipeline,
    JobState State,
    RunJob Job,
    JobInputs Inputs,
    int Slot,
    JobCancellation Cancellation
);
