using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using Slipway.Fault.Tests.Support;
using Slipway.Server.Data;
using Slipway.Server.Tests.Runners;
using Slipway.Server.Tests.Support;
using Xunit;

namespace Slipway.Fault.Tests;

/// <summary>
/// F5, by the hundred: of the answers that hand out jobs one in ten is lost, and the server is killed now and then. Half of the runners take jobs up, the others
/// have them as soon as they are given them (reliability-security A4). Four cycles are 200 jobs, so that 2,000 are the 100,000 of that row.
/// </summary>
public sealed class LostAnswerTests(Rigs rigs) : IClassFixture<Rigs>
{
    private const int JobsOfOne = 200;

    /// <summary>A pipeline has 5,000 jobs at most.</summary>
    private const int MostNames = 25;

    private const int Runners = 6;

    /// <summary>Of those who take jobs up, one in so many thinks about it until his offer has lapsed.</summary>
    private const int OneIsSlowIn = 15;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(20);

    private static CancellationToken Ct => Rig.Ct;

    [Theory, EveryDatabase]
    public async Task No_job_is_run_twice_however_many_answers_are_lost(DatabaseKind kind)
    {
        var wanted = Math.Max(1, Rig.Cycles / 4);
        var names = Math.Min(wanted, MostNames);
        var jobs = names * JobsOfOne;
        var config = string.Concat(Enumerable.Range(1, names).Select(name => $"build-{name}: {{ script: make, parallel: {JobsOfOne} }}\n"));
        var rig = await rigs.OfAsync(kind, config);
        var (given, lost) = (0, 0);
        for (var round = 0; round * names < wanted; round++)
        {
            using var ledger = new Ledger();
            var (sha, _, _) = await rig.PushAsync();
            var pipeline = Assert.Single(await rig.PipelinesAsync(sha)).GetProperty("id").GetInt64();
            using var over = CancellationTokenSource.CreateLinkedTokenSource(Ct);
            over.CancelAfter(Patience);
            var working = Enumerable.Range(0, Runners).Select(n => WorkAsync(rig, ledger, round * Runners + n, over.Token)).ToList();
            while (ledger.Ended < jobs && !over.IsCancellationRequested && !working.Exists(one => one.IsCompleted))
                // Of very many most are handed out by a server that nobody kills.
                await LapseAsync(rig, ledger, TimeSpan.FromSeconds(names > 1 ? 10 : 2));
            await over.CancelAsync();
            await Task.WhenAll(working);

            Assert.Equal(Enumerable.Repeat(1, jobs), ledger.Runs.Values);
            var statuses = await rig.OnRowsAsync(db =>
                db.QueryAsync<string>("SELECT status FROM jobs WHERE pipeline_id = @pipeline", new { pipeline }, Ct)
            );
            Assert.Equal(Enumerable.Repeat("success", jobs), statuses);
            (given, lost) = (given + ledger.Given, lost + ledger.Lost.Values.Sum(one => one.Count));
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{given + lost} times a job was handed out, {lost} times nobody heard");
        Assert.True(lost >= jobs / 20, $"only {lost} answers were lost");
        await rig.SoundAsync("lost answers");
    }

    private static async Task WorkAsync(Rig rig, Ledger ledger, int seed, CancellationToken over)
    {
        using var runner = await rig.RunnerAsync(new LostAnswers(seed, ledger.Lose));
        var (isTwoPhase, chance) = (seed % 2 == 0, new Random(seed));
        runner.Features = runner.Features with { TwoPhaseJobCommit = isTwoPhase };
        while (!over.IsCancellationRequested)
            try
            {
                if (await TakeAsync(runner, ledger, isTwoPhase, chance, over) is var (job, isSlow))
                    await RunAsync(runner, ledger, job, isSlow);
                else
                    await Task.Delay(30, over);
            }
            catch (HttpRequestException)
            {
                // Lost, or the server is dead.
                await Task.Delay(30, Ct);
            }
            catch (OperationCanceledException) when (over.IsCancellationRequested) { }
    }

    /// <returns>A job that is his, or is offered to one who is slow.</returns>
    private static async Task<(WireJob Job, bool IsSlow)?> TakeAsync(
        WireRunner runner,
        Ledger ledger,
        bool isTwoPhase,
        Random chance,
        CancellationToken over
    )
    {
        await ledger.Talks.WaitAsync(over);
        using var question = CancellationTokenSource.CreateLinkedTokenSource(over, ledger.Hush);
        try
        {
            var answer = await runner.RequestAsync(question.Token);
            if (answer.Status != 201)
                return null;
            var job = new WireJob(runner, answer.Json);
            ledger.Give(job, isHisAtOnce: !isTwoPhase);
            var isSlow = isTwoPhase && chance.Next(OneIsSlowIn) == 0;
            if (isTwoPhase && !isSlow)
                Assert.Equal(200, (await Rig.StubbornlyAsync(() => job.UpdateAsync("running"))).Status);
            return (job, isSlow);
        }
        catch (OperationCanceledException) when (!over.IsCancellationRequested)
        {
            return null;
        }
        finally
        {
            ledger.Talks.Release();
        }
    }

    private static async Task RunAsync(WireRunner runner, Ledger ledger, WireJob job, bool isSlow)
    {
        if (isSlow)
        {
            await ledger.LapsedAsync();
            var taken = await Rig.StubbornlyAsync(() => job.UpdateAsync("running"));
            Assert.Contains(taken.Status, (int[])[200, 403, 409]);
            if (taken.Status != 200)
                return;
        }

        ledger.Run(job);
        // Whoever was to have it before has no right to it any more.
        foreach (var before in ledger.LostOf(job))
            Assert.Equal(403, (await Rig.StubbornlyAsync(() => new WireJob(runner, before).UpdateAsync("running"))).Status);
        job.Log = Encoding.UTF8.GetBytes($"{job.Id} is run\n");
        Assert.Equal(200, (await Rig.StubbornlyAsync(() => job.FinishAsync("success"))).Status);
        ledger.End();
    }

    /// <summary>
    /// As after two minutes for what nobody has been heard of, while nobody is being handed a job: who is late because the machine is slow is not silent. Then
    /// the server is killed, whatever it is doing, and looks for such jobs as soon as it is there.
    /// </summary>
    private static async Task LapseAsync(Rig rig, Ledger ledger, TimeSpan later)
    {
        await Task.Delay(later, Ct);
        await ledger.QuietAsync();
        var lapsed = await rig.OnRowsAsync(db =>
            db.ExecuteAsync(
                "UPDATE jobs SET offered_until = 1 WHERE offered_until IS NOT NULL AND NOT (status = 'running' AND id IN @theirs)",
                new { theirs = new In<long>(ledger.Theirs) },
                Ct
            )
        );
        ledger.TalkAgain();
        if (lapsed > 0)
            await rig.KillAsync();
        ledger.Lapse();
    }

    /// <summary>What the runners know together.</summary>
    private sealed class Ledger : IDisposable
    {
        private readonly ConcurrentDictionary<long, bool> _theirs = [];
        private volatile TaskCompletionSource _lapse = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private volatile CancellationTokenSource _hush = new();
        private int _given;
        private int _ended;

        /// <summary>One for each runner, held from his question until he has what he was given.</summary>
        public SemaphoreSlim Talks { get; } = new(Runners, Runners);

        /// <summary>Breaks off questions, which a server may hold for long.</summary>
        public CancellationToken Hush => _hush.Token;

        /// <summary>Until nobody talks.</summary>
        public async Task QuietAsync()
        {
            await _hush.CancelAsync();
            for (var runner = 0; runner < Runners; runner++)
                await Talks.WaitAsync(Ct);
        }

        public void TalkAgain()
        {
            _hush.Dispose();
            _hush = new CancellationTokenSource();
            Talks.Release(Runners);
        }

        public void Dispose()
        {
            _hush.Dispose();
            Talks.Dispose();
        }

        /// <summary>By job, the payloads that nobody got.</summary>
        public ConcurrentDictionary<long, ConcurrentQueue<JsonElement>> Lost { get; } = [];

        /// <summary>By job, how often it was begun.</summary>
        public ConcurrentDictionary<long, int> Runs { get; } = [];

        public int Given => _given;

        public int Ended => _ended;

        /// <summary>Jobs of runners that have them without another word.</summary>
        public IReadOnlyList<long> Theirs => [.. _theirs.Keys];

        public void Lose(JsonElement payload) => Lost.GetOrAdd(payload.GetProperty("id").GetInt64(), _ => []).Enqueue(payload);

        public JsonElement[] LostOf(WireJob job) => Lost.TryGetValue(job.Id, out var lost) ? [.. lost] : [];

        public void Give(WireJob job, bool isHisAtOnce)
        {
            Interlocked.Increment(ref _given);
            if (isHisAtOnce)
                _theirs[job.Id] = true;
        }

        public void Run(WireJob job) => Runs.AddOrUpdate(job.Id, 1, (_, times) => times + 1);

        public void End() => Interlocked.Increment(ref _ended);

        public Task LapsedAsync() => _lapse.Task.WaitAsync(Ct);

        public void Lapse()
        {
            var lapsed = _lapse;
            _lapse = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            lapsed.SetResult();
        }
    }
}
