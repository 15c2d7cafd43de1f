using Slipway.Compiler;
using Slipway.Engine;
using Slipway.Server.Data;
using Slipway.Server.Http;
using Slipway.Server.Projects;

namespace Slipway.Server.Pipelines;

/// <summary>What another system says of a commit.</summary>
/// <param name="State"><c>pending</c>, <c>running</c>, <c>success</c>, <c>failed</c>, <c>canceled</c> or <c>skipped</c>.</param>
/// <param name="PipelineId">Nothing: the latest of the commit and ref, or a new one.</param>
internal sealed record ToldStatus(string Sha, string Ref, bool IsTag, string State, string Name, long? PipelineId)
{
    public string? Description { get; init; }
    public string? TargetUrl { get; init; }
    public string? Coverage { get; init; }
}

/// <summary>Keeps what other systems say of commits. One that waits or runs goes on; one that is over is followed by another of its name.</summary>
internal sealed class CommitStatusStore(PipelineStore pipelines, TimeProvider time)
{
    /// <summary>GitLab has no limit of its own; ours. Beyond it nobody can look at it.</summary>
    private const int MostOfPipeline = 5000;

    /// <returns>The status, or why there is none.</returns>
    public async Task<(CommitStatusRow? Row, string? Problem)> WriteAsync(
        Session session,
        ProjectRow project,
        long user,
        ToldStatus told,
        CancellationToken ct
    )
    {
        if (await PipelineAsync(session, project, user, told, ct) is not { } pipeline)
            return (null, "Pipeline for pipeline_id, sha and ref not found");
        const string open = """
            SELECT * FROM commit_statuses WHERE pipeline_id = @Id AND name = @Name AND retried = 0 AND status IN ('pending', 'running') ORDER BY id DESC LIMIT 1
            """;
        var going = await session.FindAsync<CommitStatusRow>(open, new { pipeline.Id, told.Name }, ct);
        if (going is not null && (told.State == "pending" || told.State == going.Status))
            return (null, $"Cannot transition status via :{Verb(told.State)} from :{going.Status}");
        if (going is null && await CountAsync(session, pipeline.Id, ct) >= MostOfPipeline)
            return (null, $"The number of external jobs has exceeded the limit of {MostOfPipeline}");
        var row = going is null ? await AddAsync(session, pipeline, user, told, ct) : await MoveAsync(session, going, told, ct);
        await TellPipelineAsync(session, pipeline, ct);
        return (row, null);
    }

    private static string Verb(string state) => state == "pending" ? "enqueue" : "run";

    private static Task<long> CountAsync(Session session, long pipeline, CancellationToken ct) =>
        session.FindAsync<long>("SELECT COUNT(*) FROM commit_statuses WHERE pipeline_id = @pipeline", new { pipeline }, ct);

    private async Task<PipelineRow?> PipelineAsync(Session session, ProjectRow project, long user, ToldStatus told, CancellationToken ct)
    {
        var found = await session.FindAsync<PipelineRow>(
            $"""
            SELECT * FROM pipelines WHERE project_id = @Id AND sha = @Sha AND ready = 1 AND source <> 'parent_pipeline'
              AND {(told.PipelineId is null ? "ref = @Ref" : "id = @PipelineId")}
            ORDER BY id DESC LIMIT 1
            """,
            new
            {
                project.Id,
                told.Sha,
                told.Ref,
                told.PipelineId,
            },
            ct
        );
        return found is not null || told.PipelineId is not null ? found : await BeginAsync(session, project, user, told, ct);
    }

    /// <summary>A pipeline that has nothing but what others say.</summary>
    private async Task<PipelineRow> BeginAsync(Session session, ProjectRow project, long user, ToldStatus told, CancellationToken ct)
    {
        const string next = "UPDATE projects SET pipelines = pipelines + 1, last_activity_at = @now WHERE id = @Id RETURNING pipelines";
        var now = time.Milliseconds();
        var iid = await session.FindAsync<long>(next, new { project.Id, now }, ct);
        var kind = told.IsTag ? ProtectedRefs.Tag : ProtectedRefs.Branch;
        var protection = await ProtectedRefs.MatchAsync(session, project.Id, kind, told.Ref, ct);
        return (
            await session.FindAsync<PipelineRow>(
                """
                INSERT INTO pipelines (project_id, iid, user_id, source, ref, tag, sha, before_sha, protected, status, ready, version, external, created_at, updated_at)
                VALUES (@Id, @iid, @user, 'external', @Ref, @tag, @Sha, @before, @isProtected, 'created', 1, 0, 1, @now, @now) RETURNING *
                """,
                new
                {
                    project.Id,
                    iid,
                    user,
                    told.Ref,
                    tag = told.IsTag ? 1L : 0,
                    told.Sha,
                    before = CommitFacts.ZeroSha,
                    isProtected = protection.IsProtected ? 1L : 0,
                    now,
                },
                ct
            )
        )!;
    }

    private async Task<CommitStatusRow> AddAsync(Session session, PipelineRow pipeline, long user, ToldStatus told, CancellationToken ct)
    {
        const string older = "UPDATE commit_statuses SET retried = 1 WHERE pipeline_id = @Id AND name = @Name AND retried = 0";
        await session.ExecuteAsync(older, new { pipeline.Id, told.Name }, ct);
        return (
            await session.FindAsync<CommitStatusRow>(
                """
                INSERT INTO commit_statuses (project_id, pipeline_id, user_id, ref, name, status, retried, description, target_url, coverage, created_at, started_at,
                  finished_at)
                VALUES (@ProjectId, @Id, @user, @Ref, @Name, @State, 0, @Description, @TargetUrl, @Coverage, @now, @started, @finished) RETURNING *
                """,
                new
                {
                    pipeline.ProjectId,
                    pipeline.Id,
                    user,
                    told.Ref,
                    told.Name,
                    told.State,
                    told.Description,
                    told.TargetUrl,
                    told.Coverage,
                    now = time.Milliseconds(),
                    started = told.State == "running" ? (long?)time.Milliseconds() : null,
                    finished = IsOver(told) ? (long?)time.Milliseconds() : null,
                },
                ct
            )
        )!;
    }

    private async Task<CommitStatusRow> MoveAsync(Session session, CommitStatusRow row, ToldStatus told, CancellationToken ct) =>
        (
            await session.FindAsync<CommitStatusRow>(
                """
                UPDATE commit_statuses SET status = @State, description = COALESCE(@Description, description), target_url = COALESCE(@TargetUrl, target_url),
                  coverage = COALESCE(@Coverage, coverage), started_at = COALESCE(started_at, @started), finished_at = @finished
                WHERE id = @Id RETURNING *
                """,
                new
                {
                    row.Id,
                    told.State,
                    told.Description,
                    told.TargetUrl,
                    told.Coverage,
                    started = told.State == "running" ? (long?)time.Milliseconds() : null,
                    finished = IsOver(told) ? (long?)time.Milliseconds() : null,
                },
                ct
            )
        )!;

    private static bool IsOver(ToldStatus told) => Statuses.IsCompleted(Statuses.Parse(told.State)!.Value);

    private async Task TellPipelineAsync(Session session, PipelineRow pipeline, CancellationToken ct)
    {
        var own = await pipelines.LoadAsync(session, pipeline.Id, ct);
        var status = await ExternalStatuses.WithAsync(session, pipeline.Id, own is null ? null : Statuses.OfJobs(own), ct);
        await session.ExecuteAsync(
            """
            UPDATE pipelines SET external = 1, status = @status, version = @version, updated_at = @now, started_at = COALESCE(started_at, @started),
              finished_at = @finished
            WHERE id = @Id
            """,
            new
            {
                pipeline.Id,
                status = Statuses.Word(status),
                version = RememberedStates.NewVersion(),
                now = time.Milliseconds(),
                started = status == Status.Running ? (long?)time.Milliseconds() : null,
                finished = Statuses.IsCompleted(status) ? (long?)time.Milliseconds() : null,
            },
            ct
        );
    }
}
