using System.Diagnostics;
using System.Text;
using Slipway.Fault.Tests.Support;
using Slipway.Server.Tests.Support;
using Xunit;

namespace Slipway.Fault.Tests;

/// <summary>F13, F14 and F18: runner, server or database cannot be reached for a while, and no job is the worse for it.</summary>
public sealed class OutageTests
{
    private const int Lines = 250;

    /// <summary>Says when its script has begun: a clone needs the server, and no server's job survives that.</summary>
    private static string Yaml(Rig rig) =>
        $$"""
            build: { script: ["touch {{rig.Place("begun")}}", "for i in $(seq {{Lines}}); do echo line $i; sleep 0.01; done"] }
            """;

    private static CancellationToken Ct => Rig.Ct;

    [Fact]
    public async Task A_server_that_is_replaced_while_a_job_runs_loses_nothing_of_it()
    {
        await using var rig = await Rig.StartAsync();
        await rig.BeginAsync(Yaml(rig));
        using var runner = await RunnerAsync(rig, rig.Server.Address);
        var job = await RunningAsync(rig);

        var since = Stopwatch.StartNew();
        Assert.Equal(0, await rig.Server.EndAsync());
        Assert.True(since.Elapsed < TimeSpan.FromSeconds(35), $"it took {since.Elapsed} to end");
        await Task.Delay(1000, Ct);
        await rig.AgainAsync();

        await EndedWellAsync(rig, job);
    }

    [Fact]
    public async Task A_network_that_cuts_and_mends_leaves_the_log_as_it_was()
    {
        await using var rig = await Rig.StartAsync();
        await rig.BeginAsync(Yaml(rig));
        using var network = new Network(rig.Server.Address);
        using var runner = await RunnerAsync(rig, network.Address);
        var job = await RunningAsync(rig);
        for (var cut = 0; cut < 6; cut++)
        {
            network.Cut();
            await Task.Delay(Random.Shared.Next(50, 500), Ct);
            network.Mend();
            await Task.Delay(Random.Shared.Next(50, 500), Ct);
        }

        await EndedWellAsync(rig, job);
    }

    [Fact]
    public async Task A_database_whose_connections_are_cut_heals_and_no_push_is_lost()
    {
        await using var rig = await Rig.StartAsync(DatabaseKind.Postgres);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        var cutting = CutAsync(rig.Database!, over.Token);
        var acknowledged = new List<string>();
        for (var n = 0; n < 8; n++)
        {
            var (sha, ok, _) = await rig.PushAsync();
            if (ok)
                acknowledged.Add(sha);
        }

        await over.CancelAsync();
        await cutting;
        var healing = Stopwatch.StartNew();
        await Rig.UntilAsync(async () => (await rig.Http.GetAsync("/-/readiness", Ct)).IsSuccessStatusCode);
        Assert.True(healing.Elapsed < TimeSpan.FromSeconds(10), $"it took {healing.Elapsed} to heal");
        Assert.True((await rig.PushAsync()).Acknowledged);
        foreach (var sha in acknowledged)
            Assert.Single(await rig.PipelinesAsync(sha));
        await rig.SoundAsync("cut connections");
    }

    private static async Task CutAsync(string database, CancellationToken ct)
    {
        while (!ct.IsCancellationRequested)
        {
            await PostgresServer.CutConnectionsAsync(database, Ct);
            await Task.Delay(250, CancellationToken.None);
        }
    }

    /// <summary>Our own runner, as a process.</summary>
    private static async Task<ChildProcess> RunnerAsync(Rig rig, Uri address)
    {
        using var wire = await rig.RunnerAsync();
        var file = rig.Place("config.toml");
        await File.WriteAllTextAsync(
            file,
            $"check_interval = 1\n[[runners]]\n  name = \"one\"\n  url = \"{address}\"\n  token = \"{wire.Token}\"\n  executor = \"shell\"\n",
            Ct
        );
        Directory.CreateDirectory(rig.Place("builds"));
        await rig.PushAsync();
        return new ChildProcess(
            ServerProcess.Start(
                ["runner", "run", "--config", file, "--working-directory", rig.Place("builds")],
                rig.Environment,
                isHeard: false
            )
        );
    }

    private static async Task<long> RunningAsync(Rig rig)
    {
        var job = 0L;
        await Rig.UntilAsync(async () =>
        {
            var running = await rig.ApiAsync("projects/1/jobs?scope=running");
            job = running.GetArrayLength() > 0 ? running[0].GetProperty("id").GetInt64() : 0;
            return job != 0 && File.Exists(rig.Place("begun"));
        });
        Assert.NotEqual(0, job);
        Assert.True(File.Exists(rig.Place("begun")), "the script has not begun");
        return job;
    }

    private static async Task EndedWellAsync(Rig rig, long job)
    {
        await Rig.UntilAsync(async () => await rig.StatusAsync(job) is not ("running" or "pending"));
        Assert.Equal("success", await rig.StatusAsync(job));
        var log = Encoding.UTF8.GetString((await rig.BytesAsync($"projects/1/jobs/{job}/trace")).Bytes);
        var said = log.Split('\n')
            .Where(line => line.Contains("line ") && !line.Contains('$'))
            .Select(line => line[line.IndexOf("line ")..].TrimEnd());
        Assert.Equal(Enumerable.Range(1, Lines).Select(n => $"line {n}"), said);
        await rig.SoundAsync("outage");
    }
}
