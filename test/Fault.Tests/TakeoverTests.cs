using Slipway.Fault.Tests.Support;
using Slipway.Server.Tests.Support;
using Xunit;

namespace Slipway.Fault.Tests;

/// <summary>
/// F18, its last part: what there is but once moves once (reliability-security A4). Work is leased row by row, so no process leads the others; but each data
/// folder has one process that serves it.
/// </summary>
public sealed class TakeoverTests
{
    private const string Refusal = "is served by another process";

    private static CancellationToken Ct => Rig.Ct;

    [Theory, EveryDatabase]
    public async Task A_data_folder_has_one_server_and_when_that_is_killed_one_of_those_who_come(DatabaseKind kind)
    {
        await using var rig = await Rig.StartAsync(kind);
        using var second = new ServerProcess(rig.Environment, "--runner", "off");
        using var third = new ServerProcess(rig.Environment, "--runner", "off");
        Assert.False(await StartsAsync(second));
        // One that stands still is not gone: it may go on at any moment.
        rig.Server.Signal("STOP");
        Assert.False(await StartsAsync(second));
        rig.Server.Signal("CONT");

        rig.KillAt("pipeline kept");
        var (sha, _, _) = await rig.PushAsync();
        await rig.Server.DeadAsync();
        File.Delete(rig.KillFile);
        var started = await Task.WhenAll(StartsAsync(second), StartsAsync(third));
        Assert.Single(started, isThere => isThere);
        Assert.Single((bool[])[second.IsAlive, third.IsAlive], isAlive => isAlive);

        // What the dead one had in hand is taken up at once, by the one.
        await Rig.UntilAsync(async () => await CountAsync("SELECT COUNT(*) FROM pipelines WHERE sha = @sha AND ready = 1") == 1);
        Assert.Equal(1, await CountAsync("SELECT COUNT(*) FROM pipelines WHERE sha = @sha"));
        Assert.Equal(
            3,
            await CountAsync("SELECT COUNT(*) FROM jobs j JOIN pipelines p ON p.id = j.pipeline_id WHERE p.sha = @sha AND p.ready = 1")
        );
        await rig.SoundAsync("moved");

        Task<long> CountAsync(string sql) => rig.OnRowsAsync(db => db.FindAsync<long>(sql, new { sha }, Ct));
    }

    private static async Task<bool> StartsAsync(ServerProcess server)
    {
        try
        {
            await server.StartAsync();
            return true;
        }
        catch (InvalidOperationException e) when (e.Message.Contains(Refusal) || server.Said.Contains(Refusal))
        {
            return false;
        }
    }
}
