using Slipway.Server.Data;
using Slipway.Server.Http;
using Slipway.Server.Jobs;
using Slipway.Server.Pipelines;

namespace Slipway.Server.Runners;

/// <summary>Jobs that were handed out and whose runners have not said that they take them up (runner-protocol §5.3; reliability-security R5).</summary>
internal sealed class Offers(Db db, JobBell bell, JobOptions options, TimeProvider time)
{
    /// <returns>False when it has lapsed.</returns>
    public async Task<bool> RenewAsync(JobRow job, CancellationToken ct) =>
        await db.ExecuteAsync(
            "UPDATE jobs SET offered_until = @until WHERE id = @Id AND status = 'pending' AND token_hash = @TokenHash AND offered_until > @now",
            new
            {
                job.Id,
                job.TokenHash,
                now = time.Milliseconds(),
                until = (time.GetUtcNow() + options.Offer).ToUnixTimeMilliseconds(),
            },
            ct
        ) == 1;

    /// <summary>
    /// Takes back what lapsed: whoever had it is a stranger from now on, and somebody else may have it. A runner that takes no offers has had the job at
    /// once; it is taken back when nothing was ever heard of the job and its runner has asked for another since, so cannot have got the answer.
    /// </summary>
    public async Task<int> TakeBackAsync(CancellationToken ct)
    {
        var now = time.Milliseconds();
        var back = await db.WriteAsync(async (session, t) => await LapsedAsync(session, now, t) + await UnheardAsync(session, now, t), ct);
        if (back > 0)
            bell.Ring();
        return back;
    }

    private static Task<int> LapsedAsync(Session session, long now, CancellationToken ct) =>
        session.ExecuteAsync(
            """
            UPDATE jobs SET token_hash = NULL, offered_until = NULL, runner_id = NULL, runner_manager_id = NULL
            WHERE status = 'pending' AND offered_until <= @now
            """,
            new { now },
            ct
        );

    private static async Task<int> UnheardAsync(Session session, long now, CancellationToken ct)
    {
        var pipelines = await session.QueryAsync<long>(
            """
            UPDATE jobs SET status = 'pending', started_at = NULL, token_hash = NULL, offered_until = NULL, runner_id = NULL, runner_manager_id = NULL
            WHERE status = 'running' AND offered_until <= @now
              AND EXISTS (SELECT 1 FROM runner_managers m WHERE m.id = jobs.runner_manager_id AND m.contacted_at > jobs.started_at)
            RETURNING pipeline_id
            """,
            new { now },
            ct
        );
        if (pipelines.Count > 0)
            await session.ExecuteAsync(
                "UPDATE pipelines SET version = @version WHERE id IN @pipelines",
                new { version = RememberedStates.NewVersion(), pipelines = new In<long>(pipelines) },
                ct
            );
        return pipelines.Count;
    }
}
