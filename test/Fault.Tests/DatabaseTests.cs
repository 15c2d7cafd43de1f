using System.Diagnostics;
using Slipway.Fault.Tests.Support;
using Slipway.Server.Tests.Support;
using Xunit;

namespace Slipway.Fault.Tests;

/// <summary>F18: PostgreSQL cuts its connections, or is started again as after a crash, and no push is lost (reliability-security A4).</summary>
public sealed class DatabaseTests
{
    private static CancellationToken Ct => Rig.Ct;

    [Fact]
    public async Task A_database_whose_connections_are_cut_heals_and_no_push_is_lost()
    {
        await using var rig = await Rig.StartAsync(DatabaseKind.Postgres);
        await HealsAsync(rig, () => PostgresServer.CutConnectionsAsync(rig.Database!, Ct), TimeSpan.FromMilliseconds(250));
    }

    [Fact]
    public async Task A_database_that_is_started_again_heals_and_no_push_is_lost()
    {
        Assert.SkipWhen(PostgresServer.Missing is not null, PostgresServer.Missing ?? "");
        using var postgres = PostgresServer.StartOwn();
        await using var rig = await Rig.StartAsync(DatabaseKind.Postgres, postgres: postgres);
        await HealsAsync(rig, () => Task.Run(postgres.RestartAtOnce, Ct), TimeSpan.FromMilliseconds(700));
    }

    private static async Task HealsAsync(Rig rig, Func<Task> hurt, TimeSpan pause)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        var hurting = HurtAsync(hurt, pause, over.Token);
        var acknowledged = new List<string>();
        for (var n = 0; n < Math.Max(8, Rig.Cycles); n++)
        {
            var (sha, ok, _) = await rig.PushAsync();
            if (ok)
                acknowledged.Add(sha);
        }

        await over.CancelAsync();
        await hurting;
        var healing = Stopwatch.StartNew();
        await Rig.UntilAsync(async () => (await rig.Http.GetAsync("/-/readiness", Ct)).IsSuccessStatusCode);
        Assert.True(healing.Elapsed < TimeSpan.FromSeconds(10), $"it took {healing.Elapsed} to heal");
        var (last, isTaken, said) = await rig.PushAsync();
        Assert.True(isTaken, said);
        // What was in hand when the database went away is taken up again as soon as it is back, and waits for no lease of a minute.
        foreach (var sha in acknowledged.Append(last))
            Assert.Single(await rig.PipelinesAsync(sha));
        Assert.True(healing.Elapsed < TimeSpan.FromSeconds(45), $"it took {healing.Elapsed} until all pushes had their pipelines");
        await rig.SoundAsync("database");
    }

    private static async Task HurtAsync(Func<Task> hurt, TimeSpan pause, CancellationToken ct)
    {
        while (!ct.IsCancellationRequested)
        {
            await hurt();
            await Task.Delay(pause, CancellationToken.None);
        }
    }
}
