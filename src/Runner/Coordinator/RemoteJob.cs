using Slipway.Protocol.Jobs;
using Slipway.Protocol.Variables;
using Slipway.Runner.Config;
using Slipway.Runner.Executors;
using Slipway.Runner.Jobs;

namespace Slipway.Runner.Coordinator;

/// <summary>One job of a coordinator, from the offer to its last word (runner-protocol §17).</summary>
internal sealed class RemoteJob(
    CoordinatorClient client,
    RunnerConfig runner,
    ExecutorKind kind,
    RunnerLoopSettings settings,
    string? caFile
)
{
    private const int LongestMessage = 1000;

    /// <returns><see langword="null"/>: it was taken away before it began. Otherwise how it ended, and why the coordinator does not know, if it does not.</returns>
    public async Task<(JobResult Result, string? Untold)?> RunAsync(JobAnswer.Job job, (int Slot, int ProjectSlot) slots)
    {
        var payload = job.Payload;
        using var log = new TraceSpool();
        using var report = new JobReport(client, payload, Identity.Info(runner), log, settings.Time)
        {
            IsDebug = IsOn(payload, "CI_DEBUG_TRACE") || IsOn(payload, "CI_DEBUG_SERVICES"),
            EndLimit = runner.JobStatusFinalUpdateRetryLimit,
        };
        if (!await report.BeginAsync(settings.Abort))
            return null;
        using var over = new CancellationTokenSource();
        var sending = report.KeepUpAsync(over.Token);
        JobResult result;
        try
        {
            result = await RunAsync(job with { Payload = WithAuthority(payload) }, report, log, slots);
        }
        catch (Exception e)
        {
            // The coordinator must hear of the job's end whatever went wrong here, and whoever reads the log why it ended.
            result = new JobResult(JobOutcome.Failed, null, FailureReason.RunnerSystem, e.Message);
            await ExplainAsync(payload, log, slots, e.Message);
        }

        await over.CancelAsync();
        await sending;
        // Not even an interrupted runner leaves without a word; it is killed when that takes too long.
        return (result, await report.EndAsync(result, CancellationToken.None));
    }

    /// <summary>The line that the job itself could not write any more.</summary>
    private async Task ExplainAsync(JobPayload payload, TraceSpool log, (int Slot, int ProjectSlot) slots, string message)
    {
        using var line = new MemoryStream();
        try
        {
            // By the job's own rules: stamped as its other lines are, and without its secrets.
            await using var trace = new JobSetup(payload, runner, kind, Host(slots)).Trace(line.WriteAsync, settings.Time);
            trace.Error($"Job failed (system failure): {(message.Length <= LongestMessage ? message : message[..LongestMessage])}");
            await trace.FlushAsync();
        }
        catch (Exception)
        {
            // Those rules are what cannot be had. Without them the message itself is not for everybody.
            line.SetLength(0);
            line.Write("ERROR: Job failed (system failure): see the runner's own log\n"u8);
        }

        log.WriteLast(line.ToArray());
    }

    private Task<JobResult> RunAsync(JobAnswer.Job job, JobReport report, TraceSpool log, (int Slot, int ProjectSlot) slots)
    {
        var payload = job.Payload;
        var direct = FeatureFlags.IsOn("FF_USE_DIRECT_DOWNLOAD", runner, payload.Variables);
        var transfer = new ArtifactTransfer(client.Http, payload, direct, settings.Time);
        var channel = new JobChannel
        {
            WriteTrace = log.WriteAsync,
            FetchArtifacts = transfer.FetchAsync,
            SendArtifact = transfer.SendAsync,
            CorrelationId = FeatureFlags.IsOn("FF_USE_GITALY_CORRELATION_ID", runner, payload.Variables) ? job.CorrelationId : "",
            // Whoever has set up a cache of his own wants that one.
            Cache = job.SharesCache && runner.Cache.Type.Length == 0 ? new CacheTransfer(client.Http, payload).ToSharedCache() : null,
        };
        var cancellation = new JobCancellation(report.Cancel, report.Abort)
        {
            Interrupt = settings.Abort,
            InterruptGrace = settings.AbortGrace,
        };
        return new JobRun(payload, runner, kind, channel, settings.Time) { Host = Host(slots) }.RunAsync(cancellation);
    }

    private JobHost Host((int Slot, int ProjectSlot) slots) =>
        new()
        {
            SystemId = settings.SystemId,
            WorkDir = settings.WorkDir,
            CacheDir = kind.Shared && runner.CacheDir is { Length: > 0 } own ? Path.GetFullPath(own, settings.WorkDir) : null,
            ConcurrentId = slots.Slot,
            ConcurrentProjectId = slots.ProjectSlot,
            Timestamps = true,
        };

    /// <summary>The job's programs trust whom we trust: below its own variables, as gitlab-runner has it.</summary>
    private JobPayload WithAuthority(JobPayload payload) =>
        caFile is null
            ? payload
            : payload with
            {
                Variables = [new Variable("CI_SERVER_TLS_CA_FILE", File.ReadAllText(caFile), File: true, Raw: true), .. payload.Variables],
            };

    private static bool IsOn(JobPayload payload, string name) =>
        payload.Variables.LastOrDefault(v => v.Key == name) is { } variable && JobVariables.Truth(variable.Value) == true;
}
