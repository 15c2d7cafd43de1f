using Slipway.Compiler;
using Slipway.Engine;
using Slipway.Engine.Payloads;
using Slipway.Protocol.Coordination;
using Slipway.Protocol.Jobs;
using Slipway.Server.Data;
using Slipway.Server.Http;
using Slipway.Server.Jobs;
using Slipway.Server.Pipelines;
using Slipway.Server.Projects;
using Slipway.Server.Secrets;
using JobState = Slipway.Engine.JobState;

namespace Slipway.Server.Runners;

/// <summary>What a runner gets, or why it gets nothing.</summary>
internal abstract record PayloadOutcome
{
    private PayloadOutcome() { }

    public sealed record Built(JobPayload Payload) : PayloadOutcome;

    /// <param name="Reason">The failure that the job ends with, in GitLab's words.</param>
    public sealed record Refused(string Reason) : PayloadOutcome;
}

/// <summary>Brings together what a job's payload is made of: its compiled self, its project's settings, and what the jobs before it have left.</summary>
internal sealed class PayloadSource(
    Db db,
    PipelineStore pipelines,
    ExternalJobs external,
    IdTokens idTokens,
    SecretBox secrets,
    ServerUrl url,
    JobOptions options,
    TimeProvider time
)
{
    /// <summary>The instance's number among instances: there is one.</summary>
    private const string InstanceId = "1";

    private readonly JobRows _rows = new(secrets);

    /// <param name="given">The job as it stands when it is being handed out, its secret, and what it has in common with others.</param>
    public async Task<PayloadOutcome> BuildAsync(Round.Got given, RunnerRow runner, RunnerFeatures features, CancellationToken ct)
    {
        var (row, token, shared) = given;
        if (await pipelines.CompiledAsync(db, row.PipelineId, ct) is not { } pipeline)
            return new PayloadOutcome.Refused(FailureReason.DataIntegrity);
        // One that is taken up only now has no start of its own yet; it starts while this is read.
        var job = _rows.ToState(row, pipeline) with
        {
            StartedAt = row.StartedAt.Instant() ?? time.GetUtcNow(),
        };
        if (RunnerNeeds.Missing(job.Job, pipeline.Context, features))
            return new PayloadOutcome.Refused(FailureReason.RunnerUnsupported);
        var common = await shared.OfAsync(row, ct);
        if (!common.IsUserActive)
            return new PayloadOutcome.Refused("user_blocked");
        if (await LeftAsync(pipeline, row, token, ct) is not { } left)
            return new PayloadOutcome.Refused(FailureReason.MissingDependency);
        // A job has the project's variables as they are when it is handed out, also a second time.
        var compiled = PipelineCompiler.JobWithVariables(pipeline, job.Job, common.Variables);
        var seconds = (int)Math.Min(compiled.Timeout, runner.MaximumTimeout ?? compiled.Timeout);
        var identity = Identity(row, runner, common.Project, token) with
        {
            DeployToken = common.DeployToken,
            IdTokens = await idTokens.OfAsync(compiled, pipeline.Context, row, runner, seconds, ct),
        };
        var payload = JobPayloads.Build(pipeline, job with { Job = compiled }, identity, left.Dotenv, left.Dependencies);
        return new PayloadOutcome.Built(Completed(payload, common.Project, runner));
    }

    /// <summary>What the jobs before it have left.</summary>
    /// <returns>Nothing when something it relies on is not there.</returns>
    private async Task<ArtifactInputs.Found?> LeftAsync(CompiledPipeline pipeline, JobRow job, string token, CancellationToken ct)
    {
        var compiled = pipeline.Jobs[(int)job.JobIndex];
        if (await external.OfAsync(compiled, job, ct) is not { } elsewhere)
            return null;
        if (compiled.ArtifactsFrom.Length == 0 && elsewhere.Count == 0)
            return ArtifactInputs.None;
        return await db.ReadAsync(
            (session, t) =>
                new ArtifactInputs(session, secrets, options.ArtifactsExpireIn, time.Milliseconds()).OfAsync(
                    pipeline,
                    job,
                    elsewhere,
                    token,
                    t
                ),
            ct
        );
    }

    private JobIdentity Identity(JobRow job, RunnerRow runner, ProjectRow project, string token)
    {
        var settings = ProjectSettings.Parse(project.Settings);
        var page = $"/{project.FullPath}/-";
        return new JobIdentity
        {
            Id = job.Id,
            Token = token,
            Url = url.Of($"{page}/jobs/{job.Id}"),
            PipelineId = job.PipelineId,
            PipelineUrl = url.Of($"{page}/pipelines/{job.PipelineId}"),
            RepositoryUrl = url.Of($"/{project.FullPath}.git"),
            HasPipelineRef = true,
            AllowGitFetch = settings.BuildGitStrategy == "fetch",
            DefaultGitDepth = settings.CiDefaultGitDepth,
            Runner = new JobIdentity.Taker(runner.Id, runner.Description, [.. Matching.Tags(runner.Tags)], (int?)runner.MaximumTimeout),
        };
    }

    /// <summary>What only a server knows; no runner acts on it.</summary>
    private static JobPayload Completed(JobPayload payload, ProjectRow project, RunnerRow runner) =>
        payload with
        {
            JobInfo = payload.JobInfo with { NamespaceId = project.NamespaceId, OrganizationId = 1, InstanceId = InstanceId },
            RunnerInfo = payload.RunnerInfo with { Uuid = $"runner-{runner.Id}" },
        };
}
