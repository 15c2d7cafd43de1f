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
    /// <returns><see langword="null"/>: it was taken away before it began. Otherwise how it ended, and why the coordinator does not know, if it does not.</returns>
    public async Task<(JobResult Result, string? Untold)?> RunAsync(JobAnswer.Job job, (int Slot, int ProjectSlot) slots)
    {
        var payload = WithAuthority(job.Payload);
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
            result = await RunAsync(job with { Payload = payload }, report, log, slots);
        }
        catch (Exception e)
        {
            // The coordinator must hear of the job's end whatever went wrong here.
            result = new JobResult(JobOutcome.Failed, null, FailureReason.RunnerSystem, e.Message);
        }

        await over.CancelAsync();
        await sending;
        // Not even an interrupted runner leaves without a word; it is killed when that takes too long.
        return (result, await report.EndAsync(result, CancellationToken.None));
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
        var host = new JobHost
        {
            SystemId = settings.SystemId,
            WorkDir = settings.WorkDir,
            CacheDir = kind.Shared && runner.CacheDir is { Length: > 0 } own ? Path.GetFullPath(own, settings.WorkDir) : null,
            ConcurrentId = slots.Slot,
            ConcurrentProjectId = slots.ProjectSlot,
            Timestamps = true,
        };
        var cancellation = new JobCancellation(report.Cancel, report.Abort) { Interrupt = settings.Abort };
        return new JobRun(payload, runner, kind, channel, settings.Time) { Host = host }.RunAsync(cancellation);
    }

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
