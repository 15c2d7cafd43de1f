using System.Diagnostics;
using System.Text;
using Slipway.Fault.Tests.Support;
using Slipway.Server.Tests.Runners;
using Slipway.Server.Tests.Support;
using Xunit;

namespace Slipway.Fault.Tests;

/// <summary>F10: backups of a server at work, and backups and restores that are killed.</summary>
public sealed class BackupTests
{
    private static CancellationToken Ct => Rig.Ct;

    [Theory, EveryDatabase]
    public async Task A_backup_under_load_becomes_a_sound_server_and_a_killed_one_says_so(DatabaseKind kind)
    {
        await using var rig = await Rig.StartAsync(kind);
        var (before, _, _) = await rig.PushAsync();
        using var over = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        var load = Task.WhenAll(PushAsync(rig, over.Token), WorkAsync(rig, over.Token));

        await DoAsync(rig, 0, "backup", "create", rig.Place("backup"), "--with-key");
        await KilledAsync(rig, ["backup", "create", rig.Place("killed")], () => File.Exists(rig.Place("killed/files.jsonl")));
        await over.CancelAsync();
        await load;

        await DoAsync(rig, 0, "backup", "verify", rig.Place("backup"));
        if (!File.Exists(rig.Place("killed/manifest.json")))
            Assert.Contains("is no backup that can be used", await DoAsync(rig, 1, "backup", "verify", rig.Place("killed")));
        string[] to = ["--data", rig.Place("data2"), "--database", rig.Place("restored.db")];
        await DoAsync(rig, 0, ["backup", "restore", rig.Place("backup"), .. to]);
        await DoAsync(rig, 0, ["doctor", "--deep", .. to]);
        var restored = new GitClient(Path.Combine(rig.Place("data2"), "repositories", "01", "1.git"));
        Assert.True((await restored.RunAsync("merge-base", "--is-ancestor", before, "main")).Ok);

        await KilledAsync(
            rig,
            ["backup", "restore", rig.Place("backup"), "--data", rig.Place("data3"), "--database", rig.Place("data3/slipway.db")],
            () => File.Exists(rig.Place("data3/RESTORING"))
        );
        if (File.Exists(rig.Place("data3/RESTORING")))
        {
            Assert.Contains("is half restored", await DoAsync(rig, 1, "serve", "--data", rig.Place("data3"), "--listen", "127.0.0.1:0"));
            Assert.Contains(
                "is half restored",
                await DoAsync(rig, 1, "backup", "restore", rig.Place("backup"), "--data", rig.Place("data3"))
            );
        }
    }

    private static async Task<string> DoAsync(Rig rig, int exit, params string[] arguments)
    {
        var (ended, output) = await rig.Server.RunAsync(arguments);
        Assert.True(ended == exit, $"slipway {string.Join(' ', arguments)}: {ended}\n{output}");
        return output;
    }

    /// <summary>Kills the program as soon as it has begun.</summary>
    private static async Task KilledAsync(Rig rig, string[] arguments, Func<bool> hasBegun)
    {
        using var process = ServerProcess.Start(arguments, rig.Environment);
        for (
            var since = Stopwatch.StartNew();
            !hasBegun() && !process.HasExited && since.Elapsed < TimeSpan.FromSeconds(30);
            await Task.Delay(1, Ct)
        ) { }
        process.Kill();
        await process.WaitForExitAsync(Ct);
    }

    private static async Task PushAsync(Rig rig, CancellationToken ct)
    {
        while (!ct.IsCancellationRequested)
            Assert.True((await rig.PushAsync()).Acknowledged);
    }

    private static async Task WorkAsync(Rig rig, CancellationToken ct)
    {
        using var runner = await rig.RunnerAsync();
        while (!ct.IsCancellationRequested)
        {
            var answer = await runner.RequestAsync(Ct);
            if (answer.Status != 201)
                continue;
            var job = new WireJob(runner, answer.Json);
            Assert.Equal(200, (await job.UpdateAsync("running")).Status);
            job.Log = Encoding.UTF8.GetBytes($"{job.Id}\n");
            Assert.Equal(201, (await job.UploadAsync(job.Log)).Status);
            Assert.Equal(200, (await job.FinishAsync("success")).Status);
        }
    }
}
