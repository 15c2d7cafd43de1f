using Microsoft.Extensions.Logging;
using Slipway.Server.Data;
using Slipway.Server.Git;
using Slipway.Server.Http;
using Slipway.Server.Pipelines;
using Slipway.Server.Projects;
using Slipway.Server.Secrets;
using Slipway.Server.Work;

namespace Slipway.Server.Schedules;

/// <summary>
/// Starts pipelines that are due: each moment once, however many instances there are, and after a time without any of them one for all that was missed. First the
/// next moment is settled, by whoever still finds the row at this one; the pipeline is made after that, under a name that gives the same pipeline when it is
/// asked for again. They run in the owner's name, and no more once the owner may not.
/// </summary>
internal sealed partial class ScheduleRuns(
    Db db,
    WorkLoop work,
    PipelineCreation creation,
    Repositories repositories,
    SecretBox secrets,
    TimeProvider time,
    ILogger<ScheduleRuns> log
)
{
    /// <summary>Settles when it runs next, and asks for this pipeline.</summary>
    public async Task OnDueAsync(ScheduledRun run, CancellationToken ct)
    {
        const string still = "SELECT * FROM pipeline_schedules WHERE id = @Id AND next_run_at = @At AND active = 1";
        if (
            await db.FindAsync<PipelineScheduleRow>(still, run, ct) is not { } schedule
            || await ProjectAsync(schedule, ct) is not { } project
        )
            return;
        if (!await MayStillAsync(schedule, project, ct))
        {
            await db.ExecuteAsync(
                "UPDATE pipeline_schedules SET active = 0, updated_at = @now WHERE id = @Id AND next_run_at = @At",
                At(run),
                ct
            );
            Log.Stopped(log, schedule.Id, project.FullPath);
            return;
        }

        var next = ScheduleTimes.Next(schedule, run.At, time.GetUtcNow());
        await db.WriteAsync(
            async (session, token) =>
            {
                const string settle = """
                    UPDATE pipeline_schedules SET next_run_at = @next, last_run_at = @At WHERE id = @Id AND next_run_at = @At AND active = 1
                    """;
                var args = new
                {
                    run.Id,
                    run.At,
                    next,
                };
                if (await session.ExecuteAsync(settle, args, token) == 0)
                    return false;
                await work.AddAsync(session, ScheduleWork.Start, run, token);
                await work.AddAsync(session, ScheduleWork.Due, new ScheduledRun(run.Id, next), token, next.Instant());
                return true;
            },
            ct
        );
    }

    /// <summary>Makes the pipeline of a moment.</summary>
    public async Task StartAsync(ScheduledRun run, CancellationToken ct)
    {
        if (await db.FindAsync<PipelineScheduleRow>("SELECT * FROM pipeline_schedules WHERE id = @Id", run, ct) is not { } schedule)
            return;
        if (await ProjectAsync(schedule, ct) is not { } project || await UserAsync(schedule.OwnerId, ct) is not { } owner)
            return;
        if (await RunAsync(schedule, project, owner, $"schedule:{run.Id}:{run.At}", ct) is PipelineOutcome.Refused refused)
            Log.None(log, schedule.Id, project.FullPath, refused.Message);
    }

    /// <summary>Makes a pipeline of a schedule.</summary>
    /// <param name="user">In whose name: the owner's when it was due, else that of whoever wants it now.</param>
    /// <param name="origin">Asked twice with the same, it is one pipeline.</param>
    public async Task<PipelineOutcome> RunAsync(
        PipelineScheduleRow schedule,
        ProjectRow project,
        UserRow user,
        string? origin,
        CancellationToken ct
    )
    {
        var (sha, name, tag) = await NamedRef.FindAsync(repositories.Of(project.Id), schedule.Ref, ct);
        if (sha is null)
            return new PipelineOutcome.Refused("Reference not found");
        return await creation.CreateAsync(
            new PipelineOrder
            {
                Project = project,
                User = user,
                Source = "schedule",
                Ref = name,
                IsTag = tag,
                Sha = sha,
                Variables = ScheduleVariables.Of(schedule, secrets),
                Inputs = ScheduleInputs.Parse(schedule.Inputs).Texts,
                ScheduleId = schedule.Id,
                ScheduleDescription = schedule.Description,
                Origin = origin,
            },
            ct
        );
    }

    private async Task<bool> MayStillAsync(PipelineScheduleRow schedule, ProjectRow project, CancellationToken ct) =>
        await UserAsync(schedule.OwnerId, ct) is { IsActive: true } owner
        && await Roles.InProjectAsync(db, owner, project, time.Milliseconds(), ct) >= Abilities.CreatePipeline.Least;

    private Task<ProjectRow?> ProjectAsync(PipelineScheduleRow schedule, CancellationToken ct) =>
        db.FindAsync<ProjectRow>(
            $"SELECT {ProjectRow.Columns} FROM projects WHERE id = @ProjectId AND deleted_at IS NULL",
            new { schedule.ProjectId },
            ct
        );

    private Task<UserRow?> UserAsync(long id, CancellationToken ct) =>
        db.FindAsync<UserRow>($"SELECT {UserRow.Columns} FROM users WHERE id = @id", new { id }, ct);

    private object At(ScheduledRun run) =>
        new
        {
            run.Id,
            run.At,
            now = time.Milliseconds(),
        };

    private static partial class Log
    {
        [LoggerMessage(
            1,
            LogLevel.Warning,
            "Schedule {Schedule} of {Project} is no longer active: its owner may not start pipelines there"
        )]
        public static partial void Stopped(ILogger log, long schedule, string project);

        [LoggerMessage(2, LogLevel.Information, "No pipeline for schedule {Schedule} of {Project}: {Why}")]
        public static partial void None(ILogger log, long schedule, string project, string why);
    }
}
