using Slipway.Fault.Tests.Support;
using Slipway.Server.Tests.Support;
using Xunit;

namespace Slipway.Fault.Tests;

/// <summary>
/// F18: PostgreSQL cuts its connections, is started again as after a crash, stands still, or says that writers were in each other's way, and no push is lost
/// (reliability-security A4).
/// </summary>
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

    [Fact]
    public async Task A_database_that_stands_still_for_five_seconds_heals_and_no_push_is_lost()
    {
        Assert.SkipWhen(PostgresServer.Missing is not null, PostgresServer.Missing ?? "");
        using var postgres = PostgresServer.StartOwn();
        await using var rig = await Rig.StartAsync(DatabaseKind.Postgres, postgres: postgres);
        await HealsAsync(rig, () => StallAsync(postgres), TimeSpan.FromMilliseconds(700));
    }

    /// <summary>A failover: for a moment its address is a standby's, which takes no writes, and then that one is in its place for good.</summary>
    [Fact]
    public async Task A_database_whose_standby_takes_its_place_heals_and_no_push_is_lost()
    {
        Assert.SkipWhen(PostgresServer.Missing is not null, PostgresServer.Missing ?? "");
        using var postgres = PostgresServer.StartOwn();
        await using var rig = await Rig.StartAsync(DatabaseKind.Postgres, postgres: postgres);
        using var standby = await postgres.FollowAsync(Ct);
        var acknowledged = new List<string>();
        for (var n = 0; n < 3; n++)
            Assert.True(await PushAsync());

        var failing = Task.Run(() => postgres.GiveWayAsync(standby), Ct);
        while (!failing.IsCompleted)
            await PushAsync();
        await failing;
        var healing = new FairStopwatch();
        await Rig.UntilAsync(async () => await WritesAsync(rig));
        Assert.True(healing.Elapsed < TimeSpan.FromSeconds(10), $"it took {healing.Elapsed} to heal");
        Assert.True(await PushAsync());
        foreach (var sha in acknowledged)
            Assert.Single(await rig.PipelinesAsync(sha));
        Assert.True(healing.Elapsed < TimeSpan.FromSeconds(45), $"it took {healing.Elapsed} until all pushes had their pipelines");
        await rig.SoundAsync("failover");

        async Task<bool> PushAsync()
        {
            var (sha, isTaken, _) = await rig.PushAsync();
            if (isTaken)
                acknowledged.Add(sha);
            return isTaken;
        }
    }

    /// <summary>What PostgreSQL says of a deadlock, and of two that cannot have been one after the other: either may be tried again, and is.</summary>
    [Theory]
    [InlineData("40P01")]
    [InlineData("40001")]
    public async Task Writers_that_are_in_each_others_way_are_tried_again_and_every_push_is_taken(string code)
    {
        await using var rig = await Rig.StartAsync(DatabaseKind.Postgres);
        await rig.OnRowsAsync(db => db.ExecuteAsync(InTheWay(code), null, Ct));
        var pushed = new List<string>();
        for (var met = 0L; pushed.Count < Math.Max(8, Rig.Cycles) || (met < LeastMet && pushed.Count < 10 * LeastMet); )
        {
            var (sha, isTaken, said) = await rig.PushAsync();
            Assert.True(isTaken, said);
            pushed.Add(sha);
            met = await rig.OnRowsAsync(db => db.FindAsync<long>("SELECT last_value FROM faults", null, Ct)) / Between;
        }

        foreach (var sha in pushed)
        {
            var pipeline = Assert.Single(await rig.PipelinesAsync(sha));
            Assert.Equal(["build", "lint", "unit"], await rig.JobsAsync(pipeline.GetProperty("id").GetInt64()));
        }

        var writes = await rig.OnRowsAsync(db => db.FindAsync<long>("SELECT last_value FROM faults", null, Ct));
        Assert.True(writes >= LeastMet * Between, $"only {writes / Between} writes met one");
        await rig.SoundAsync(code);
    }

    /// <summary>Of so many statements that write, one meets another writer. A transaction has fewer.</summary>
    private const int Between = 17;

    private const int LeastMet = 5;

    private static string InTheWay(string code) =>
        $"""
            CREATE SEQUENCE faults;
            CREATE FUNCTION meet() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
              IF nextval('faults') % {Between} = 0 THEN RAISE EXCEPTION 'in the way' USING ERRCODE = '{code}'; END IF;
              RETURN NULL;
            END $$;
            CREATE TRIGGER meet AFTER INSERT OR UPDATE OR DELETE ON push_intents FOR EACH STATEMENT EXECUTE FUNCTION meet();
            CREATE TRIGGER meet AFTER INSERT OR UPDATE OR DELETE ON work FOR EACH STATEMENT EXECUTE FUNCTION meet();
            CREATE TRIGGER meet AFTER INSERT OR UPDATE OR DELETE ON pipelines FOR EACH STATEMENT EXECUTE FUNCTION meet();
            CREATE TRIGGER meet AFTER INSERT OR UPDATE OR DELETE ON jobs FOR EACH STATEMENT EXECUTE FUNCTION meet();
            """;

    private static async Task StallAsync(PostgresServer postgres)
    {
        postgres.Stall();
        try
        {
            await Task.Delay(TimeSpan.FromSeconds(5), CancellationToken.None);
        }
        finally
        {
            postgres.GoOn();
        }
    }

    /// <summary>Whether a write is taken: one over the API, for a push is a dozen processes' work.</summary>
    private static async Task<bool> WritesAsync(Rig rig)
    {
        using var request = new HttpRequestMessage(HttpMethod.Put, "/api/v4/projects/1?description=healed");
        request.Headers.Add("PRIVATE-TOKEN", rig.Token);
        using var answer = await rig.Http.SendAsync(request, Ct);
        return answer.IsSuccessStatusCode;
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
        var healing = new FairStopwatch();
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
