using Slipway.Engine;
using Slipway.Protocol.Jobs;
using Slipway.Server.Data;
using Slipway.Server.Http;
using Slipway.Server.Jobs;
using Slipway.Server.Jobs.Traces;
using Slipway.Server.Work;

namespace Slipway.Server.Runners;

/// <summary>
/// Ends what nobody else will end: jobs whose runners have fallen silent, that no runner takes, that take too long (gitlab-ci-yaml §12.4). Everything here asks
/// the rows and may be done twice, or by two instances at once: the engine lets late events fall flat.
/// </summary>
internal sealed class JobSweep(Db db, JobEnd end, Offers offers, JobOptions options, TraceFolder traces, WorkLoop work, TimeProvider time)
{
    private const int AtOnce = 500;

    /// <summary>While no server was there nobody could be heard: who has a job now has as long to say something as if he had just been heard.</summary>
    public Task BeginAsync(CancellationToken ct) =>
        db.ExecuteAsync(
            "UPDATE jobs SET updated_at = @now WHERE status IN ('running', 'canceling') AND bridge = 0 AND updated_at < @now",
            new { now = time.Milliseconds() },
            ct
        );

    /// <summary>Once over all of it.</summary>
    public async Task RunAsync(CancellationToken ct)
    {
        await offers.TakeBackAsync(ct);
        await SilentAsync(ct);
        await OverdueAsync(ct);
        await WaitingAsync(ct);
        await LeftTracesAsync(ct);
    }

    private async Task SilentAsync(CancellationToken ct)
    {
        const string silent = "status IN ('running', 'canceling') AND bridge = 0 AND updated_at < @before";
        const string ours =
            $"EXISTS (SELECT 1 FROM runner_managers m WHERE m.id = runner_manager_id AND m.revision LIKE '{RunnerWords.OurRevision}%')";
        foreach (var job in await FindAsync($"{silent} AND {ours}", options.OwnSilence, ct))
            await LetGoAsync(job, FailureReason.RunnerSystem, ct);
        foreach (var job in await FindAsync(silent, options.Silence, ct))
            await LetGoAsync(job, FailureReason.StuckOrTimeout, ct);
    }

    private Task<JobRow> LetGoAsync(JobRow job, string reason, CancellationToken ct)
    {
        PipelineEvent happened =
            job.Status == "canceling"
                ? new PipelineEvent.Stopped((int)job.Number, time.GetUtcNow())
                : new PipelineEvent.Failed((int)job.Number, reason, null, time.GetUtcNow());
        return end.ApplyAsync(job, happened, null, ct);
    }

    private async Task OverdueAsync(CancellationToken ct)
    {
        const string overdue = "status = 'running' AND bridge = 0 AND timeout IS NOT NULL AND started_at + timeout * 1000 < @before";
        foreach (var job in await FindAsync(overdue, options.TimeoutGrace, ct))
            await end.FailAsync(job, FailureReason.ExecutionTimeout, null, ct);
    }

    private async Task WaitingAsync(CancellationToken ct)
    {
        const string waiting = "status = 'pending' AND bridge = 0 AND offered_until IS NULL AND queued_at < @before";
        var late = time.Milliseconds() - (long)options.Wait.TotalMilliseconds;
        var fits = new RunnersThere(db, time);
        foreach (var job in await FindAsync(waiting, options.WaitWithoutRunner, ct))
            if (job.QueuedAt < late || !await fits.AnyForAsync(job, ct))
                await end.FailAsync(job, FailureReason.StuckOrTimeout, null, ct);
    }

    /// <summary>Logs of jobs that ended without a last word from their runners, or while this process was not there to archive them.</summary>
    private async Task LeftTracesAsync(CancellationToken ct)
    {
        foreach (var ids in traces.List().Chunk(AtOnce))
        {
            var over = await db.QueryAsync<long>(
                "SELECT id FROM jobs WHERE id IN @ids AND status IN ('success', 'failed', 'canceled', 'skipped') AND updated_at < @before",
                new { ids = new In<long>(ids), before = time.Milliseconds() - (long)options.Offer.TotalMilliseconds },
                ct
            );
            foreach (var id in over)
                await db.WriteAsync(
                    async (session, t) =>
                    {
                        await work.AddAsync(session, TraceArchive.Kind, new TraceArchive.Finished(id), t);
                        return 0;
                    },
                    ct
                );
        }
    }

    private Task<IReadOnlyList<JobRow>> FindAsync(string where, TimeSpan ago, CancellationToken ct) =>
        db.QueryAsync<JobRow>(
            $"SELECT * FROM jobs WHERE {where} ORDER BY id LIMIT {AtOnce}",
            new { before = time.Milliseconds() - (long)ago.TotalMilliseconds },
            ct
        );
}
