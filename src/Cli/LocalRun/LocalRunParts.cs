using System.Threading.Channels;
using Slipway.Protocol.Jobs;
using Slipway.Runner.Executors;

namespace Slipway.Cli.LocalRun;

/// <summary>Makes the executor of one job.</summary>
/// <param name="payload">The job as it is handed out.</param>
/// <param name="folder">An empty folder of the job's own, absolute, below the run's; the executor makes its builds directory in it.</param>
internal delegate ValueTask<IExecutor> ExecutorFactory(JobPayload payload, string folder, CancellationToken ct);

/// <summary>
/// What a run gets from outside, so that a test can have its own clock, executors and view. The door is
/// <c>LocalPipeline.RunAsync(LocalProject, LocalRunOptions, LocalRunParts, CancellationToken) → LocalRunResult</c>; its token is the abort.
/// </summary>
internal sealed record LocalRunParts
{
    public required TimeProvider Time { get; init; }
    public required IRunView View { get; init; }

    /// <summary><see langword="null"/>: as the options and the user's <c>config.toml</c> say.</summary>
    public ExecutorFactory? Executors { get; init; }

    /// <summary>
    /// What a person asks for meanwhile. The run ends when nothing is left that moves by itself; with a channel that is not yet completed it
    /// waits for it as well, so that whoever holds the channel can play a blocking manual job.
    /// </summary>
    public ChannelReader<RunControl>? Controls { get; init; }
}
