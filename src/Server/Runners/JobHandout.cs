using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Slipway.Engine;
using Slipway.Protocol.Coordination;
using Slipway.Protocol.Jobs;
using Slipway.Server.Accounts;
using Slipway.Server.Data;
using Slipway.Server.Http;
using Slipway.Server.Jobs;
using Slipway.Server.Pipelines;

namespace Slipway.Server.Runners;

/// <summary>What came of looking for a job for a runner.</summary>
internal abstract record Handout
{
    private Handout() { }

    public sealed record Given(JobPayload Payload) : Handout;

    public sealed record Nothing : Handout;

    /// <summary>There were some, and others took them first.</summary>
    public sealed record LostRace : Handout;
}

/// <summary>
/// Gives a waiting job to one runner and to no other: the row itself decides, in the WHERE of the statement that gives it away. A runner that says so first
/// takes it up (runner-protocol §5.3): until then the job waits on, offered, with a token that dies when the offer lapses. To other runners it is running from
/// here on.
/// </summary>
internal sealed partial class JobHandout(
    Db db,
    JobQueue queue,
    PayloadSource payloads,
    PipelineStore pipelines,
    JobOptions options,
    TimeProvider time,
    ILogger<JobHandout> log
)
{
    /// <summary>GitLab's: so many are tried for one request.</summary>
    private const int MostTried = 45;

    // What somebody in this process is just trying for, so that others need not run into the same row.
    private readonly ConcurrentDictionary<long, bool> _beingTaken = [];

    public async Task<Handout> TryAsync(RunnerRow runner, long manager, RunnerFeatures features, CancellationToken ct)
    {
        var (tried, lost) = (0, false);
        await foreach (var candidate in queue.CandidatesAsync(runner, ct))
        {
            if (tried++ == MostTried)
                break;
            if (!_beingTaken.TryAdd(candidate.Id, true))
            {
                lost = true;
                continue;
            }

            try
            {
                var token = Tokens.Create(Tokens.Job);
                if (await OfferAsync(candidate, runner.Id, manager, features, token, ct) is not { } job)
                    lost = true;
                else if (await BuildAsync(job, runner, features, token, ct) is { } payload)
                    return new Handout.Given(payload);
            }
            finally
            {
                _beingTaken.TryRemove(candidate.Id, out _);
            }
        }

        return lost ? new Handout.LostRace() : new Handout.Nothing();
    }

    /// <returns>The job, now this runner's; nothing when somebody else was quicker.</returns>
    private Task<JobRow?> OfferAsync(Candidate job, long runner, long manager, RunnerFeatures features, string token, CancellationToken ct)
    {
        var now = time.GetUtcNow();
        var arguments = new
        {
            job.Id,
            runner,
            manager,
            hash = Tokens.Hash(token),
            until = (now + options.Offer).ToUnixTimeMilliseconds(),
            now = now.ToUnixTimeMilliseconds(),
            gracefully = features.CancelGracefully ? 1L : 0,
        };
        return db.WriteAsync(
            async (session, t) =>
            {
                const string offer = """
                    UPDATE jobs SET runner_id = @runner, runner_manager_id = @manager, token_hash = @hash, offered_until = @until,
                      cancels_gracefully = @gracefully, updated_at = @now
                    WHERE id = @Id AND status = 'pending' AND (offered_until IS NULL OR offered_until <= @now)
                    RETURNING *
                    """;
                var row = await session.FindAsync<JobRow>(offer, arguments, t);
                if (row is not null && !features.TwoPhaseJobCommit)
                    await JobStart.StartAsync(session, pipelines, row, now, t);
                return row;
            },
            ct
        );
    }

    /// <returns>Nothing when the job could not be handed out as it is; it has failed.</returns>
    private async Task<JobPayload?> BuildAsync(JobRow job, RunnerRow runner, RunnerFeatures features, string token, CancellationToken ct)
    {
        string reason;
        try
        {
            switch (await payloads.BuildAsync(job, runner, features, token, ct))
            {
                case PayloadOutcome.Built(var payload):
                    return payload;
                case PayloadOutcome.Refused refused:
                    reason = refused.Reason;
                    break;
                case var other:
                    throw new InvalidOperationException(other.GetType().Name);
            }
        }
        catch (Exception e) when (e is not (OperationCanceledException or DatabaseException))
        {
            NotBuilt(log, job.Id, e);
            reason = FailureReason.Scheduler;
        }

        var failed = new PipelineEvent.Failed((int)job.Number, reason, null, time.GetUtcNow());
        await db.WriteAsync((session, t) => pipelines.ApplyAsync(session, job.PipelineId, failed, t), ct);
        return null;
    }

    [LoggerMessage(1, LogLevel.Error, "Job {Job} cannot be handed out")]
    private static partial void NotBuilt(ILogger log, long job, Exception failure);
}
