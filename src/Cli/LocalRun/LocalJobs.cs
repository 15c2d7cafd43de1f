using System.Collections.Immutable;
using Slipway.Cli.TestReports;
using Slipway.Engine;
using Slipway.Engine.Payloads;
using Slipway.Engine.Reports;
using Slipway.Protocol.Jobs;
using Slipway.Runner;
using Slipway.Runner.Jobs;
using Slipway.Runner.Sources;

namespace Slipway.Cli.LocalRun;

/// <summary>Takes the place of server and runner loop for the jobs of a local run: hands out the payload, keeps log and uploads.</summary>
internal sealed class LocalJobs
{
    /// <summary>Somebody sits and waits: a script that does not end when told to gets this long, not gitlab-runner's ten minutes.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(30);

    private readonly LocalProject _project;
    private readonly LocalRunOptions _options;
    private readonly LocalRunParts _parts;
    private readonly StateFolder _states;
    private readonly RunFolder _run;
    private readonly Executors _executors;
    private readonly RunRegistry _registry;
    private readonly Action<Action<IRunView>> _tell;

    public LocalJobs(
        LocalProject project,
        LocalRunOptions options,
        LocalRunParts parts,
        (StateFolder All, RunFolder Run) folders,
        Executors executors,
        RunRegistry registry,
        Action<Action<IRunView>> tell
    )
    {
        (_project, _options, _parts, _executors, _registry, _tell) = (project, options, parts, executors, registry, tell);
        (_states, _run) = folders;
    }

    /// <summary>Unique in this checkout, as far as a thousand jobs a run go: an id only has to tell jobs apart.</summary>
    public long IdOf(RunJob job) => _run.Number * 100_000 + job.Key + 1;

    public long PipelineId(int index) => _run.Number * 1000 + index;

    /// <summary>Never throws: what is our own fault fails the job as the runner's.</summary>
    public async Task<JobEnding> RunAsync(JobLaunch launch)
    {
        var logPath = _run.LogOf(launch.Job.Key, launch.Pipeline.FullName(launch.Job.Name));
        var uploads = new ArtifactsFolder(_run.ArtifactsOf(launch.Job.Key, launch.Pipeline.FullName(launch.Job.Name)));
        await using var log = new JobLog(logPath, bytes => _tell(view => view.Log(launch.Job, bytes.Span)));
        JobResult result;
        try
        {
            result = await RunAsync(launch, log, uploads);
        }
        catch (OperationCanceledException)
        {
            result = new JobResult(JobOutcome.Canceled, null, FailureReason.JobCanceled, "canceled");
        }
        catch (JobFailedException e)
        {
            log.Error(e.Message);
            result = new JobResult(JobOutcome.Failed, e.ExitCode, e.Reason, e.Message);
        }
        catch (Exception e)
        {
            log.Error($"Job failed (system failure): {e}");
            result = new JobResult(JobOutcome.Failed, null, FailureReason.RunnerSystem, e.Message);
        }

        return Ending(launch, result, log, uploads);
    }

    private async Task<JobResult> RunAsync(JobLaunch launch, JobLog log, ArtifactsFolder uploads)
    {
        var job = launch.State.Job;
        var payload = Payload(launch);
        foreach (var missing in WithoutServer.Missing(job, payload, launch.Inputs.Missing))
            log.Warn(missing);
        WithoutServer.Check(launch.Inputs.Missing);
        payload = WithoutServer.Supply(job, payload);
        var chosen = await ChooseAsync(launch, log);
        (payload, var registry) = await _registry.SupplyAsync(payload, job, chosen, log.Warn);
        var host = new JobHost
        {
            Version = SlipwayVersion.Text,
            WorkDir = _run.Path,
            CacheDir = _states.Cache,
            ProjectDir = _run.ProjectDirOf(launch.Job.Key, launch.Pipeline.FullName(job.Name)),
            ConcurrentId = launch.Slot,
            ConcurrentProjectId = launch.Slot,
            RemoveProjectDir = !_options.Keep,
            Grace = Grace,
            Registry = registry,
        };
        var channel = new JobChannel
        {
            WriteTrace = log.WriteAsync,
            FetchArtifacts = (dependency, _) =>
                Task.FromResult<Stream?>(
                    launch.Inputs.Archives.TryGetValue(dependency.Id, out var path) && File.Exists(path)
                        ? new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 64 * 1024)
                        : null
                ),
            SendArtifact = (artifact, _, content, ct) => uploads.TakeAsync(artifact, content, ct),
            Sources = await _project.Sources(launch.Cancellation.Abort),
        };
        return await new JobRun(payload, chosen.Settings, chosen.Kind, channel, _parts.Time) { Host = host }.RunAsync(launch.Cancellation);
    }

    private async ValueTask<ChosenExecutor> ChooseAsync(JobLaunch launch, JobLog log)
    {
        if (_parts.Executors is { } given)
            return given(launch.State.Job, _run.Path);
        var chosen = await _executors.ChooseAsync(launch.State.Job, launch.Cancellation.Abort);
        if (_options.ShellOnFailure)
            chosen = chosen with
            {
                Kind = FailureShell.Around(chosen.Kind, () => _executors.Engine, meanwhile => _tell(view => view.Suspend(meanwhile))),
            };
        if (chosen.Kind.Name == "shell" && !launch.State.Job.Services.IsEmpty)
            log.Warn("the job's services are not started: it runs in the shell");
        return chosen;
    }

    private JobPayload Payload(JobLaunch launch)
    {
        var identity = new JobIdentity
        {
            Id = IdOf(launch.Job),
            Token = _registry.Password,
            PipelineId = launch.Pipeline.Id,
            Runner = new JobIdentity.Taker(1, "slipway run", launch.State.Job.Tags),
            TokenMaskPrefixes = ["glcbt-"],
        };
        return JobPayloads.Build(launch.Pipeline.State.Pipeline, launch.State, identity, launch.Inputs.Dotenv, launch.Inputs.Dependencies);
    }

    private JobEnding Ending(JobLaunch launch, JobResult result, JobLog log, ArtifactsFolder uploads)
    {
        var made = Directory.Exists(uploads.Path);
        if (made && result.Outcome == JobOutcome.Success)
            _states.Publish(launch.Pipeline.FullName(launch.Job.Name), uploads.Path, _run);
        if (made && _options.ArtifactsDir is { } target && uploads.Archive is { } archive)
            Unpacking.Unpack(archive.FullName, Path.Combine(target, launch.Pipeline.FullName(launch.Job.Name)), target);
        var coverage = launch.State.Job.Coverage is { } pattern ? log.Read(stream => CoverageScan.Find(stream, pattern)) : null;
        return new JobEnding(result, launch.Slot, log.Path, made ? uploads.Path : null, coverage, made ? uploads.Tests() : null);
    }
}
