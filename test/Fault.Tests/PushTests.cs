using System.Diagnostics;
using Slipway.Fault.Tests.Support;
using Slipway.Server.Tests.Runners;
using Slipway.Server.Tests.Support;
using Xunit;

namespace Slipway.Fault.Tests;

/// <summary>F1 and F2: the server dies while it takes a push, or makes the push's pipelines (reliability-security A4).</summary>
public sealed class PushTests(Rigs rigs) : IClassFixture<Rigs>
{
    private static readonly TimeSpan LongestUntilDispatched = TimeSpan.FromSeconds(10);

    private static CancellationToken Ct => Rig.Ct;

    [Theory, EveryDatabase]
    public async Task A_push_that_is_cut_off_leaves_nothing_and_works_the_second_time(DatabaseKind kind)
    {
        var rig = await rigs.OfAsync(kind);
        foreach (var _ in Rig.Plan(kind, "streaming"))
        {
            var before = await rig.Git.LineAsync("ls-remote", rig.Remote, "refs/heads/main");
            await rig.Git.ShellAsync("head -c 12000000 /dev/urandom > large");
            var pushing = rig.PushAsync();
            await PackAsync(rig, pushing);
            await rig.KillAsync();

            var (sha, acknowledged, said) = await pushing;
            var after = await rig.Git.LineAsync("ls-remote", rig.Remote, "refs/heads/main");
            Assert.True(acknowledged ? after.StartsWith(sha) : after == before || after.StartsWith(sha), said);
            await Rig.UntilAsync(() => Task.FromResult(Incoming(rig).Length == 0));
            Assert.Empty(Incoming(rig));
            await rig.Git.OkAsync("push", "-q", rig.Remote, "HEAD:refs/heads/main");
            Assert.Single(await rig.PipelinesAsync(sha));
        }

        await rig.SoundAsync("cut off");
    }

    /// <summary>F1b: before and after the refs move.</summary>
    [Theory, EveryDatabase]
    public Task A_push_has_its_one_pipeline_wherever_the_server_died(DatabaseKind kind) =>
        DieAsync(kind, "push quarantined", "push migrated", "push intended", "push moved", "push told");

    /// <summary>F2: while the pipeline is made.</summary>
    [Theory, EveryDatabase]
    public Task A_pipeline_has_all_of_its_jobs_wherever_the_server_died(DatabaseKind kind) =>
        DieAsync(kind, "pipeline reserved", "pipeline kept", "job inserted", "pipeline begun");

    /// <summary>F2 again: whoever asked over the API is not there any more when the server is.</summary>
    [Theory, EveryDatabase]
    public async Task A_pipeline_that_was_asked_for_is_whole_or_gone_wherever_the_server_died(DatabaseKind kind)
    {
        var rig = await rigs.OfAsync(kind);
        var numbers = new HashSet<long>();
        foreach (var point in Rig.Plan(kind, "pipeline reserved", "pipeline kept", "job inserted", "pipeline begun"))
        {
            rig.KillAt(point);
            await Assert.ThrowsAsync<HttpRequestException>(() => rig.ApiAsync("projects/1/pipeline?ref=main", HttpMethod.Post));
            await rig.Server.DeadAsync();
            // One of several servers waits until no other can be making it any more.
            if (kind == DatabaseKind.Postgres)
                await rig.OnRowsAsync(db =>
                    db.ExecuteAsync("UPDATE pipelines SET created_at = created_at - 601000 WHERE ready = 0", null, Ct)
                );
            await rig.AgainAsync();

            await Rig.UntilAsync(async () => await HalfMadeAsync(rig) == 0);
            Assert.Equal(0, await HalfMadeAsync(rig));
            var there = (await rig.ApiAsync("projects/1/pipelines?per_page=100&source=api")).EnumerateArray().ToList();
            foreach (var pipeline in there)
                Assert.Equal(["build", "lint", "unit"], await rig.JobsAsync(pipeline.GetProperty("id").GetInt64()));
            var kept = (await rig.Git.OkAsync("ls-remote", rig.Remote, "refs/pipelines/*")).Split(
                '\n',
                StringSplitOptions.RemoveEmptyEntries
            );
            var all = await rig.OnRowsAsync(db => db.FindAsync<long>("SELECT COUNT(*) FROM pipelines WHERE status <> 'skipped'", null, Ct));
            Assert.Equal(all, kept.Length);
            var next = await rig.ApiAsync("projects/1/pipeline?ref=main", HttpMethod.Post);
            Assert.True(numbers.Add(next.GetProperty("iid").GetInt64()), "a number was given twice");
            Assert.All(there, one => Assert.True(next.GetProperty("iid").GetInt64() > one.GetProperty("iid").GetInt64()));
        }

        await rig.SoundAsync("asked for");
    }

    private static Task<long> HalfMadeAsync(Rig rig) =>
        rig.OnRowsAsync(db => db.FindAsync<long>("SELECT COUNT(*) FROM pipelines WHERE ready = 0", null, Ct));

    private async Task DieAsync(DatabaseKind kind, params string[] points)
    {
        var rig = await rigs.OfAsync(kind);
        using var runner = await rig.RunnerAsync();
        var (numbers, pipelines) = (new HashSet<long>(), new HashSet<long>());
        foreach (var point in Rig.Plan(kind, points))
        {
            rig.KillAt(point);
            var (sha, acknowledged, said) = await rig.PushAsync();
            await rig.DiedAsync();

            var since = new FairStopwatch();
            var moved = (await rig.Git.LineAsync("ls-remote", rig.Remote, "refs/heads/main")).StartsWith(sha);
            Assert.True(moved || !acknowledged, $"{point}: {said}");
            var again = await rig.Git.RunAsync("push", rig.Remote, "HEAD:refs/heads/main");
            Assert.True(again.Ok, again.Said);
            Assert.Equal(moved, again.Said.Contains("Everything up-to-date"));
            if (!moved)
                since = new FairStopwatch();
            var jobs = new List<WireJob> { await Rig.TakeAsync(runner), await Rig.TakeAsync(runner) };
            Assert.True(since.Elapsed < LongestUntilDispatched, $"{point}: its jobs were handed out after {since.Elapsed}");
            TestContext.Current.TestOutputHelper?.WriteLine($"{point}: handed out after {since.Elapsed}");

            var pipeline = Assert.Single(await rig.PipelinesAsync(sha));
            var id = pipeline.GetProperty("id").GetInt64();
            Assert.True(numbers.Add(pipeline.GetProperty("iid").GetInt64()), $"{point}: the number is taken twice");
            pipelines.Add(id);
            Assert.Equal(["build", "lint", "unit"], await rig.JobsAsync(id));
            foreach (var job in jobs)
                Assert.Equal(200, (await job.FinishAsync("success")).Status);
            jobs.Add(await Rig.TakeAsync(runner));
            Assert.Equal(200, (await jobs[^1].FinishAsync("success")).Status);
            Assert.Equal(["build", "lint", "unit"], jobs.Select(job => job.Name).Order());
            Assert.All(jobs, job => Assert.Equal($"{id}", job.Variable("CI_PIPELINE_ID")));
        }

        // Nothing was made twice, and nothing is left over.
        Assert.Equal(204, (await runner.RequestAsync(Ct)).Status);
        var there = (await rig.ApiAsync("projects/1/pipelines?per_page=100"))
            .EnumerateArray()
            .Where(one => one.GetProperty("iid").GetInt64() >= numbers.Min() && one.GetProperty("status").GetString() != "skipped")
            .ToList();
        Assert.Equal(pipelines, there.Select(one => one.GetProperty("id").GetInt64()).ToHashSet());
        Assert.All(there, one => Assert.Equal("success", one.GetProperty("status").GetString()));
        await rig.SoundAsync(points[0]);
    }

    [Theory, EveryDatabase]
    public async Task A_push_of_six_branches_has_four_pipelines_also_after_a_crash(DatabaseKind kind)
    {
        var rig = await rigs.OfAsync(kind);
        rig.KillAt("push moved");
        var (sha, _, _) = await rig.PushAsync([.. Enumerable.Range(1, 6).Select(n => $"HEAD:refs/heads/branch{n}")]);
        await rig.DiedAsync();

        Assert.Equal(4, (await rig.PipelinesAsync(sha, 4)).Count);
        await rig.SoundAsync("six branches");
        Assert.Equal(4, (await rig.PipelinesAsync(sha, 4)).Count);
    }

    private static string[] Incoming(Rig rig) =>
        Directory.GetDirectories(Path.Combine(rig.DataFolder, "repositories", "01", "1.git"), "incoming/*");

    /// <summary>Until some of the pack lies in its quarantine.</summary>
    private static async Task PackAsync(Rig rig, Task pushing)
    {
        var folder = Path.Combine(rig.DataFolder, "repositories", "01", "1.git", "incoming");
        for (var since = Stopwatch.StartNew(); since.Elapsed < TimeSpan.FromSeconds(30) && !pushing.IsCompleted; await Task.Delay(1, Ct))
            if (Directory.Exists(folder) && Directory.EnumerateFiles(folder, "tmp_pack*", SearchOption.AllDirectories).Any())
                return;
    }
}
