using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Slipway.Compiler;
using Slipway.Engine;
using Slipway.Engine.Downstream;
using Slipway.Protocol.Jobs;
using Slipway.Server.Data;
using Slipway.Server.Git;
using Slipway.Server.Http;
using Slipway.Server.Projects;
using Slipway.Server.Secrets;

namespace Slipway.Server.Pipelines;

/// <summary>A file out of a job's artifacts archive, as text; nothing when the job, its archive or the file is not there, or it is too long for a configuration.</summary>
internal delegate Task<string?> ArtifactText(long jobId, string path, CancellationToken ct);

/// <summary>Trigger jobs: starts their pipelines, and keeps the two in step. All of it is done from work rows and looks at what is so now, so it may be done twice.</summary>
internal sealed partial class Bridges(
    Db db,
    PipelineStore store,
    PipelineCreation creation,
    Repositories repositories,
    SecretBox secrets,
    ServerUrl url,
    ArtifactText artifact,
    ServerOptions options,
    TimeProvider time,
    ILogger<Bridges> log
)
{
    private DateTimeOffset Now => time.GetUtcNow();

    public async Task StartAsync(PipelineWork.Bridge bridge, CancellationToken ct)
    {
        var begun = await db.WriteAsync((session, token) => BeginAsync(session, bridge, token), ct);
        if (begun is null)
            return;
        var outcome = await StartAsync(begun, ct);
        await db.WriteAsync((session, token) => TellAsync(session, begun, outcome, token), ct);
        if (outcome is Downstream.Refused refused)
            Log.Refused(log, begun.Row.Id, refused.Why);
    }

    /// <summary>A pipeline that a trigger job started has changed: its status is the trigger job's, when the job follows it.</summary>
    public Task TellAsync(PipelineWork.Child child, CancellationToken ct) =>
        db.WriteAsync(
            async (session, token) =>
            {
                var bridge = await session.FindAsync<JobRow>("SELECT * FROM jobs WHERE id = @BridgeId", child, token);
                var status = await session.FindAsync<string>("SELECT status FROM pipelines WHERE id = @PipelineId", child, token);
                if (bridge is null || status is null || Statuses.Parse(status) is not { } now)
                    return 0;
                var number = (int)bridge.Number;
                if (Statuses.Parse(bridge.Status) is { } was && Statuses.IsCompleted(was) && !Statuses.IsCompleted(now))
                    await store.ApplyAsync(session, bridge.PipelineId, new PipelineEvent.DownstreamReopened(number, Now), token);
                await store.ApplyAsync(session, bridge.PipelineId, new PipelineEvent.DownstreamChanged(number, now, Now), token);
                return 1;
            },
            ct
        );

    public Task CancelChildrenAsync(PipelineWork.Bridge bridge, CancellationToken ct) =>
        db.WriteAsync(
            async (session, token) =>
            {
                var children = await session.QueryAsync<long>(
                    """
                    SELECT pipelines.id FROM pipelines JOIN jobs ON jobs.id = pipelines.bridge_id
                    WHERE jobs.pipeline_id = @PipelineId AND jobs.number = @number
                    """,
                    new { bridge.PipelineId, number = (long)bridge.Number },
                    token
                );
                foreach (var child in children)
                    await store.ApplyAsync(session, child, new PipelineEvent.PipelineCanceled(Now), token);
                return children.Count;
            },
            ct
        );

    /// <returns>The trigger job and its pipeline, now running; nothing when there is no more to do.</returns>
    private async Task<Begun?> BeginAsync(Session session, PipelineWork.Bridge bridge, CancellationToken ct)
    {
        if (await store.LoadAsync(session, bridge.PipelineId, ct) is not { } state)
            return null;
        var job = state.Jobs[bridge.Number];
        if (job.Status is not (Status.Pending or Status.Running))
            return null;
        if (job.Status == Status.Pending && await TooManyAsync(session, job, bridge, ct))
        {
            await store.ApplyAsync(session, bridge.PipelineId, new PipelineEvent.Started(bridge.Number, Now), ct);
            var tooMany = new PipelineEvent.Failed(bridge.Number, FailureReason.DownstreamTriggerRate, null, Now);
            await store.ApplyAsync(session, bridge.PipelineId, tooMany, ct);
            return null;
        }

        if (job.Status == Status.Pending)
            state = (await store.ApplyAsync(session, bridge.PipelineId, new PipelineEvent.Started(bridge.Number, Now), ct))!;
        var row = await session.FindAsync<JobRow>(
            "SELECT * FROM jobs WHERE pipeline_id = @PipelineId AND number = @number",
            new { bridge.PipelineId, number = (long)bridge.Number },
            ct
        );
        var pipeline = await session.FindAsync<PipelineRow>("SELECT * FROM pipelines WHERE id = @PipelineId", bridge, ct);
        var project = await session.FindAsync<ProjectRow>($"SELECT {ProjectRow.Columns} FROM projects WHERE id = @ProjectId", pipeline, ct);
        var user = await session.FindAsync<UserRow>($"SELECT {UserRow.Columns} FROM users WHERE id = @UserId", row, ct);
        var dotenv = await DotenvVariables.OfAsync(session, secrets, bridge.PipelineId, state, state.Jobs[bridge.Number], ct);
        var (lineage, size) = await Lineage.OfAsync(session, pipeline!, ct);
        var page = url.Of($"/{project!.FullPath}/-/pipelines/{pipeline!.Id}");
        var plan = DownstreamPlanner.Plan((state.Pipeline, pipeline.Id, page), state.Jobs[bridge.Number], dotenv, lineage, size);
        return new Begun(row!, pipeline, project, user!, state, plan);
    }

    /// <summary>
    /// Whether as many downstream pipelines as may be were triggered in this minute for the same project, user and commit, as GitLab counts them. Only what
    /// begins is asked: what has begun goes on, however often its work is done.
    /// </summary>
    private async Task<bool> TooManyAsync(Session session, JobState job, PipelineWork.Bridge bridge, CancellationToken ct)
    {
        if (options.DownstreamTriggerLimit == 0 || job.Job.Trigger is null)
            return false;
        const string sql = """
            SELECT COUNT(*) FROM jobs own JOIN pipelines here ON here.id = own.pipeline_id
            JOIN pipelines p ON p.project_id = here.project_id AND p.sha = here.sha
            JOIN jobs j ON j.pipeline_id = p.id AND j.user_id = own.user_id AND j.bridge = 1 AND j.started_at >= @minute
            WHERE own.pipeline_id = @PipelineId AND own.number = @number
            """;
        var now = time.Milliseconds();
        var minute = now - (now % 60_000);
        var count = await session.FindAsync<long>(
            sql,
            new
            {
                bridge.PipelineId,
                number = (long)bridge.Number,
                minute,
            },
            ct
        );
        return count >= options.DownstreamTriggerLimit;
    }

    private async Task<Downstream> StartAsync(Begun begun, CancellationToken ct) =>
        begun.Plan switch
        {
            DownstreamPlan.Refused refused => new Downstream.Refused(refused.Reason, refused.Reason),
            DownstreamPlan.Child child => await CreateAsync(
                Order(begun, begun.Project) with
                {
                    Source = child.Context.Source,
                    Variables = child.Context.PipelineVariables,
                    Inputs = child.Context.Inputs,
                    Config = new ConfigSource.Child(await IncludesAsync(begun, child.Include, ct)),
                },
                ct
            ),
            DownstreamPlan.OtherProject other => await StartOtherAsync(begun, other, ct),
            DownstreamPlan.Mirror mirror => await MirrorAsync(begun, mirror, ct),
            var plan => throw new InvalidOperationException(plan.GetType().Name),
        };

    private static PipelineOrder Order(Begun begun, ProjectRow project) =>
        new()
        {
            Project = project,
            User = begun.User,
            Source = "pipeline",
            Ref = begun.Pipeline.Ref,
            IsTag = begun.Pipeline.IsTag,
            Sha = begun.Pipeline.Sha,
            BeforeSha = begun.Pipeline.BeforeSha,
            Origin = $"bridge:{begun.Row.Id}",
            BridgeId = begun.Row.Id,
            HookLink = HookLink.Parse(begun.Pipeline.HookLink),
        };

    private async Task<Downstream> StartOtherAsync(Begun begun, DownstreamPlan.OtherProject other, CancellationToken ct)
    {
        if (await VisibleAsync(begun.User, other.Project, ct) is not { } project)
            return new Downstream.Refused(FailureReason.DownstreamProjectNotFound, other.Project);
        var branch = other.Branch ?? project.DefaultBranch ?? "";
        var repository = repositories.Of(project.Id);
        var (sha, name, tag) = await NamedRef.FindAsync(repository, branch, ct);
        return sha is null
            ? new Downstream.Refused(FailureReason.DownstreamCreation, "Reference not found")
            : await CreateAsync(
                Order(begun, project) with
                {
                    Ref = name,
                    IsTag = tag,
                    Sha = sha,
                    BeforeSha = CommitFacts.ZeroSha,
                    Variables = other.Variables,
                    Inputs = other.Inputs,
                },
                ct
            );
    }

    /// <summary>Shows what another project's latest pipeline is like at this moment.</summary>
    private async Task<Downstream> MirrorAsync(Begun begun, DownstreamPlan.Mirror mirror, CancellationToken ct)
    {
        if (await VisibleAsync(begun.User, mirror.Project, ct) is not { } project)
            return new Downstream.Refused(FailureReason.UpstreamProjectNotFound, mirror.Project);
        var status = await db.FindAsync<string>(
            "SELECT status FROM pipelines WHERE project_id = @Id AND ref = @DefaultBranch AND tag = 0 AND ready = 1 ORDER BY id DESC LIMIT 1",
            project,
            ct
        );
        return status is null
            ? new Downstream.Refused(FailureReason.UpstreamProjectNotFound, "it has no pipeline")
            : new Downstream.There(Statuses.Parse(status)!.Value);
    }

    private async Task<Downstream> CreateAsync(PipelineOrder order, CancellationToken ct) =>
        await creation.CreateAsync(order, ct) switch
        {
            PipelineOutcome.Created { Pipeline: { YamlErrors: { } errors } } => new Downstream.Refused(
                FailureReason.DownstreamCreation,
                errors
            ),
            PipelineOutcome.Created created => new Downstream.There(Statuses.Parse(created.Pipeline.Status)!.Value),
            PipelineOutcome.Refused refused => new Downstream.Refused(FailureReason.DownstreamCreation, refused.Message),
            var other => throw new InvalidOperationException(other.GetType().Name),
        };

    private async Task<int> TellAsync(Session session, Begun begun, Downstream outcome, CancellationToken ct)
    {
        var (pipeline, number) = (begun.Pipeline.Id, (int)begun.Row.Number);
        if (outcome is Downstream.Refused refused)
        {
            await store.ApplyAsync(session, pipeline, new PipelineEvent.Failed(number, refused.Reason, null, Now), ct);
            return 0;
        }

        await store.ApplyAsync(session, pipeline, new PipelineEvent.DownstreamCreated(number, Now), ct);
        await store.ApplyAsync(session, pipeline, new PipelineEvent.DownstreamChanged(number, ((Downstream.There)outcome).Status, Now), ct);
        return 1;
    }

    /// <summary>The project of that path, when the user may know of it; whether he may run pipelines there is the creation's question.</summary>
    private async Task<ProjectRow?> VisibleAsync(UserRow user, string path, CancellationToken ct)
    {
        if (await Lookup.ProjectAsync(db, path, ct) is not { } project || long.TryParse(path, out _))
            return null;
        return project.Visibility != "private" || await Roles.InProjectAsync(db, user, project, time.Milliseconds(), ct) > Role.None
            ? project
            : null;
    }

    private async Task<ImmutableArray<ChildInclude>> IncludesAsync(
        Begun begun,
        ImmutableArray<TriggerInclude> includes,
        CancellationToken ct
    )
    {
        var all = ImmutableArray.CreateBuilder<ChildInclude>();
        foreach (var include in includes)
            all.Add(new ChildInclude(include, await TextAsync(begun, include, ct)));
        return all.DrainToImmutable();
    }

    private async Task<string?> TextAsync(Begun begun, TriggerInclude include, CancellationToken ct)
    {
        if (include.Kind != "artifact" || include.Job is null)
            return null;
        var job = await db.FindAsync<long?>(
            "SELECT id FROM jobs WHERE pipeline_id = @Id AND name = @Job AND retried = 0 ORDER BY number DESC LIMIT 1",
            new { begun.Pipeline.Id, include.Job },
            ct
        );
        return job is { } id ? await artifact(id, include.Path.TrimStart('/'), ct) : null;
    }

    private sealed record Begun(
        JobRow Row,
        PipelineRow Pipeline,
        ProjectRow Project,
        UserRow User,
        PipelineState State,
        DownstreamPlan Plan
    );

    private abstract record Downstream
    {
        private Downstream() { }

        public sealed record There(Status Status) : Downstream;

        public sealed record Refused(string Reason, string Why) : Downstream;
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "Trigger job {Job} failed: downstream pipeline can not be created, {Why}")]
        public static partial void Refused(ILogger log, long job, string why);
    }
}
