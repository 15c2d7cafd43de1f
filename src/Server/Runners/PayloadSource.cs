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

    /// <param name="job">As it stands when it is being handed out.</param>
    /// <param name="token">Its secret.</param>
    public async Task<PayloadOutcome> BuildAsync(JobRow job, RunnerRow runner, RunnerFeatures features, string token, CancellationToken ct)
    {
        if (await db.ReadAsync((session, t) => pipelines.CompiledAsync(session, job.PipelineId, t), ct) is not { } pipeline)
            return new PayloadOutcome.Refused(FailureReason.DataIntegrity);
        if (await external.OfAsync(pipeline.Jobs[(int)job.JobIndex], job, ct) is not { } elsewhere)
            return new PayloadOutcome.Refused(FailureReason.MissingDependency);
        var (parts, refusal) = await db.ReadAsync((session, t) => GatherAsync(session, (pipeline, elsewhere), job, features, token, t), ct);
        if (parts is null)
            return new PayloadOutcome.Refused(refusal!);
        var (compiled, project) = (parts.Job.Job, parts.Project);
        var seconds = (int)Math.Min(compiled.Timeout, runner.MaximumTimeout ?? compiled.Timeout);
        var identity = Identity(job, runner, project, token) with
        {
            DeployToken = parts.DeployToken,
            IdTokens = await idTokens.OfAsync(compiled, pipeline.Context, job, runner, seconds, ct),
        };
        var payload = JobPayloads.Build(pipeline, parts.Job, identity, parts.Left.Dotenv, parts.Left.Dependencies);
        return new PayloadOutcome.Built(Completed(payload, project, runner));
    }

    /// <summary>What of all that stands in rows.</summary>
    /// <returns>The parts, or the reason for which the job fails.</returns>
    private async Task<(Parts? Parts, string? Refusal)> GatherAsync(
        Session session,
        (CompiledPipeline Pipeline, IReadOnlyList<JobRow> Elsewhere) known,
        JobRow row,
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
            return (null, FailureReason.RunnerUnsupported);
        if (await session.FindAsync<string>("SELECT state FROM users WHERE id = @UserId", row, ct) != "active")
            return (null, "user_blocked");
        var inputs = new ArtifactInputs(session, secrets, options.ArtifactsExpireIn, time.Milliseconds());
        if (await inputs.OfAsync(pipeline, row, known.Elsewhere, token, ct) is not { } left)
            return (null, FailureReason.MissingDependency);
        var project = (await session.FindAsync<ProjectRow>($"SELECT {ProjectRow.Columns} FROM projects WHERE id = @ProjectId", row, ct))!;
        // A job has the project's variables as they are when it is handed out, also a second time.
        var settings = await CiVariables.OfAsync(session, secrets, project, row.Protected == 1, ct);
        job = job with { Job = PipelineCompiler.JobWithVariables(pipeline, job.Job, settings) };
        return (new Parts(job, project, left, await DeployTokenAsync(session, project, ct)), null);
    }

    /// <summary>The token named gitlab-deploy-token, the project's own or that of the nearest group. https://docs.gitlab.com/user/project/deploy_tokens/#gitlab-deploy-token</summary>
    private async Task<(string User, string Password)?> DeployTokenAsync(Session session, ProjectRow project, CancellationToken ct)
    {
        var found = await session.FindAsync<DeployLogin>(
            """
            WITH RECURSIVE up (id, parent_id, depth) AS (
              SELECT id, parent_id, 1 FROM namespaces WHERE id = @NamespaceId
              UNION ALL SELECT n.id, n.parent_id, up.depth + 1 FROM namespaces n JOIN up ON n.id = up.parent_id)
            SELECT d.username, d.hash, d.sealed FROM deploy_tokens d LEFT JOIN up ON up.id = d.namespace_id
            WHERE d.name = 'gitlab-deploy-token' AND d.revoked_at IS NULL AND (d.expires_at IS NULL OR d.expires_at > @now)
              AND (d.project_id = @Id OR up.id IS NOT NULL)
            ORDER BY COALESCE(up.depth, 0), d.id LIMIT 1
            """,
            new
            {
                project.Id,
                project.NamespaceId,
                now = time.Milliseconds(),
            },
            ct
        );
        return found is null ? null : (found.Username, secrets.Open(DeployTokensApi.Purpose(found.Hash), found.Sealed));
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

    private sealed record Parts(JobState Job, ProjectRow Project, ArtifactInputs.Found Left, (string User, string Password)? DeployToken);

    private sealed record DeployLogin
    {
        public required string Username { get; init; }
        public required string Hash { get; init; }
        public required byte[] Sealed { get; init; }
    }

    /// <summary>What only a server knows; no runner acts on it.</summary>
    private static JobPayload Completed(JobPayload payload, ProjectRow project, RunnerRow runner) =>
        payload with
        {
            JobInfo = payload.JobInfo with { NamespaceId = project.NamespaceId, OrganizationId = 1, InstanceId = InstanceId },
            RunnerInfo = payload.RunnerInfo with { Uuid = $"runner-{runner.Id}" },
        };
}
