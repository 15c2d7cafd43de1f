using Microsoft.Extensions.Logging;
using Slipway.Engine;
using Slipway.Protocol.Coordination;
using Slipway.Protocol.Jobs;
using Slipway.Server.Data;
using Slipway.Server.Http;
using Slipway.Server.Http.Metrics;
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
/// Gives a waiting job to one runner and to no other. A runner that says so first takes it up (runner-protocol §5.3): until then the job waits on, offered,
/// with a token that dies when the offer lapses. To other runners it is running from here on.
/// </summary>
internal sealed partial class JobHandout(
    Db db,
    HandoutRounds rounds,
    PayloadSource payloads,
    PipelineStore pipelines,
    Meters meters,
    TimeProvider time,
    ILogger<JobHandout> log
)
{
    /// <summary>GitLab's: so many are tried for one request.</summary>
    private const int MostTried = 45;

    public async Task<Handout> TryAsync(RunnerRow runner, long manager, RunnerFeatures features, CancellationToken ct)
    {
        using var span = Spans.Within("hand out job");
        span?.SetTag("slipway.runner.id", runner.Id);
        var asker = new Asker(runner, manager, features.TwoPhaseJobCommit, features.CancelGracefully);
        var lost = false;
        for (var tried = 0; tried < MostTried; tried++)
        {
            switch (await rounds.AskAsync(asker, ct))
            {
                case Round.Got(var job, _, _) given when await BuildAsync(given, runner, features, ct) is { } payload:
                    meters.JobWait.Add(TimeSpan.FromMilliseconds(Math.Max(0, job.UpdatedAt - (job.QueuedAt ?? job.UpdatedAt))));
                    span?.SetTag("slipway.job.id", job.Id);
                    KillPoint.Pass("job offered");
                    return new Handout.Given(payload);
                case Round.Nothing:
                    return lost ? new Handout.LostRace() : new Handout.Nothing();
                case Round.Lost:
                    lost = true;
                    break;
            }
        }

        return new Handout.LostRace();
    }

    /// <returns>Nothing when the job could not be handed out as it is; it has failed.</returns>
    private async Task<JobPayload?> BuildAsync(Round.Got given, RunnerRow runner, RunnerFeatures features, CancellationToken ct)
    {
        var job = given.Job;
        string reason;
        try
        {
            switch (await payloads.BuildAsync(given, runner, features, ct))
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
        await db.WriteAsync((session, t) => pipelines.ApplyAsync(session, job.PipelineId, failed, t), [job.PipelineId], ct);
        return null;
    }

    [LoggerMessage(1, LogLevel.Error, "Job {Job} cannot be handed out")]
    private static partial void NotBuilt(ILogger log, long job, Exception failure);
}
