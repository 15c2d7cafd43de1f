using Slipway.Server.Data;
using Slipway.Server.Git;
using Slipway.Server.Http;
using Slipway.Server.Jobs;

namespace Slipway.Server.Environments;

/// <summary>Stops environments: plays the jobs that stop them, or, where there are none, says that they are stopped. Begun twice, it is done once.</summary>
internal sealed class EnvironmentStops(Db db, EnvironmentStore environments, JobActions jobs, TimeProvider time)
{
    private const string OfLatest =
        "FROM deployments d WHERE d.environment_id = @Id AND d.status = 'success' AND d.job_id IS NOT NULL ORDER BY d.id DESC LIMIT 1";

    /// <summary>The jobs that stop what is deployed: the <c>on_stop</c> of the latest pipeline's deployments, unless their turn has not come.</summary>
    public Task<IReadOnlyList<JobRow>> JobsAsync(EnvironmentRow environment, CancellationToken ct) =>
        db.QueryAsync<JobRow>(
            $"""
            SELECT s.* FROM jobs s
            WHERE s.pipeline_id = (SELECT j.pipeline_id FROM jobs j WHERE j.id = (SELECT d.job_id {OfLatest}))
              AND s.retried = 0 AND s.bridge = 0 AND s.environment = @Name AND s.status NOT IN ('created', 'skipped')
              AND s.name IN (SELECT d.on_stop FROM deployments d JOIN jobs j ON j.id = d.job_id
                WHERE d.environment_id = @Id AND d.status = 'success' AND j.pipeline_id = s.pipeline_id)
            ORDER BY s.id
            """,
            environment,
            ct
        );

    /// <param name="stoppers">Its <see cref="JobsAsync"/>; none: it is stopped as it stands.</param>
    /// <param name="user">Who answers for the jobs.</param>
    /// <returns>The environment as it is now.</returns>
    public async Task<EnvironmentRow> StopAsync(EnvironmentRow environment, IReadOnlyList<JobRow> stoppers, long user, CancellationToken ct)
    {
        foreach (var job in stoppers)
        {
            if (job.Status is "manual" or "scheduled")
                await jobs.PlayAsync(job, [], user, ct);
            else if (job.Status is "success" or "failed" or "canceled")
                await jobs.RetryAsync(job, user, ct);
        }

        // A job that was quick has stopped it already.
        var (from, to) = stoppers.Count > 0 ? (EnvironmentStore.Available, EnvironmentStore.Stopping) : (null, EnvironmentStore.Stopped);
        return await db.WriteAsync(
            async (session, token) =>
            {
                await environments.MoveAsync(session, environment.Id, from, to, token);
                return (await session.FindAsync<EnvironmentRow>("SELECT * FROM environments WHERE id = @Id", environment, token))!;
            },
            ct
        );
    }

    /// <summary>Its time is over, unless it has been given another since.</summary>
    public async Task OnDueAsync(EnvironmentWork.Due due, CancellationToken ct)
    {
        var environment = await db.FindAsync<EnvironmentRow>("SELECT * FROM environments WHERE id = @EnvironmentId", due, ct);
        if (environment?.AutoStopAt == due.At && due.At <= time.Milliseconds())
            await StopByItselfAsync(environment, await db.FindAsync<long>($"SELECT d.user_id {OfLatest}", environment, ct), ct);
    }

    /// <summary>A branch is gone: so is what was deployed from it last.</summary>
    public async Task OnPushedAsync(Pushed pushed, CancellationToken ct)
    {
        foreach (var update in pushed.Refs.Where(update => update.Deletes))
        {
            if (RefNames.Branch(update.Ref) is not { } branch)
                continue;
            var left = await db.QueryAsync<EnvironmentRow>(
                """
                SELECT e.* FROM environments e JOIN deployments d ON d.environment_id = e.id
                WHERE e.project_id = @ProjectId AND e.state = 'available' AND d.ref = @branch AND d.tag = 0
                  AND d.id = (SELECT MAX(l.id) FROM deployments l WHERE l.environment_id = e.id AND l.status = 'success')
                """,
                new { pushed.ProjectId, branch },
                ct
            );
            foreach (var environment in left)
                await StopByItselfAsync(environment, pushed.UserId, ct);
        }
    }

    private async Task StopByItselfAsync(EnvironmentRow environment, long user, CancellationToken ct)
    {
        var stoppers = await JobsAsync(environment, ct);
        if (environment.State == EnvironmentStore.Available && (stoppers.Count > 0 || environment.AutoStopSetting != "with_action"))
            await StopAsync(environment, stoppers, user, ct);
    }
}
