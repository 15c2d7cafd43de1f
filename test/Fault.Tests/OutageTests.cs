using System.Text;
using System.Text.Json;
using Slipway.Fault.Tests.Support;
using Slipway.Server.Tests.Support;
using Xunit;

namespace Slipway.Fault.Tests;

/// <summary>F11, F13 and F14: our own runner or the server dies, or they do not reach each other for a while.</summary>
public sealed class OutageTests(Rigs rigs) : IClassFixture<Rigs>
{
    private const int Lines = 250;
    private const int ManyLines = 20_000;

    private static CancellationToken Ct => Rig.Ct;

    [Fact]
    public async Task A_server_that_is_replaced_while_a_job_runs_loses_nothing_of_it()
    {
        for (var cycle = 0; cycle < Rig.Cycles; cycle++)
        {
            var rig = await TalkingAsync();
            using var runner = await RunnerProcess.StartAsync(rig, "replaced");
            var (job, _) = await RunningAsync(rig);

            var since = new FairStopwatch();
            Assert.Equal(0, await rig.Server.EndAsync());
            Assert.True(since.Elapsed < TimeSpan.FromSeconds(35), $"it took {since.Elapsed} to end");
            await Task.Delay(1000, Ct);
            await rig.AgainAsync();

            await EndedWellAsync(rig, job);
        }
    }

    /// <summary>F14: ten minutes, with as many jobs as a fleet has. What nobody could hear meanwhile is held against no job.</summary>
    [Theory, EveryDatabase]
    public async Task A_server_that_was_away_for_long_fails_none_of_the_jobs_that_run(DatabaseKind kind)
    {
        var count = Rig.IsLong ? 50 : 6;
        var rig = await rigs.OfAsync(kind, rig => Many(rig, count));
        using var runner = await RunnerProcess.StartAsync(rig, $"many-{kind}", atOnce: count);
        var (sha, _, _) = await rig.PushAsync();
        await Rig.UntilAsync(() => Task.FromResult(Directory.GetFiles(rig.Place("many")).Length == count));
        Assert.Equal(count, Directory.GetFiles(rig.Place("many")).Length);

        var since = new FairStopwatch();
        Assert.Equal(0, await rig.Server.EndAsync());
        Assert.True(since.Elapsed < TimeSpan.FromSeconds(35), $"it took {since.Elapsed} to end");
        Assert.Equal(
            count,
            await rig.OnRowsAsync(db =>
                db.ExecuteAsync("UPDATE jobs SET updated_at = updated_at - 660000 WHERE status = 'running'", null, Ct)
            )
        );
        await rig.AgainAsync();
        // Long enough for the look that a server takes as soon as it is there.
        await Task.Delay(TimeSpan.FromSeconds(3), Ct);
        await File.WriteAllTextAsync(Go(rig), "", Ct);

        var pipeline = Assert.Single(await rig.PipelinesAsync(sha)).GetProperty("id").GetInt64();
        await Rig.UntilAsync(async () => await StatusAsync() is not ("running" or "pending"));
        var jobs = (await rig.ApiAsync($"projects/1/pipelines/{pipeline}/jobs?per_page=100&include_retried=true"))
            .EnumerateArray()
            .Select(job => job.GetProperty("status").GetString());
        Assert.Equal(Enumerable.Repeat("success", count), jobs);
        await rig.SoundAsync("away");

        async Task<string?> StatusAsync() => (await rig.ApiAsync($"projects/1/pipelines/{pipeline}")).GetProperty("status").GetString();
    }

    [Fact]
    public async Task A_network_that_cuts_and_mends_leaves_the_log_as_it_was()
    {
        for (var cycle = 0; cycle < Rig.Cycles; cycle++)
        {
            var rig = await TalkingAsync();
            using var network = new Network(rig.Server.Address);
            using var runner = await RunnerProcess.StartAsync(rig, $"cut-{cycle}", network.Address);
            var (job, _) = await RunningAsync(rig);
            for (var cut = 0; cut < 6; cut++)
            {
                network.Cut();
                await Task.Delay(Random.Shared.Next(50, 500), Ct);
                network.Mend();
                await Task.Delay(Random.Shared.Next(50, 500), Ct);
            }

            await EndedWellAsync(rig, job);
        }
    }

    /// <summary>The job ends long before the network is there again; then what is silent is reset, as a router that has forgotten its connections does.</summary>
    [Fact]
    public async Task A_network_that_is_gone_for_long_leaves_the_log_as_it_was()
    {
        var rig = await TalkingAsync();
        using var network = new Network(rig.Server.Address);
        using var runner = await RunnerProcess.StartAsync(rig, "gone", network.Address);
        var (job, _) = await RunningAsync(rig);
        network.Silence();
        await Task.Delay(TimeSpan.FromSeconds(Rig.IsLong ? 30 : 4), Ct);
        network.Cut();
        await Task.Delay(TimeSpan.FromSeconds(30), Ct);
        network.Mend();

        await EndedWellAsync(rig, job);
    }

    /// <summary>F13: also requests that ask for jobs and that end them, half of each lost on their way and half of them after they were answered.</summary>
    [Theory, EveryDatabase]
    public async Task A_network_that_loses_one_request_in_five_leaves_each_log_as_it_was(DatabaseKind kind)
    {
        // Three or four requests a job, and so fewer losses than jobs when all goes fast.
        var (count, least) = Rig.IsLong ? (200, 100) : (30, 12);
        var rig = await rigs.OfAsync(
            kind,
            $$"""
            build:
              parallel: {{count}}
              variables: { GIT_STRATEGY: none }
              script: ["seq -f 'line %g' {{ManyLines}}"]
            """
        );
        using var network = new Network(rig.Server.Address);
        network.Lose(oneIn: 5, seed: 13);
        using var runner = await RunnerProcess.StartAsync(rig, $"lossy-{kind}", network.Address, atOnce: 4);
        var (sha, _, _) = await rig.PushAsync();
        var pipeline = Assert.Single(await rig.PipelinesAsync(sha)).GetProperty("id").GetInt64();
        await Rig.UntilAsync(
            async () =>
            {
                // As two minutes would: what was handed out and not heard is offered again.
                await rig.LapseAsync();
                await Task.Delay(TimeSpan.FromSeconds(1), Ct);
                return (await rig.ApiAsync($"projects/1/pipelines/{pipeline}")).GetProperty("status").GetString() == "success";
            },
            TimeSpan.FromMinutes(Rig.IsLong ? 20 : 5)
        );

        var jobs = new List<JsonElement>();
        for (var page = 1; page <= 2; page++)
            jobs.AddRange(
                (await rig.ApiAsync($"projects/1/pipelines/{pipeline}/jobs?per_page=100&page={page}&include_retried=true")).EnumerateArray()
            );
        Assert.Equal(Enumerable.Repeat("success", count), jobs.Select(job => job.GetProperty("status").GetString()));
        foreach (var job in jobs)
            Assert.Equal(Enumerable.Range(1, ManyLines).Select(n => $"line {n}"), await SaidAsync(rig, job.GetProperty("id").GetInt64()));
        TestContext.Current.TestOutputHelper?.WriteLine($"{network.Lost} requests were lost");
        Assert.True(network.Lost >= least, $"only {network.Lost} requests were lost");
        await rig.SoundAsync("losses");
    }

    /// <summary>F13, 70 minutes: the job is lost for the server, and what its runner says later changes nothing.</summary>
    [Fact]
    public async Task A_runner_that_was_out_of_reach_for_too_long_is_told_to_stop()
    {
        var rig = await rigs.OfAsync(DatabaseKind.Sqlite, rig => Yaml(rig, "0", WaitForGo("echo still here")));
        using var network = new Network(rig.Server.Address);
        using var runner = await RunnerProcess.StartAsync(rig, "late", network.Address);
        var (job, process) = await RunningAsync(rig);
        network.Cut();
        await FailedAsync(rig, job);
        network.Mend();

        await Rig.UntilAsync(() => Task.FromResult(!IsAlive(process)));
        Assert.False(IsAlive(process), "its script still runs");
        Assert.Equal("runner_system_failure", await ReasonAsync(rig, job));
        await rig.SoundAsync("out of reach");
    }

    /// <summary>F11.</summary>
    [Theory, EveryDatabase]
    public async Task A_job_whose_runner_was_killed_fails_and_runs_again(DatabaseKind kind)
    {
        foreach (var retry in Rig.Plan(kind, "{ max: 1, when: runner_system_failure }", "0"))
        {
            var rig = await rigs.OfAsync(kind, rig => Yaml(rig, retry, WaitForGo(":")));
            using var killed = await RunnerProcess.StartAsync(rig, "killed");
            var (job, process) = await RunningAsync(rig);
            killed.Kill();
            await FailedAsync(rig, job);
            Assert.Equal("runner_system_failure", await ReasonAsync(rig, job));

            if (retry == "0")
                await rig.ApiAsync($"projects/1/jobs/{job}/retry", HttpMethod.Post);
            using var back = await RunnerProcess.StartAsync(rig, "killed");
            var (again, _) = await RunningAsync(rig, after: process);
            Assert.NotEqual(job, again);
            Assert.False(IsAlive(process), "the script of the killed runner still runs");
            await File.WriteAllTextAsync(Go(rig), "", Ct);
            await Rig.UntilAsync(async () => await rig.StatusAsync(again) != "running");
            Assert.Equal("success", await rig.StatusAsync(again));
            await rig.SoundAsync("killed runner");
        }
    }

    private async Task<Rig> TalkingAsync()
    {
        var rig = await rigs.OfAsync(
            DatabaseKind.Sqlite,
            rig => Yaml(rig, "0", $"for i in $(seq {Lines}); do echo line $i; sleep 0.01; done")
        );
        // What it has said in other tests is not looked at here.
        await rig.KillAsync();
        return rig;
    }

    private static string Many(Rig rig, int count)
    {
        File.Delete(Go(rig));
        Directory.CreateDirectory(rig.Place("many"));
        return $"""
            build:
              parallel: {count}
              script: ["touch {rig.Place("many")}/$CI_NODE_INDEX", "while [ -d {rig.Place("many")} ] && [ ! -e {Go(
                rig
            )} ]; do sleep 0.3; done"]
            """;
    }

    /// <summary>Says when its script has begun, and as which process: a clone needs the server, and no server's job survives that.</summary>
    private static string Yaml(Rig rig, string retry, string script)
    {
        File.Delete(Begun(rig));
        File.Delete(Go(rig));
        script = script.Replace("BEGUN", Begun(rig)).Replace("GO", Go(rig));
        return $$"""
            build:
              script: ["echo $$ > {{Begun(rig)}}", "{{script}}"]
              retry: {{retry}}
            """;
    }

    /// <summary>Ends when it may, and with the test in any case.</summary>
    private static string WaitForGo(string what) => $"while [ -e BEGUN ] && [ ! -e GO ]; do {what}; sleep 0.1; done";

    private static string Begun(Rig rig) => rig.Place("begun");

    private static string Go(Rig rig) => rig.Place("go");

    /// <returns>The job whose script runs, and its shell's process; not that one.</returns>
    private static async Task<(long Job, int Process)> RunningAsync(Rig rig, int after = 0)
    {
        if (after == 0)
            await rig.PushAsync();
        var (job, process) = (0L, 0);
        await Rig.UntilAsync(async () =>
        {
            var running = await rig.ApiAsync("projects/1/jobs?scope=running");
            job = running.GetArrayLength() > 0 ? running[0].GetProperty("id").GetInt64() : 0;
            var said = File.Exists(Begun(rig)) ? await File.ReadAllTextAsync(Begun(rig), Ct) : "";
            return job != 0 && int.TryParse(said, out process) && process != after;
        });
        Assert.NotEqual(0, job);
        Assert.True(process != after, "the script has not begun");
        return (job, process);
    }

    /// <summary>Brings on what becomes of a job whose runner is not heard any more: as three minutes would, and the server's next look, which it takes twice a minute.</summary>
    private static async Task FailedAsync(Rig rig, long job)
    {
        await Rig.UntilAsync(async () =>
        {
            // More than once: the server may still be at a word of the runner's that had reached it before.
            var old = DateTimeOffset.UtcNow.AddSeconds(-200).ToUnixTimeMilliseconds();
            await rig.OnRowsAsync(db =>
                db.ExecuteAsync("UPDATE jobs SET updated_at = @old WHERE id = @job AND updated_at > @old", new { job, old }, Ct)
            );
            await Task.Delay(500, Ct);
            return await rig.StatusAsync(job) != "running";
        });
        Assert.Equal("failed", await rig.StatusAsync(job));
    }

    private static async Task<string?> ReasonAsync(Rig rig, long job) =>
        (await rig.ApiAsync($"projects/1/jobs/{job}")).GetProperty("failure_reason").GetString();

    /// <summary>One that has ended and that nobody has asked about since is not.</summary>
    private static bool IsAlive(int process)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{process}/stat");
            return stat[stat.LastIndexOf(')')..].Split(' ')[1] != "Z";
        }
        catch (IOException)
        {
            return false;
        }
    }

    private static async Task EndedWellAsync(Rig rig, long job)
    {
        await Rig.UntilAsync(async () => await rig.StatusAsync(job) is not ("running" or "pending"));
        Assert.Equal("success", await rig.StatusAsync(job));
        Assert.Equal(Enumerable.Range(1, Lines).Select(n => $"line {n}"), await SaidAsync(rig, job));
        Assert.False(rig.Server.Said.Contains("fail: "), rig.Server.Said);
        await rig.SoundAsync("outage");
    }

    /// <summary>What its script has said, line by line.</summary>
    private static async Task<IEnumerable<string>> SaidAsync(Rig rig, long job) =>
        Encoding
            .UTF8.GetString((await rig.BytesAsync($"projects/1/jobs/{job}/trace")).Bytes)
            .Split('\n')
            .Where(line => line.Contains("line ") && !line.Contains('$'))
            .Select(line => line[line.IndexOf("line ")..].TrimEnd());
}
