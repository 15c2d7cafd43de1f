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
        foreach (var point in Rig.Plan(kind, "pipeline kept"))
        {
            using var second = new ServerProcess(rig.Environment, "--runner", "off");
            using var third = new ServerProcess(rig.Environment, "--runner", "off");
            Assert.False(await StartsAsync(second));
            // One that stands still is not gone: it may go on at any moment.
            rig.Server.Signal("STOP");
            Assert.False(await StartsAsync(second));
            rig.Server.Signal("CONT");

            rig.KillAt(point);
            var (sha, _, _) = await rig.PushAsync();
            await rig.Server.DeadAsync();
            File.Delete(rig.KillFile);
            var started = await Task.WhenAll(StartsAsync(second), StartsAsync(third));
            Assert.Single(started, isThere => isThere);
            var winner = Assert.Single((ServerProcess[])[second, third], server => server.IsAlive);

            // What the dead one had in hand is taken up at once, by the one.
            await Rig.UntilAsync(async () =>
                await CountAsync(rig, "SELECT COUNT(*) FROM pipelines WHERE sha = @sha AND ready = 1", sha) == 1
            );
            Assert.Equal(1, await CountAsync(rig, "SELECT COUNT(*) FROM pipelines WHERE sha = @sha", sha));
            Assert.Equal(
                3,
                await CountAsync(
                    rig,
                    "SELECT COUNT(*) FROM jobs j JOIN pipelines p ON p.id = j.pipeline_id WHERE p.sha = @sha AND p.ready = 1",
                    sha
                )
            );
            await rig.SoundAsync("moved");

            await winner.KillAsync();
            await rig.AgainAsync();
        }
    }

    private static Task<long> CountAsync(Rig rig, string sql, string sha) =>
        rig.OnRowsAsync(db => db.FindAsync<long>(sql, new { sha }, Ct));

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
