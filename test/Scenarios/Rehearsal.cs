using System.Threading.Channels;
using Slipway.Cli.LocalRun;
using Slipway.Runner.Config;
using Slipway.Runner.Executors;
using Slipway.Runner.Executors.Pretend;
using Slipway.Runner.Executors.Shell;

namespace Slipway.Scenarios;

/// <summary>Runs one step of a scenario through the local run's own door.</summary>
internal static class Rehearsal
{
    /// <summary>A run that has not ended by then hangs. Real time.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public static async Task<Outcome> RunAsync(ScenarioFolder folder, RunSpec run, TimeProvider time)
    {
        var inShell = time == TimeProvider.System;
        using var patience = new CancellationTokenSource(Patience);
        var controls = Channel.CreateUnbounded<RunControl>();
        var record = new RunRecord(run.Meanwhile, controls.Writer);
        var parts = new LocalRunParts
        {
            Time = time,
            View = record,
            Controls = run.Meanwhile.Count > 0 ? controls.Reader : null,
            Executors = (_, place) =>
                new ChosenExecutor(Watched(inShell ? ShellExecutor.Kind(place) : PretendExecutor.Kind, record), new RunnerConfig()),
        };
        var startedAt = time.GetUtcNow();
        // On the pool: the virtual clock goes by what the pool has to do.
        var result = await Task.Run(() => LocalPipeline.RunAsync(folder.Prepare(run), OptionsOf(run, folder), parts, patience.Token));
        if (patience.IsCancellationRequested)
            throw new TimeoutException($"The run has not ended by itself within {Patience.TotalSeconds} s");
        return LocalOutcome.Of(result, record, startedAt, folder.ArtifactsDir);
    }

    private static ExecutorKind Watched(ExecutorKind kind, RunRecord record) =>
        kind with
        {
            Create = job =>
            {
                record.Payloads[job.Payload.JobInfo.Name] = job.Payload;
                return kind.Create(job);
            },
        };

    private static LocalRunOptions OptionsOf(RunSpec run, ScenarioFolder folder) =>
        new()
        {
            Jobs = [.. run.Jobs],
            WithNeeds = run.Needs,
            Manual = [.. run.Manual],
            Parallel = run.Parallel,
            Executor = ExecutorChoice.Shell,
            ArtifactsDir = folder.ArtifactsDir,
        };
}
