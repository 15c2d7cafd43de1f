using System.Collections.Immutable;
using Slipway.Engine;
using Slipway.Protocol.Variables;
using Slipway.Server.Accounts;
using Slipway.Server.Data;
using Slipway.Server.Http;
using Slipway.Server.Jobs.Traces;
using Slipway.Server.Pipelines;
using Slipway.Server.Projects;

namespace Slipway.Server.Jobs;

/// <summary>Plays, retries, cancels and erases jobs. What comes of it the engine decides; of two who do it at once, one is told that it is too late.</summary>
internal sealed class JobActions(Db db, PipelineStore pipelines, TraceFolder live, TimeProvider time)
{
    /// <summary>Whether somebody may start, cancel or erase the job: on a ref that is protected now, that takes who may push or merge there.</summary>
    public async Task<bool> MayTouchAsync(Actor actor, ProjectContext project, JobRow job, CancellationToken ct)
    {
        if (actor.Responsible is not { } user)
            return false;
        var pipeline = (await db.FindAsync<PipelineRow>("SELECT * FROM pipelines WHERE id = @PipelineId", job, ct))!;
        return await ProtectedRefs.MayRunOnAsync(db, project, user, pipeline.Ref, pipeline.IsTag, ct);
    }

    /// <returns>The job; nothing when there is nothing to play.</returns>
    public Task<JobRow?> PlayAsync(JobRow job, ImmutableArray<Variable> variables, long user, CancellationToken ct) =>
        ChangeAsync(
            job,
            before => before.Status is Status.Manual or Status.Scheduled,
            new PipelineEvent.Played((int)job.Number, variables, time.GetUtcNow()),
            user,
            ct
        );

    /// <returns>The new attempt; nothing when there is none to be had.</returns>
    public Task<JobRow?> RetryAsync(JobRow job, long user, CancellationToken ct) =>
        ChangeAsync(
            job,
            before => !before.Retried && Statuses.IsRetryable(before.Status),
            new PipelineEvent.JobRetried((int)job.Number, time.GetUtcNow()),
            user,
            ct
        );

    /// <param name="force">Does not wait for the runner.</param>
    /// <returns>The job as it is now: one that is over stays so.</returns>
    public async Task<JobRow> CancelAsync(JobRow job, bool force, long? user, CancellationToken ct) =>
        (await ChangeAsync(job, _ => true, new PipelineEvent.JobCanceled((int)job.Number, time.GetUtcNow()) { Force = force }, user, ct))!;

    /// <summary>Removes log and artifacts of a job that is over, and says that they were there.</summary>
    public async Task<JobRow?> EraseAsync(JobRow job, CancellationToken ct)
    {
        if (!Statuses.IsCompleted(Statuses.Parse(job.Status)!.Value) || job.ErasedAt is not null)
            return null;
        var erased = await db.WriteAsync(
            async (session, t) =>
            {
                await session.ExecuteAsync("DELETE FROM artifacts WHERE job_id = @Id", job, t);
                await session.ExecuteAsync("DELETE FROM job_variables WHERE job_id = @Id", job, t);
                await session.ExecuteAsync("DELETE FROM test_reports WHERE job_id = @Id", job, t);
                return await session.FindAsync<JobRow>(
                    "UPDATE jobs SET erased_at = @now, trace_blob = NULL, trace_lines = NULL, trace_size = 0 WHERE id = @Id RETURNING *",
                    new { job.Id, now = time.Milliseconds() },
                    t
                );
            },
            ct
        );
        live.Delete(job.Id);
        return erased;
    }

    private Task<JobRow?> ChangeAsync(JobRow job, Func<JobState, bool> fits, PipelineEvent happened, long? user, CancellationToken ct) =>
        db.WriteAsync(
            async (session, t) =>
            {
                if (await pipelines.LoadAsync(session, job.PipelineId, t) is not { } state || !fits(state.Jobs[(int)job.Number]))
                    return null;
                await pipelines.ApplyAsync(session, job.PipelineId, happened, t, user);
                // Whoever plays a job answers for it: it runs with that person's rights.
                if (happened is PipelineEvent.Played && user is not null)
                    await session.ExecuteAsync("UPDATE jobs SET user_id = @user WHERE id = @Id", new { user, job.Id }, t);
                var newest = happened is PipelineEvent.JobRetried ? "ORDER BY number DESC LIMIT 1" : "AND id = @Id";
                return await session.FindAsync<JobRow>(
                    $"SELECT * FROM jobs WHERE pipeline_id = @PipelineId AND job_index = @JobIndex {newest}",
                    job,
                    t
                );
            },
            [job.PipelineId],
            ct
        );
}
