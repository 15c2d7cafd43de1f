using Slipway.Engine;
using Slipway.Server.Data;
using Slipway.Server.Pipelines;

namespace Slipway.Server.Runners;

/// <summary>From pending to running.</summary>
internal static class JobStart
{
    /// <summary>Takes up an offer.</summary>
    /// <returns>False when it has lapsed, or the job was cancelled meanwhile.</returns>
    public static async Task<bool> TakeUpAsync(
        Session session,
        PipelineStore pipelines,
        JobRow job,
        DateTimeOffset now,
        CancellationToken ct
    )
    {
        const string take = """
            UPDATE jobs SET offered_until = NULL WHERE id = @Id AND status = 'pending' AND token_hash = @TokenHash AND offered_until > @now
            """;
        var arguments = new
        {
            job.Id,
            job.TokenHash,
            now = now.ToUnixTimeMilliseconds(),
        };
        if (await session.ExecuteAsync(take, arguments, ct) == 0)
            return false;
        await StartAsync(session, pipelines, job.PipelineId, [job], now, ct);
        return true;
    }

    /// <param name="jobs">All of that pipeline.</param>
    public static Task StartAsync(
        Session session,
        PipelineStore pipelines,
        long pipelineId,
        IEnumerable<JobRow> jobs,
        DateTimeOffset now,
        CancellationToken ct
    ) =>
        pipelines.ApplyAsync(
            session,
            pipelineId,
            jobs.Select(job => new PipelineEvent.Started((int)job.Number, now) { CancelsGracefully = job.CancelsGracefully == 1 }),
            ct
        );
}
