using System.Threading.Channels;
using Slipway.Compiler;

namespace Slipway.Cli.LocalRun;

/// <summary>Says what a job runs in.</summary>
/// <param name="runFolder">The run's own folder, absolute: executors of this machine keep their builds below it.</param>
internal delegate ChosenExecutor ExecutorFactory(CompiledJob job, string runFolder);

/// <summary>What a run gets from outside, so that a test can have its own clock, executors and view.</summary>
internal sealed record LocalRunParts
{
    public required TimeProvider Time { get; init; }
    public required IRunView View { get; init; }

    /// <summary><see langword="null"/>: as the options and <see cref="Settings"/> say.</summary>
    public ExecutorFactory? Executors { get; init; }

    /// <summary>From the user's <c>config.toml</c>.</summary>
    public RunnerSettings Settings { get; init; } = new(null);

    /// <summary>What a person asks for meanwhile.</summary>
    public ChannelReader<RunControl>? Controls { get; init; }

    /// <summary>
    /// The run goes on until <see cref="Controls"/> is completed, so that whoever holds it can play a blocking manual job. Otherwise the run ends
    /// when nothing is left that moves by itself.
    /// </summary>
    public bool ControlsKeepAlive { get; init; } = true;
}
