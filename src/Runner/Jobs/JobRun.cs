using Slipway.Protocol.Jobs;
using Slipway.Runner.Config;
using Slipway.Runner.Executors;
using Slipway.Runner.Traces;

namespace Slipway.Runner.Jobs;

/// <summary>
/// Runs one job from its payload to its result (runner-protocol §11):
/// <list type="number">
/// <item>prepare: the executor, up to three tries;</item>
/// <item>sources;</item>
/// <item>cache: restored, which never fails the job;</item>
/// <item>artifacts of earlier jobs;</item>
/// <item>script: before_script and script in one shell, then other steps such as release;</item>
/// <item>after_script, when the script was reached, whatever came of it;</item>
/// <item>cache out;</item>
/// <item>artifacts up; both in their flavour for success or failure.</item>
/// </list>
/// An abort or the job's timeout ends it at once, wherever it is; a cancel ends it before the script, and during it only the script; an interrupt too, and
/// then nothing comes behind after_script.
/// What fails first is what the job fails with.
/// </summary>
/// <param name="time">Also of all its timeouts.</param>
public sealed class JobRun(JobPayload payload, RunnerConfig runner, ExecutorKind kind, JobChannel channel, TimeProvider time)
{
    public JobHost Host { get; init; } = new();

    /// <summary>Runs the job. Comes back when everything of it has ended and the log is written.</summary>
    /// <exception cref="IOException">The log cannot be written.</exception>
    public async Task<JobResult> RunAsync(JobCancellation cancellation)
    {
        var (ready, problem) = JobReadying.Of(payload, runner);
        var setup = new JobSetup(ready, runner, kind, Host);
        await using var trace = setup.Trace(channel.WriteTrace, time);
        using var deadlines = new JobDeadlines(cancellation, setup.Timeout, time);
        JobResult? failure;
        try
        {
            if (problem is not null)
                throw problem;
            await using var phases = new JobPhases(setup.Environment(trace, time, deadlines.Ending), setup, channel, deadlines);
            failure = await RunAsync(phases, deadlines);
        }
        catch (Exception e)
        {
            failure = deadlines.Explain(e, null);
        }

        var result = failure ?? new JobResult(JobOutcome.Success, null, null, "Job succeeded");
        TellEnd(trace, result);
        await trace.FlushAsync();
        return result;
    }

    /// <returns><see langword="null"/> when all went well.</returns>
    private static async Task<JobResult?> RunAsync(JobPhases phases, JobDeadlines deadlines)
    {
        phases.Head();
        // 1 prepare
        if (await deadlines.TryAsync(phases.PrepareAsync, phases.PrepareTimeout, deadlines.Early) is { } unprepared)
            return unprepared;

        var failure =
            // 2 sources
            await deadlines.TryAsync(phases.GetSourcesAsync, phases.GetSourcesTimeout, deadlines.Early)
            // 3 cache
            ?? await deadlines.TryAsync(phases.RestoreCacheAsync, null, deadlines.Early)
            // 4 artifacts
            ?? await deadlines.TryAsync(phases.DownloadArtifactsAsync, null, deadlines.Early);
        if (
            failure
            is { Outcome: JobOutcome.Canceled }
                or { FailureReason: FailureReason.ExecutionTimeout or FailureReason.RunnerInterrupted }
        )
            return failure;

        if (failure is null)
        {
            // 5 script
            failure = await deadlines.TryAsync(phases.RunScriptAsync, phases.ScriptTimeout(), deadlines.Early);
            if (deadlines.Over is { } early)
                return failure ?? early;
            // 6 after_script
            var after = await deadlines.TryAsync(ct => phases.RunAfterScriptAsync(failure, ct), phases.AfterScriptTimeout(), deadlines.Job);
            var judged = phases.JudgeAfterScript(after);
            failure ??= judged;
            if (deadlines.Stopped is { } late)
                return failure ?? late;
        }

        var success = failure is null;
        // 7 cache out
        var unsaved = await deadlines.TryAsync(ct => phases.SaveCacheAsync(success, ct), null, deadlines.Job);
        if (deadlines.IsOver)
            return failure ?? unsaved ?? deadlines.Over;
        // 8 artifacts up
        var unsent = await deadlines.TryAsync(ct => phases.UploadArtifactsAsync(success, ct), null, deadlines.Job);
        return failure ?? unsaved ?? unsent;
    }

    private static void TellEnd(JobTrace trace, JobResult result)
    {
        if (result.Outcome == JobOutcome.Success)
            trace.Info(result.Message);
        else if (result.FailureReason is FailureReason.RunnerSystem or FailureReason.RunnerInterrupted)
            trace.Error($"Job failed (system failure): {result.Message}");
        else
            trace.Error($"Job failed: {result.Message}");
    }
}
