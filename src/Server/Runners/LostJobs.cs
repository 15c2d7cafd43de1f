using Slipway.Engine;
using Slipway.Protocol.Jobs;
using Slipway.Server.Data;
using Slipway.Server.Pipelines;

namespace Slipway.Server.Runners;

/// <summary>
/// Jobs that a runner process had when it died. A stock runner is not known to have died and is waited for; the one that comes with the server is: when it
/// starts, nothing of its earlier life runs any more. Its jobs fail, and are run again, as nobody's script was at fault.
/// </summary>
internal sealed class LostJobs(Db db, PipelineStore store, TimeProvider time)
{
    /// <summary>A job that brings the server down with it must not do so for ever.</summary>
    private const int MostAttempts = 5;

    /// <param name="systemId">Of the process that starts.</param>
    /// <returns>How many there were.</returns>
    public async Task<int> RecoverAsync(long runner, string systemId, CancellationToken ct)
    {
        var lost = await db.QueryAsync<JobRow>(
            """
            SELECT jobs.* FROM jobs JOIN runner_managers ON runner_managers.id = jobs.runner_manager_id
            WHERE jobs.runner_id = @runner AND runner_managers.system_id = @systemId AND jobs.status IN ('running', 'canceling')
            """,
            new { runner, systemId },
            ct
        );
        foreach (var job in lost)
            await db.WriteAsync((session, token) => RecoverAsync(session, job, token), ct);
        return lost.Count;
    }

    private async Task<PipelineState?> RecoverAsync(Session session, JobRow job, CancellationToken ct)
    {
        var number = (int)job.Number;
        var now = time.GetUtcNow();
        PipelineEvent ended =
            job.Status == "canceling"
                ? new PipelineEvent.Stopped(number, now)
                : new PipelineEvent.Failed(number, FailureReason.RunnerSystem, null, now);
        var state = await store.ApplyAsync(session, job.PipelineId, ended, ct);
        return state?.Jobs[number] is { Status: Status.Failed, Retried: false, Attempt: < MostAttempts }
            ? await store.ApplyAsync(session, job.PipelineId, new PipelineEvent.JobRetried(number, now), ct)
            : state;
    }
}
