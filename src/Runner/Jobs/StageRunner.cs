using Slipway.Protocol.Jobs;
using Slipway.Protocol.Variables;
using Slipway.Runner.Executors;
using Slipway.Runner.Scripts;

namespace Slipway.Runner.Jobs;

/// <summary>Runs one stage's script in the job's executor; a script that fails fails the job.</summary>
/// <param name="executor">A failed preparation may have put another in the first one's place.</param>
internal sealed class StageRunner(JobEnvironment job, Func<IExecutor> executor)
{
    /// <summary>Commands of the user's, each shown before it runs.</summary>
    public Task RunAsync(string stage, IReadOnlyList<string> commands, IReadOnlyList<Variable> news, CancellationToken ct)
    {
        var script = new ShellScript(job.Variables, job.Paths)
        {
            Commands = commands,
            News = news,
            Debug = IsDebug,
            CheckExitCodes = job.Variables.IsOn("FF_ENABLE_BASH_EXIT_CODE_CHECK"),
            Sections = job.Variables.IsOn("FF_SCRIPT_SECTIONS") && job.Payload.Features.TraceSections,
        };
        return RunAsync(new StageScript(stage, script.ToText()) { Commands = commands, News = news }, ct);
    }

    /// <summary>A text of our own, with the job's variables, in no folder yet.</summary>
    public Task RunOwnAsync(string stage, string text, CancellationToken ct) =>
        RunAsync(
            new StageScript(
                stage,
                new ShellScript(job.Variables, job.Paths)
                {
                    Commands = [],
                    Own = text,
                    Debug = IsDebug,
                }.ToText()
            ),
            ct
        );

    private bool IsDebug => job.Variables.IsOn("CI_DEBUG_TRACE") && !job.Runner.DebugTraceDisabled;

    private async Task RunAsync(StageScript script, CancellationToken ct)
    {
        int code;
        try
        {
            code = await executor().RunAsync(script, ct);
        }
        finally
        {
            job.Trace.EndOutput();
        }

        if (code != 0)
            throw new JobFailedException(FailureReason.Script, $"exit code {code}", code);
    }
}
