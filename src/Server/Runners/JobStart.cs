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
        await pipelines.ApplyAsync(session, job.PipelineId, Event(job.Number, job.CancelsGracefully == 1, now), ct);
        return true;
    }

    /// <summary>Starts jobs that their runners take without being asked again.</summary>
    /// <param name="pipeline">As it is in this transaction.</param>
    /// <param name="claims">By the number of the job, all of that pipeline.</param>
    /// <returns>The numbers of those that run; others were refused.</returns>
    public static async Task<IReadOnlyList<long>> StartAsync(
        Session session,
        PipelineStore pipelines,
        PipelineHead pipeline,
        IReadOnlyDictionary<int, JobClaim> claims,
        DateTimeOffset now,
        CancellationToken ct
    )
    {
        var happened = claims.Select(claim => Event(claim.Key, claim.Value.CancelsGracefully, now));
        var state = await pipelines.ApplyAsync(session, pipeline.Id, happened, ct, claims: claims, head: pipeline);
        return state is null ? [] : [.. claims.Keys.Where(number => state.Jobs[number].Status == Status.Running)];
    }

    private static PipelineEvent.Started Event(long number, bool cancelsGracefully, DateTimeOffset now) =>
        new PipelineEvent.Started((int)number, now) { CancelsGracefully = cancelsGracefully };
}
