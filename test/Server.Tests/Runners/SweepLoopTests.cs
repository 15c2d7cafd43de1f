using Slipway.Server.Tests.Support;
using Xunit;

namespace Slipway.Server.Tests.Runners;

/// <summary>What the server looks for by itself, as long as it runs (reliability-security F2).</summary>
public sealed class SweepLoopTests
{
    private const int MostRounds = 100;

    private static readonly TimeSpan Every = TimeSpan.FromMinutes(11);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory, EveryDatabase]
    public async Task A_pipeline_that_nobody_goes_on_with_is_swept_away_and_one_that_somebody_will_is_not(DatabaseKind kind)
    {
        var clock = new Clock { Repeats = true };
        await using var room = await CoordinatorRoom.OpenAsync(kind, clock, options => options with { Sweep = Every });
        string?[] origins = [null, "trigger:1:2:key", "push:7:refs/heads/main"];
        foreach (var (iid, origin) in origins.Index())
            await room.Db.ExecuteAsync(
                """
                INSERT INTO pipelines (project_id, iid, user_id, source, ref, tag, sha, before_sha, protected, status, origin, ready, version, created_at, updated_at)
                VALUES (@Project, @iid, @User, 'api', 'main', 0, '', '', 0, 'created', @origin, 0, 0, @now, @now)
                """,
                new
                {
                    Project = room.Project.Id,
                    iid = iid + 1,
                    User = room.Admin.Id,
                    origin,
                    now = clock.GetUtcNow().ToUnixTimeMilliseconds(),
                },
                Ct
            );

        clock.Advance(TimeSpan.FromMinutes(9));
        Assert.Equal(3, await LeftAsync(room));
        for (var round = 0; round < MostRounds && await LeftAsync(room) > 1; round++)
        {
            clock.Advance(Every);
            // A round that the next move meets at work has lost its patience with the database, so each has more time than the one before.
            await Task.Delay(10 * (round + 1), Ct);
        }

        Assert.Equal(
            "push:7:refs/heads/main",
            Assert.Single(await room.Db.QueryAsync<string>("SELECT origin FROM pipelines WHERE ready = 0", null, Ct))
        );
    }

    private static Task<long> LeftAsync(CoordinatorRoom room) =>
        room.Db.FindAsync<long>("SELECT COUNT(*) FROM pipelines WHERE ready = 0", null, Ct);
}
