using System.Collections.Immutable;
using Slipway.Protocol.Variables;
using Slipway.Server.Data;
using Slipway.Server.Http;
using Slipway.Server.Secrets;
using Slipway.Server.Work;

namespace Slipway.Server.Schedules;

/// <summary>The rows of schedules. Whatever changes one settles anew when it runs next.</summary>
internal sealed class ScheduleStore(Db db, WorkLoop work, SecretBox secrets, TimeProvider time)
{
    /// <summary>https://docs.gitlab.com/administration/instance_limits/#number-of-pipeline-schedules</summary>
    public const int Most = 10;

    public Task<PipelineScheduleRow?> FindAsync(long project, long id, CancellationToken ct) =>
        db.FindAsync<PipelineScheduleRow>(
            "SELECT * FROM pipeline_schedules WHERE id = @id AND project_id = @project",
            new { id, project },
            ct
        );

    /// <returns>Nothing when the project has as many as it may.</returns>
    public Task<PipelineScheduleRow?> CreateAsync(long project, long owner, ScheduleChange wanted, CancellationToken ct) =>
        db.WriteAsync(
            async (session, token) =>
            {
                var args = new { project };
                if (
                    await session.FindAsync<long>("SELECT count(*) FROM pipeline_schedules WHERE project_id = @project", args, token)
                    >= Most
                )
                    return null;
                const string insert = """
                    INSERT INTO pipeline_schedules (project_id, owner_id, description, ref, cron, cron_timezone, active, next_run_at, inputs, variables,
                      created_at, updated_at)
                    VALUES (@project, @owner, @Description, @Ref, @Cron, @CronTimezone, @active, @next, @inputs, @variables, @now, @now) RETURNING *
                    """;
                var made = await session.FindAsync<PipelineScheduleRow>(
                    insert,
                    Arguments(wanted, project, owner, 0, wanted.NextAfter(null, time.GetUtcNow()), null),
                    token
                );
                return await AskAsync(session, made!, token);
            },
            ct
        );

    /// <returns>Nothing when it is gone.</returns>
    public Task<PipelineScheduleRow?> ChangeAsync(PipelineScheduleRow old, ScheduleChange wanted, CancellationToken ct) =>
        db.WriteAsync(
            async (session, token) =>
            {
                const string update = """
                    UPDATE pipeline_schedules SET description = @Description, ref = @Ref, cron = @Cron, cron_timezone = @CronTimezone, active = @active,
                      next_run_at = @next, inputs = @inputs, variables = @variables, updated_at = @now
                    WHERE id = @id RETURNING *
                    """;
                // It may have run since it was read; and what is due now must not be lost because its description changes.
                if (
                    await session.FindAsync<PipelineScheduleRow>("SELECT * FROM pipeline_schedules WHERE id = @Id", new { old.Id }, token)
                    is not { } row
                )
                    return null;
                var isSame = row.IsActive && row.Cron == wanted.Cron && row.CronTimezone == wanted.CronTimezone;
                var next = isSame ? row.NextRunAt : wanted.NextAfter(row.LastRunAt, time.GetUtcNow());
                var changed = await session.FindAsync<PipelineScheduleRow>(
                    update,
                    Arguments(wanted, row.ProjectId, row.OwnerId, row.Id, next, row.Variables),
                    token
                );
                return await AskAsync(session, changed!, token);
            },
            ct
        );

    /// <summary>Makes somebody its owner.</summary>
    public Task<PipelineScheduleRow?> GiveAsync(PipelineScheduleRow row, long owner, CancellationToken ct) =>
        db.WriteAsync(
            (session, token) =>
                session.FindAsync<PipelineScheduleRow>(
                    "UPDATE pipeline_schedules SET owner_id = @owner, updated_at = @now WHERE id = @Id RETURNING *",
                    new
                    {
                        row.Id,
                        owner,
                        now = time.Milliseconds(),
                    },
                    token
                ),
            ct
        );

    /// <summary>Its pipelines stay.</summary>
    public Task RemoveAsync(PipelineScheduleRow row, CancellationToken ct) =>
        db.WriteAsync(
            async (session, token) =>
            {
                await session.ExecuteAsync("UPDATE pipelines SET schedule_id = NULL WHERE schedule_id = @Id", new { row.Id }, token);
                return await session.ExecuteAsync("DELETE FROM pipeline_schedules WHERE id = @Id", new { row.Id }, token);
            },
            ct
        );

    /// <summary>Changes its variables, seen as they are at that moment.</summary>
    /// <param name="change">Gives nothing to leave them.</param>
    public Task<bool> ChangeVariablesAsync(
        PipelineScheduleRow row,
        Func<ImmutableArray<Variable>, ImmutableArray<Variable>?> change,
        CancellationToken ct
    ) =>
        db.WriteAsync(
            async (session, token) =>
            {
                const string find = "SELECT * FROM pipeline_schedules WHERE id = @Id";
                if (await session.FindAsync<PipelineScheduleRow>(find, new { row.Id }, token) is not { } now)
                    return false;
                if (change(ScheduleVariables.Of(now, secrets)) is not { } variables)
                    return false;
                var args = new
                {
                    row.Id,
                    variables = ScheduleVariables.Sealed(variables, secrets),
                    at = time.Milliseconds(),
                };
                await session.ExecuteAsync(
                    "UPDATE pipeline_schedules SET variables = @variables, updated_at = @at WHERE id = @Id",
                    args,
                    token
                );
                return true;
            },
            ct
        );

    private async Task<PipelineScheduleRow> AskAsync(Session session, PipelineScheduleRow row, CancellationToken ct)
    {
        if (row.IsActive)
            await work.AddAsync(session, ScheduleWork.Due, new ScheduledRun(row.Id, row.NextRunAt), ct, row.NextRunAt.Instant());
        return row;
    }

    private object Arguments(ScheduleChange wanted, long project, long owner, long id, long next, byte[]? old) =>
        new
        {
            id,
            project,
            owner,
            wanted.Description,
            wanted.Ref,
            wanted.Cron,
            wanted.CronTimezone,
            active = wanted.Active ? 1L : 0,
            next,
            inputs = wanted.Inputs.ToJson(),
            variables = wanted.Variables is { } variables ? ScheduleVariables.Sealed(variables, secrets) : old,
            now = time.Milliseconds(),
        };
}
