using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Slipway.Compiler;
using Slipway.Protocol.Jobs;
using Slipway.Server.Accounts;
using Slipway.Server.Data;
using Slipway.Server.Jobs;
using Slipway.Server.Pipelines;
using Slipway.Server.Secrets;

namespace Slipway.Server.Runners;

/// <summary>A runner's process that wants a job.</summary>
internal sealed record Asker(RunnerRow Runner, long Manager, bool IsTwoPhase, bool CancelsGracefully);

/// <summary>What a round had for one who asked.</summary>
internal abstract record Round
{
    private Round() { }

    /// <param name="Job">With its <see cref="JobRow.HandoutColumns"/>.</param>
    /// <param name="Token">The job's secret from now on.</param>
    /// <param name="Shared">What it has in common with the others of its round.</param>
    public sealed record Got(JobRow Job, string Token, RoundReads Shared) : Round;

    public sealed record Nothing : Round;

    /// <summary>There was one, and another instance of the server gave it away first.</summary>
    public sealed record Lost : Round;
}

/// <summary>
/// Gives waiting jobs away in rounds: all who ask while one round is at the disk are served by the next, with one look at what waits and one transaction. So
/// those who ask this process never run into each other; between processes the row decides, as it is for the transaction that gives it away, which is as if alone.
/// </summary>
internal sealed partial class HandoutRounds
{
    /// <summary>GitLab tries so many jobs for one request; here that many requests share a round.</summary>
    private const int Largest = 64;

    private readonly Db _db;
    private readonly JobQueue _queue;
    private readonly PipelineStore _pipelines;
    private readonly JobOptions _options;
    private readonly SecretBox _secrets;
    private readonly TimeProvider _time;
    private readonly ILogger<HandoutRounds> _log;
    private readonly Batcher<Asker, Round> _rounds;
    private readonly ConcurrentDictionary<long, bool> _broken = [];

    public HandoutRounds(
        Db db,
        JobQueue queue,
        PipelineStore pipelines,
        JobOptions options,
        SecretBox secrets,
        TimeProvider time,
        ILogger<HandoutRounds> log
    )
    {
        (_db, _queue, _pipelines, _options, _secrets, _time, _log) = (db, queue, pipelines, options, secrets, time, log);
        _rounds = new Batcher<Asker, Round>(Largest, ServeAsync);
    }

    public Task<Round> AskAsync(Asker asker, CancellationToken ct) => _rounds.AskAsync(asker, ct);

    private async Task ServeAsync(IReadOnlyList<Batcher<Asker, Round>.Waiter> round)
    {
        var picks = await PickAsync(round);
        if (picks.Count > 0)
            await GiveAsync(picks);
    }

    private async Task<List<Pick>> PickAsync(IReadOnlyList<Batcher<Asker, Round>.Waiter> round)
    {
        var picks = new List<Pick>();
        var looks = new Dictionary<(string, long?), WaitingJobs>();
        foreach (var waiter in round)
        {
            var runner = waiter.Ask.Runner;
            if (!looks.TryGetValue(JobQueue.Reach(runner), out var jobs))
                looks[JobQueue.Reach(runner)] = jobs = await _queue.LookAsync(runner, round.Count, CancellationToken.None);
            var matching = new Matching(runner);
            var job = await jobs.NextAsync(matching, CancellationToken.None);
            while (job is not null && (_broken.ContainsKey(job.Id) || picks.Exists(pick => pick.Job.Id == job.Id)))
                job = await jobs.NextAsync(matching, CancellationToken.None);
            if (job is null)
                waiter.Answer.TrySetResult(new Round.Nothing());
            else
                picks.Add(new Pick(waiter, job, Tokens.Create(Tokens.Job)));
        }

        return picks;
    }

    private async Task GiveAsync(IReadOnlyList<Pick> picks)
    {
        // A job has its project's variables as they are when it is handed out: these are read after it was asked for.
        var shared = new RoundReads(_db, _secrets, _time);
        shared.Begin(picks.Select(pick => pick.Job));
        IReadOnlyList<JobRow?> rows;
        try
        {
            var of = picks.Select(pick => pick.Job.PipelineId);
            rows = await _db.WriteAsync((session, ct) => ClaimAsync(session, picks, ct), of, CancellationToken.None);
        }
        catch (Exception e) when (e is not DatabaseException)
        {
            if (picks is [var alone])
            {
                // It would be the first in every round, and stop them all.
                _broken[alone.Job.Id] = true;
                Broken(_log, alone.Job.Id, e);
                alone.Waiter.Answer.TrySetResult(new Round.Lost());
                return;
            }

            foreach (var pick in picks)
                await GiveAsync([pick]);
            return;
        }

        foreach (var (pick, row) in picks.Zip(rows))
            pick.Waiter.Answer.TrySetResult(row is null ? new Round.Lost() : new Round.Got(row, pick.Token, shared));
    }

    /// <returns>For each its job, now its runner's; nothing where somebody else was quicker, or the job could not start.</returns>
    private async Task<IReadOnlyList<JobRow?>> ClaimAsync(Session session, IReadOnlyList<Pick> picks, CancellationToken ct)
    {
        var now = _time.GetUtcNow();
        var reads = session.Batch();
        var found = reads.Query<JobRow>(
            $"SELECT {JobRow.HandoutColumns} FROM jobs WHERE id IN @ids",
            new Dictionary<string, object?> { ["ids"] = new In<long>([.. picks.Select(pick => pick.Job.Id)]) }
        );
        var heads = PipelineStore.Heads(reads, picks.Select(pick => pick.Job.PipelineId).Distinct());
        await reads.RunAsync(ct);
        // Not for the statement to say: PostgreSQL, as long as it has not counted the table's rows, would read all jobs that wait.
        var rows = found.All.Where(row => IsFree(row, now)).ToList();
        var (free, offers) = (rows.ToDictionary(row => row.Id), new List<(long Job, JobClaim Claim)>());
        var starts = new Dictionary<long, Dictionary<int, JobClaim>>();
        foreach (var pick in picks)
        {
            if (!free.TryGetValue(pick.Job.Id, out var row))
                continue;
            var compiled = await _pipelines.CompiledAsync(session, row.PipelineId, ct);
            var claim = Claim(pick, compiled, now);
            free[row.Id] = row with { UpdatedAt = now.ToUnixTimeMilliseconds(), CancelsGracefully = claim.CancelsGracefully ? 1 : 0 };
            // What nobody can start fails when its payload is made.
            if (pick.Waiter.Ask.IsTwoPhase || compiled is null)
                offers.Add((row.Id, claim));
            else if (starts.TryGetValue(row.PipelineId, out var others))
                others[(int)row.Number] = claim;
            else
                starts[row.PipelineId] = new() { [(int)row.Number] = claim };
        }

        var writes = session.Batch();
        foreach (var (job, claim) in offers)
            JobRows.Offer(writes, job, claim, now.ToUnixTimeMilliseconds());
        await writes.RunAsync(ct);
        var given = offers.Select(offer => offer.Job).ToHashSet();
        foreach (var (pipeline, claims) in starts)
        {
            if (heads.All.FirstOrDefault(head => head.Id == pipeline) is not { } head)
                continue;
            var running = await JobStart.StartAsync(session, _pipelines, head, claims, now, ct);
            given.UnionWith(rows.Where(row => row.PipelineId == pipeline && running.Contains(row.Number)).Select(row => row.Id));
        }

        return [.. picks.Select(pick => given.Contains(pick.Job.Id) ? free[pick.Job.Id] : null)];
    }

    private static bool IsFree(JobRow job, DateTimeOffset now) =>
        job.Status == "pending" && (job.OfferedUntil is not { } until || until <= now.ToUnixTimeMilliseconds());

    private JobClaim Claim(Pick pick, CompiledPipeline? compiled, DateTimeOffset now)
    {
        var asker = pick.Waiter.Ask;
        return new JobClaim(
            asker.Runner.Id,
            asker.Manager,
            Tokens.Hash(pick.Token),
            (now + _options.Offer).ToUnixTimeMilliseconds(),
            // As long as both of them allow.
            compiled is null
                ? null
                : Math.Min(compiled.Jobs[(int)pick.Job.JobIndex].Timeout, asker.Runner.MaximumTimeout ?? long.MaxValue),
            asker.CancelsGracefully
        );
    }

    [LoggerMessage(1, LogLevel.Error, "Job {Job} cannot be given to a runner and is passed over")]
    private static partial void Broken(ILogger log, long job, Exception failure);

    private sealed record Pick(Batcher<Asker, Round>.Waiter Waiter, Candidate Job, string Token);
}
