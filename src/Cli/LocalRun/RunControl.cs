using System.Collections.Immutable;
using Slipway.Protocol.Variables;

namespace Slipway.Cli.LocalRun;

/// <summary>What a person can ask of a pipeline that runs. Names are those of the root pipeline's jobs; a request that does not fit is ignored.</summary>
internal abstract record RunControl
{
    private RunControl() { }

    /// <summary>Cancels the pipeline: running jobs get their after_script. The first Ctrl-C, and SIGTERM.</summary>
    internal sealed record Cancel : RunControl;

    /// <summary>Kills what still runs. The second Ctrl-C.</summary>
    internal sealed record Abort : RunControl;

    /// <summary>Plays a manual job, or starts a delayed one now.</summary>
    internal sealed record Play(string Job, ImmutableArray<Variable> Variables) : RunControl;

    internal sealed record CancelJob(string Job) : RunControl;

    internal sealed record Retry(string Job) : RunControl;
}
