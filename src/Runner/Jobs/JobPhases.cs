using Slipway.Protocol.Jobs;
using Slipway.Protocol.Variables;
using Slipway.Runner.Artifacts;
using Slipway.Runner.Cache;
using Slipway.Runner.Config;
using Slipway.Runner.Executors;
using Slipway.Runner.Traces;

namespace Slipway.Runner.Jobs;

/// <summary>The phases of one job, each as a method that throws when it fails; <see cref="JobRun"/> says when which runs. What has nothing to do prints nothing.</summary>
internal sealed class JobPhases : IAsyncDisposable
{
    private const int PrepareAttempts = 3;
    private const string AfterScript = "after_script";
    private static readonly TimeSpan PreparePause = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan UsualAfterScriptTimeout = TimeSpan.FromMinutes(5);

    private readonly JobEnvironment _job;
    private readonly JobSetup _setup;
    private readonly JobChannel _channel;
    private readonly JobDeadlines _deadlines;
    private readonly LocalCache _cacheStore;
    private readonly StageRunner _run;
    private IExecutor _executor;

    public JobPhases(JobEnvironment job, JobSetup setup, JobChannel channel, JobDeadlines deadlines)
    {
        (_job, _setup, _channel, _deadlines) = (job, setup, channel, deadlines);
        var cacheDir = job.Host.CacheDir ?? Path.Combine(job.Host.WorkDir, "cache");
        _cacheStore = new LocalCache(Path.Combine(cacheDir, setup.ProjectPath));
        _executor = setup.Kind.Create(job);
        _run = new StageRunner(job, () => _executor);
    }

    public TimeSpan? PrepareTimeout => _job.Runner.PrepareTimeout;
    public TimeSpan? GetSourcesTimeout => _job.Runner.GetSourcesTimeout;

    private JobTrace Trace => _job.Trace;

    public ValueTask DisposeAsync() => _executor.DisposeAsync();

    public void Head()
    {
        var host = _job.Host;
        Trace.Info($"Running with slipway {host.Version}{(host.Revision.Length > 0 ? $" ({host.Revision})" : "")}");
        if (_job.Runner.Name.Length > 0)
            Trace.Info(
                $"  on {_job.Runner.Name} {_job.Runner.ShortToken}{(host.SystemId.Length > 0 ? $", system ID: {host.SystemId}" : "")}"
            );
        if (FeatureFlags.Unusual(_job.Variables) is { Length: > 0 } flags)
            Trace.Info($"  feature flags: {flags}");
    }

    /// <summary>A failure of the user's making is final; any other gets a fresh executor and another try.</summary>
    public async Task PrepareAsync(CancellationToken ct)
    {
        using (Trace.Section("prepare_executor", $"Preparing the \"{_setup.Kind.Name}\" executor"))
        {
            for (var attempt = 1; ; attempt++)
            {
                try
                {
                    await _executor.PrepareAsync(ct);
                    break;
                }
                catch (Exception e) when (e is not (JobFailedException or OperationCanceledException) && attempt < PrepareAttempts)
                {
                    Trace.Error($"Preparation failed: {e.Message}");
                    Trace.Line("Will be retried in 3s ...");
                    await _executor.DisposeAsync();
                    await Task.Delay(PreparePause, _job.Time, ct);
                    _executor = _setup.Kind.Create(_job);
                }
            }
        }

        using (Trace.Section("prepare_script", "Preparing environment"))
            Trace.Line($"Running on {_setup.MachineName} via {_job.Host.Name}...");
    }

    public Task GetSourcesAsync(CancellationToken ct) =>
        RetryAsync("GET_SOURCES_ATTEMPTS", new SourceStage(_job, _setup.Kind, _channel, _run).RunAsync, ct);

    public async Task RestoreCacheAsync(CancellationToken ct)
    {
        var stage = new CacheStage(_job, _executor, _cacheStore, _channel.Cache);
        if (stage.ToRestore is not { Count: > 0 } caches)
            return;
        using var section = Trace.Section("restore_cache", "Restoring cache");
        foreach (var cache in caches)
            await stage.RestoreAsync(cache, ct);
    }

    public async Task DownloadArtifactsAsync(CancellationToken ct)
    {
        var wanted = _job.Payload.Dependencies.Where(d => d.ArtifactsFile is { Filename.Length: > 0 }).ToList();
        if (wanted.Count == 0)
            return;
        using var section = Trace.Section("download_artifacts", "Downloading artifacts");
        foreach (var dependency in wanted)
            await RetryAsync(
                "ARTIFACT_DOWNLOAD_ATTEMPTS",
                (e, token) => ArtifactDownload.FetchAsync(dependency, _job, e, _channel, token),
                ct
            );
    }

    /// <summary>Every step but after_script, in order, to the first that fails.</summary>
    public async Task RunScriptAsync(CancellationToken ct)
    {
        if (_job.Payload.Run is { } run)
            foreach (var step in RunSteps.Read(run, _job.Variables, _job.Paths.ProjectDir))
            {
                var stage = "step_" + step.Name.ToLowerInvariant();
                using var section = Trace.Section(stage, $"Executing \"{stage}\" stage of the job script");
                await _run.RunAsync(
                    stage,
                    [.. Given(_job.Runner.PreBuildScript), step.Script, .. Given(_job.Runner.PostBuildScript)],
                    step.Env,
                    ct
                );
            }

        foreach (var step in _job.Payload.Steps.Where(s => s.Name != AfterScript && s.Script.Length > 0))
        {
            var stage = step.Name == "script" ? "step_script" : "step_" + step.Name.ToLowerInvariant();
            using var section = Trace.Section(stage, $"Executing \"{stage}\" stage of the job script");
            // The coordinator's own command lines of a release hold variables that no shell is to see.
            var lines = step.Name == "release" ? step.Script.Select(_job.Variables.Expand) : step.Script;
            await _run.RunAsync(stage, [.. Given(_job.Runner.PreBuildScript), .. lines, .. Given(_job.Runner.PostBuildScript)], [], ct);
        }
    }

    public async Task RunAfterScriptAsync(JobResult? failure, CancellationToken ct)
    {
        if (_job.Payload.Steps.FirstOrDefault(s => s.Name == AfterScript) is not { Script.Length: > 0 } step)
            return;
        using var section = Trace.Section(AfterScript, "Running after_script");
        Trace.Info("Running after script...");
        var status = failure switch
        {
            null => "success",
            { Outcome: JobOutcome.Canceled } => "canceled",
            { FailureReason: FailureReason.ExecutionTimeout } => "timedout",
            _ => "failed",
        };
        await _run.RunAsync(AfterScript, step.Script, [new Variable("CI_JOB_STATUS", status)], ct);
    }

    /// <summary>A failed after_script fails a good job only when the job wants it so.</summary>
    public JobResult? JudgeAfterScript(JobResult? after)
    {
        if (after is null || _deadlines.IsOver)
            return null;
        if (!_job.Variables.IsOn("AFTER_SCRIPT_IGNORE_ERRORS", otherwise: true))
            return after;
        Trace.Warning($"after_script failed, but job will continue unaffected: {after.Message}");
        return null;
    }

    public async Task SaveCacheAsync(bool success, CancellationToken ct)
    {
        var stage = new CacheStage(_job, _executor, _cacheStore, _channel.Cache);
        if (!stage.SavesAny(success))
            return;
        using var section = success
            ? Trace.Section("archive_cache", "Saving cache for successful job")
            : Trace.Section("archive_cache_on_failure", "Saving cache for failed job");
        foreach (var cache in stage.ToSave(success))
            await stage.SaveAsync(cache, ct);
    }

    public async Task UploadArtifactsAsync(bool success, CancellationToken ct)
    {
        var wanted = _job.Payload.Artifacts.Where(a => ArtifactUpload.IsWanted(a, success)).ToList();
        if (wanted.Count == 0)
            return;
        using var section = success
            ? Trace.Section("upload_artifacts_on_success", "Uploading artifacts for successful job")
            : Trace.Section("upload_artifacts_on_failure", "Uploading artifacts for failed job");
        foreach (var artifact in wanted)
            await ArtifactUpload.SendAsync(artifact, _job, _executor, _channel, ct);
    }

    public TimeSpan? ScriptTimeout() => Duration("RUNNER_SCRIPT_TIMEOUT", null);

    public TimeSpan? AfterScriptTimeout() => Duration("RUNNER_AFTER_SCRIPT_TIMEOUT", UsualAfterScriptTimeout);

    /// <summary>Tries as often as the variable says, with pauses that grow from five seconds to five minutes.</summary>
    private async Task RetryAsync(string attempts, Func<IExecutor, CancellationToken, Task> action, CancellationToken ct)
    {
        var pause = FirstPause;
        for (var left = _job.Variables.Attempts(attempts); ; left--)
        {
            try
            {
                await action(_executor, ct);
                return;
            }
            catch (Exception e) when (e is not OperationCanceledException && left > 1)
            {
                Trace.Warning($"{e.Message}. Will be retried in {GoDuration.Format(pause)} ...");
                await Task.Delay(pause, _job.Time, ct);
                pause = TimeSpan.FromTicks(Math.Min(pause.Ticks * 2, LongestPause.Ticks));
            }
        }
    }

    private TimeSpan? Duration(string key, TimeSpan? otherwise)
    {
        if (_job.Variables[key] is not { Length: > 0 } text)
            return otherwise;
        if (!GoDuration.TryParse(text, out var limit) || limit <= TimeSpan.Zero)
            Trace.Warning($"Ignoring malformed {key} timeout: {text}");
        else if (limit > _setup.Timeout)
            Trace.Warning($"{key} timeout: {text} is longer than the job's timeout ({GoDuration.Format(_setup.Timeout)})");
        else
            return limit;
        return otherwise;
    }

    private static string[] Given(string? script) => script is { Length: > 0 } ? [script] : [];
}
