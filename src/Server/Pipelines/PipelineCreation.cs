using System.Collections.Immutable;
using System.Text.Json;
using Slipway.Compiler;
using Slipway.Engine;
using Slipway.Protocol.Variables;
using Slipway.Server.Data;
using Slipway.Server.Git;
using Slipway.Server.Http;
using Slipway.Server.Projects;
using Slipway.Server.Secrets;

namespace Slipway.Server.Pipelines;

/// <summary>
/// The one door by which pipelines come to be, whoever wants one. In order: 1 the actor's rights; 2 a row, which gives it its id and number; 3 the ref that keeps
/// its commit, <c>refs/pipelines/ID</c>; 4 the configuration, compiled; 5 its jobs, and whatever the new pipeline makes redundant. Killed in between, it is begun
/// anew by whoever asked (<see cref="PipelineOrder.Origin"/>), or swept away.
/// </summary>
internal sealed class PipelineCreation(
    Db db,
    PipelineStore store,
    PipelineCompilation compilation,
    Repositories repositories,
    SecretBox secrets,
    TimeProvider time
)
{
    private const string VariablesPurpose = "pipelines.variables";

    /// <summary>GitLab has no limit of its own for its own instances; ours. Beyond it nobody can look at it.</summary>
    private const int MostJobs = 5000;

    private const int LongestErrors = 10_000;

    /// <summary>A pipeline that is not made after so long never will be: its maker has died, or has given up. 10 minutes.</summary>
    public static readonly TimeSpan LongestMaking = TimeSpan.FromMinutes(10);

    public async Task<PipelineOutcome> CreateAsync(PipelineOrder order, CancellationToken ct)
    {
        using var span = Spans.Within("create pipeline");
        span?.SetTag("slipway.project.id", order.Project.Id);
        span?.SetTag("cicd.pipeline.source", order.Source);
        var outcome = await MakeAsync(order, ct);
        if (outcome is PipelineOutcome.Created made)
            span?.SetTag("cicd.pipeline.run.id", made.Pipeline.Id);
        return outcome;
    }

    private async Task<PipelineOutcome> MakeAsync(PipelineOrder order, CancellationToken ct)
    {
        if (await RefusalAsync(order, ct) is { } refusal)
            return new PipelineOutcome.Refused(refusal);
        if (order.Payload is { } payload)
            order = order with { Variables = order.Variables.Add(new Variable("TRIGGER_PAYLOAD", payload, Public: true, File: true)) };
        var repository = repositories.Of(order.Project.Id);
        if (await repository.CommitAsync(order.Sha, ct) is not { } commit)
            return new PipelineOutcome.Refused("Commit not found");
        var row = await ReserveAsync(order, commit, ct);
        KillPoint.Pass("pipeline reserved");
        if (row.Ready == 1)
            return new PipelineOutcome.Created(row);
        if (order.MaySkip && (order.Skip || SaysSkip(commit.Message)))
            return new PipelineOutcome.Created(await EndAsync(row, "skipped", null, ct));
        await repository.SetRefAsync(RefOf(row), order.Sha, ct);
        KillPoint.Pass("pipeline kept");
        var compiled = await compilation.CompileAsync(
            order,
            new PipelineCompilation.Moment(row.Iid, row.CreatedAt, row.Protected == 1),
            commit,
            ct
        );
        return await FinishAsync(order, row, repository, compiled, ct);
    }

    /// <summary>
    /// Sweeps away what was begun before and is not made, and nobody will ask for again: what the API, a page or a trigger wanted. Pushes, schedules and trigger
    /// jobs are durable work, which comes back.
    /// </summary>
    /// <exception cref="GitException">Of at least one the ref cannot be removed. The others are swept.</exception>
    public async Task SweepAsync(DateTimeOffset before, CancellationToken ct)
    {
        const string half =
            "SELECT * FROM pipelines WHERE ready = 0 AND (origin IS NULL OR origin LIKE 'trigger:%') AND created_at < @before ORDER BY id";
        GitException? failed = null;
        foreach (var row in await db.QueryAsync<PipelineRow>(half, new { before = before.ToUnixTimeMilliseconds() }, ct))
            try
            {
                await RemoveAsync(row, repositories.Of(row.ProjectId), ct);
            }
            catch (GitException e)
            {
                // One damaged repository must not keep the others from being swept.
                failed = e;
            }

        if (failed is not null)
            throw new GitException(failed.Message, failed);
    }

    private async Task<string?> RefusalAsync(PipelineOrder order, CancellationToken ct)
    {
        if (order.Project.Archived == 1 || !order.User.IsActive)
            return "Insufficient permissions to create a new pipeline";
        var role = await Roles.InProjectAsync(db, order.User, order.Project, time.Milliseconds(), ct);
        if (role < Abilities.CreatePipeline.Least)
            return "Insufficient permissions to create a new pipeline";
        var settings = ProjectSettings.Parse(order.Project.Settings);
        // A schedule's were looked at when they were set, and what a parent gives its child comes from the configuration that runs already.
        if (order is { Variables.Length: > 0, Source: not ("schedule" or "parent_pipeline") } && !MaySetVariables(settings, role))
            return "Insufficient permissions to set pipeline variables";
        var protection = await ProtectedRefs.MatchAsync(db, order.Project.Id, KindOf(order), order.Ref, ct);
        return protection.MayMerge(role, order.User.IsAdmin)
            ? null
            : $"You do not have sufficient permission to run a pipeline on '{order.Ref}'. Please select a different branch or contact your administrator for assistance.";
    }

    private static string KindOf(PipelineOrder order) => order.IsTag ? ProtectedRefs.Tag : ProtectedRefs.Branch;

    /// <summary>https://docs.gitlab.com/ci/variables/#restrict-pipeline-variables</summary>
    public static bool MaySetVariables(ProjectSettings settings, Role role) =>
        settings.CiPipelineVariablesMinimumOverrideRole switch
        {
            "no_one_allowed" => false,
            "owner" => role >= Role.Owner,
            "maintainer" => role >= Role.Maintainer,
            _ => role >= Role.Developer,
        };

    private Task<PipelineRow> ReserveAsync(PipelineOrder order, Commit commit, CancellationToken ct)
    {
        return db.WriteAsync(
            async (session, token) =>
            {
                if (
                    order.Origin is not null
                    && await session.FindAsync<PipelineRow>("SELECT * FROM pipelines WHERE origin = @Origin", new { order.Origin }, token)
                        is { } known
                )
                    return known;
                var iid = await session.FindAsync<long>(
                    "UPDATE projects SET pipelines = pipelines + 1, last_activity_at = @now WHERE id = @Id RETURNING pipelines",
                    new { order.Project.Id, now = time.Milliseconds() },
                    token
                );
                var protection = await ProtectedRefs.MatchAsync(session, order.Project.Id, KindOf(order), order.Ref, token);
                return (
                    await session.FindAsync<PipelineRow>(
                        """
                        INSERT INTO pipelines (project_id, iid, user_id, source, ref, tag, sha, before_sha, protected, status, origin, ready, version, bridge_id,
                          schedule_id, trigger_id, hook_link, variables, created_at, updated_at, committed_at)
                        VALUES (@ProjectId, @iid, @UserId, @Source, @Ref, @tag, @Sha, @BeforeSha, @isProtected, 'created', @Origin, 0, 0, @BridgeId,
                          @ScheduleId, @TriggerId, @hookLink, @variables, @now, @now, @committedAt)
                        RETURNING *
                        """,
                        new
                        {
                            ProjectId = order.Project.Id,
                            iid,
                            UserId = order.User.Id,
                            order.Source,
                            order.Ref,
                            tag = order.IsTag ? 1L : 0,
                            order.Sha,
                            order.BeforeSha,
                            isProtected = protection.IsProtected ? 1L : 0,
                            order.Origin,
                            order.BridgeId,
                            order.ScheduleId,
                            order.TriggerId,
                            hookLink = order.HookLink?.ToString(),
                            variables = Sealed(order.Variables),
                            now = time.Milliseconds(),
                            committedAt = commit.Committer.Instant.ToUnixTimeMilliseconds(),
                        },
                        token
                    )
                )!;
            },
            ct
        );
    }

    private static string RefOf(PipelineRow row) => $"{RefNames.Pipelines}{row.Id}";

    private async Task<PipelineOutcome> FinishAsync(
        PipelineOrder order,
        PipelineRow row,
        Repository repository,
        Compilation? compiled,
        CancellationToken ct
    )
    {
        // A push to a project without a configuration wants nothing; who asks for a pipeline is told.
        if (compiled is null or { Pipeline: null, IsValid: true } || (compiled.Pipeline is null && !order.KeepsMistakes))
        {
            await RemoveAsync(row, repository, ct);
            return new PipelineOutcome.Refused(
                compiled is null ? PipelineFacts.MissingConfig
                : compiled.IsValid ? compiled.Refusal ?? PipelineFacts.MissingConfig
                : Errors(compiled)
            );
        }

        if (compiled.Pipeline is not { } pipeline)
            return new PipelineOutcome.Created(await EndAsync(row, "failed", Errors(compiled), ct));
        if (pipeline.Jobs.Length > MostJobs)
        {
            var tooMany =
                $"The number of jobs has exceeded the limit of {MostJobs}. Try splitting the configuration with parent-child-pipelines";
            return new PipelineOutcome.Created(await EndAsync(row, "failed", tooMany, ct));
        }

        var begun = await db.WriteAsync(
            async (session, token) =>
            {
                await session.ExecuteAsync("UPDATE pipelines SET name = @Name WHERE id = @Id", new { pipeline.Name, row.Id }, token);
                await store.BeginAsync(session, row, pipeline, token);
                await SupersedeAsync(session, order, row, token);
                return await session.FindAsync<PipelineRow>("SELECT * FROM pipelines WHERE id = @Id", new { row.Id }, token);
            },
            ct
        );
        KillPoint.Pass("pipeline begun");
        return new PipelineOutcome.Created(begun!);
    }

    /// <summary>A newer commit on a ref makes what still runs for older ones redundant. https://docs.gitlab.com/ci/pipelines/settings/#auto-cancel-redundant-pipelines</summary>
    private async Task SupersedeAsync(Session session, PipelineOrder order, PipelineRow row, CancellationToken ct)
    {
        if (order.Source != "push" || order.IsTag || ProjectSettings.Parse(order.Project.Settings).AutoCancelPendingPipelines != "enabled")
            return;
        var older = await session.QueryAsync<long>(
            """
            SELECT id FROM pipelines
            WHERE project_id = @ProjectId AND ref = @Ref AND tag = 0 AND sha <> @Sha AND id < @Id AND ready = 1 AND source IN ('push', 'parent_pipeline')
              AND status IN ('created', 'waiting_for_resource', 'preparing', 'pending', 'running', 'scheduled')
            """,
            row,
            ct
        );
        foreach (var id in older)
        {
            var before = await store.LoadAsync(session, id, ct);
            var after = await store.ApplyAsync(session, id, new PipelineEvent.Superseded(time.GetUtcNow()), ct);
            if (!ReferenceEquals(before, after) && before?.Status != after?.Status)
                await session.ExecuteAsync("UPDATE pipelines SET superseded_by = @by WHERE id = @id", new { by = row.Id, id }, ct);
        }
    }

    private Task<PipelineRow> EndAsync(PipelineRow row, string status, string? errors, CancellationToken ct) =>
        db.WriteAsync(
            async (session, token) =>
                (
                    await session.FindAsync<PipelineRow>(
                        """
                        UPDATE pipelines SET status = @status, ready = 1, version = version + 1, yaml_errors = @errors, failure_reason = @reason,
                          updated_at = @now, finished_at = @now
                        WHERE id = @Id RETURNING *
                        """,
                        new
                        {
                            row.Id,
                            status,
                            errors,
                            reason = errors is null ? null : "config_error",
                            now = time.Milliseconds(),
                        },
                        token
                    )
                )!,
            ct
        );

    /// <summary>The row goes last: as long as it is there, somebody will come for the rest.</summary>
    private async Task RemoveAsync(PipelineRow row, Repository repository, CancellationToken ct)
    {
        if (repository.Exists)
            await repository.DeleteRefAsync(RefOf(row), ct);
        if (await db.ExecuteAsync("DELETE FROM pipelines WHERE id = @Id AND ready = 0", new { row.Id }, ct) > 0 || !repository.Exists)
            return;
        // Somebody else has swept it away meanwhile, or whoever was very slow has made it after all.
        if (await db.FindAsync<long>("SELECT COUNT(*) FROM pipelines WHERE id = @Id", new { row.Id }, ct) > 0)
            await repository.SetRefAsync(RefOf(row), row.Sha, ct);
    }

    private static string Errors(Compilation compilation)
    {
        var all = string.Join('\n', compilation.Diagnostics.Where(d => d.Severity == Severity.Error).Select(d => d.Message));
        return all.Length <= LongestErrors ? all : all[..LongestErrors] + "…";
    }

    /// <summary>https://docs.gitlab.com/ci/pipelines/#skip-a-pipeline</summary>
    private static bool SaysSkip(string message) =>
        message.Contains("[ci skip]", StringComparison.OrdinalIgnoreCase)
        || message.Contains("[skip ci]", StringComparison.OrdinalIgnoreCase);

    private byte[]? Sealed(ImmutableArray<Variable> variables) =>
        variables.IsEmpty ? null : secrets.Seal(VariablesPurpose, JsonSerializer.Serialize(variables.ToArray()));

    /// <summary>What it was given for itself alone.</summary>
    public ImmutableArray<Variable> VariablesOf(PipelineRow row) =>
        row.Variables is { } body ? [.. JsonSerializer.Deserialize<Variable[]>(secrets.Open(VariablesPurpose, body)) ?? []] : [];
}
