using System.Text;
using Slipway.Runner.Executors.Docker.Engine;
using Slipway.Runner.Traces;

namespace Slipway.Runner.Executors.Docker;

/// <summary>
/// The container that a job's scripts run in: made once, started again for every script, so that what a script leaves in the file system is
/// there for the next, and processes are not (runner-protocol §14.2).
/// </summary>
/// <param name="create">Makes the container, which does not run yet, and gives its id.</param>
internal sealed class JobContainer(EngineClient engine, JobEnvironment job, Func<CancellationToken, Task<string>> create)
{
    private string? _id;

    /// <summary>Whether processes of others can be seen from inside, so that "all processes" would be too many.</summary>
    private bool SharesProcesses => job.Runner.Docker.PidMode is { Length: > 0 };

    public string? Id => _id;

    public async Task<string> MadeAsync(CancellationToken ct) => _id ??= await create(ct);

    /// <summary>Runs one script to its end. A container that somebody removed is made anew as often as <c>EXECUTOR_JOB_SECTION_ATTEMPTS</c> says.</summary>
    /// <exception cref="JobFailedException">The image has no shell, or its entrypoint cannot be started.</exception>
    public async Task<int> RunAsync(string script, CancellationToken ct)
    {
        var attempts = job.Variables.Attempts("EXECUTOR_JOB_SECTION_ATTEMPTS");
        for (var attempt = 1; ; attempt++)
        {
            var container = await MadeAsync(ct);
            try
            {
                var exit = await StageRun.ToEndAsync(
                    engine,
                    container,
                    Encoding.UTF8.GetBytes(script),
                    WriteAsync,
                    new StageEnding(TerminateAsync, job.Host.Grace, job.Abort),
                    job.Time,
                    ct
                );
                job.Trace.EndOutput();
                if (exit != 0)
                    await ExplainAsync(container, ct);
                return exit;
            }
            catch (EngineException e) when (e.NotFound && attempt < attempts)
            {
                job.Trace.Warning($"The job's container is gone; making a new one (attempt {attempt + 1} of {attempts})");
                _id = null;
            }
            catch (EngineException e)
            {
                throw new JobFailedException(Protocol.Jobs.FailureReason.RunnerSystem, WhyNotStarted(e.Message));
            }
        }
    }

    private ValueTask WriteAsync(bool isError, ReadOnlyMemory<byte> bytes) =>
        job.Trace.WriteAsync(isError ? TraceStream.Error : TraceStream.Output, bytes);

    private async Task TerminateAsync(CancellationToken ct)
    {
        if (SharesProcesses || job.Flag("FF_USE_NATIVE_CONTAINER_STOP") == true)
            await engine.KillContainerAsync(_id!, "TERM", ct);
        else
            await engine.ExecAsync(_id!, Shells.Terminate, (_, _) => ValueTask.CompletedTask, ct);
    }

    /// <summary>Says in words what an exit code of 137 hides.</summary>
    private async Task ExplainAsync(string container, CancellationToken ct)
    {
        var state = (await engine.InspectContainerAsync(container, ct)).State;
        if (!state.OOMKilled)
            return;
        var limit = job.Runner.Docker.Resources.Memory is { Length: > 0 } memory ? $" of {memory}" : "";
        job.Trace.Warning($"The container used up its memory{limit} and the kernel killed a process of it (OOMKilled).");
    }

    private static string WhyNotStarted(string message) =>
        message.Contains("\"sh\"", StringComparison.Ordinal) || message.Contains("exec: sh", StringComparison.Ordinal)
            ? $"the image has no shell: sh is not in its PATH, and a job's script needs one; take a variant with a shell (kaniko: the -debug tag) ({message})"
            : $"the job's container cannot be started: {message}";
}
