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
    SecretBox secrets,
    ServerUrl url,
    JobOptions options,
    TimeProvider time
)
{
    /// <summary>The instance's number among instances: there is one.</summary>
    private const string InstanceId = "1";

    private readonly JobRows _rows = new(secrets);

    /// <param name="job">As it stands when it is being handed out.</param>
    /// <param name="token">Its secret.</param>
    public async Task<PayloadOutcome> BuildAsync(JobRow job, RunnerRow runner, RunnerFeatures features, string token, CancellationToken ct)
    {
        if (await db.ReadAsync((session, t) => pipelines.CompiledAsync(session, job.PipelineId, t), ct) is not { } pipeline)
            return new PayloadOutcome.Refused(FailureReason.DataIntegrity);
        return await external.OfAsync(pipeline.Jobs[(int)job.JobIndex], job, ct) is { } elsewhere
            ? await db.ReadAsync((session, t) => BuildAsync(session, (pipeline, elsewhere), job, runner, features, token, t), ct)
            : new PayloadOutcome.Refused(FailureReason.MissingDependency);
    }

    private async Task<PayloadOutcome> BuildAsync(
        Session session,
        (CompiledPipeline Pipeline, IReadOnlyList<JobRow> Elsewhere) known,
        JobRow row,
        RunnerRow runner,
        RunnerFeatures features,
        string token,
        CancellationToken ct
    )
    {
        var pipeline = known.Pipeline;
        // One that is taken up only now has no start of its own yet; it starts while this is read.
        var job = _rows.ToState(row, pipeline) with
        {
            StartedAt = row.StartedAt.Instant() ?? time.GetUtcNow(),
        };
        if (RunnerNeeds.Missing(job.Job, pipeline.Context, features))
            return new PayloadOutcome.Refused(FailureReason.RunnerUnsupported);
        if (await session.FindAsync<string>("SELECT state FROM users WHERE id = @UserId", row, ct) != "active")
            return new PayloadOutcome.Refused("user_blocked");
        var inputs = new ArtifactInputs(session, secrets, options.ArtifactsExpireIn, time.Milliseconds());
        if (await inputs.OfAsync(pipeline, row, known.Elsewhere, token, ct) is not { } left)
            return new PayloadOutcome.Refused(FailureReason.MissingDependency);
        var project = (await session.FindAsync<ProjectRow>($"SELECT {ProjectRow.Columns} FROM projects WHERE id = @ProjectId", row, ct))!;
        var payload = JobPayloads.Build(pipeline, job, Identity(row, runner, project, token), left.Dotenv, left.Dependencies);
        return new PayloadOutcome.Built(Completed(payload, project, runner));
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
