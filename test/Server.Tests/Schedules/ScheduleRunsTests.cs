using Slipway.Server.Http;
using Slipway.Server.Projects;
using Slipway.Server.Tests.Support;
using Xunit;

namespace Slipway.Server.Tests.Schedules;

/// <summary>What happens when the time has come, with nobody there.</summary>
public sealed class ScheduleRunsTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory, EveryDatabase]
    public async Task Each_moment_makes_one_pipeline_in_the_owners_name(DatabaseKind kind)
    {
        await using var room = await StarterRoom.OpenAsync(kind);
        var id = await ScheduleAsync(room, room.Owner, "0 * * * *");
        await room.AdvanceAsync(TimeSpan.FromMinutes(55));
        Assert.Empty(await room.PipelinesAsync());
        await room.AdvanceAsync(TimeSpan.FromMinutes(1));
        var first = Assert.Single(await room.PipelinesAsync());
        Assert.Equal(("schedule", room.Owner.Id), (first.Source, first.UserId));
        Assert.Equal("2026-01-02T05:00:00.000Z", (await ShowAsync(room, id))["next_run_at"].GetString());
        await room.AdvanceAsync(TimeSpan.FromHours(1));
        await room.AdvanceAsync(TimeSpan.FromMinutes(10));
        Assert.Equal(2, (await room.PipelinesAsync()).Count);
    }

    [Theory, EveryDatabase]
    public async Task After_a_time_without_anybody_there_is_one_for_all_that_was_missed(DatabaseKind kind)
    {
        await using var room = await StarterRoom.OpenAsync(kind);
        var id = await ScheduleAsync(room, room.Owner, "0 * * * *");
        await room.AdvanceAsync(TimeSpan.FromDays(3) + TimeSpan.FromMinutes(5));
        Assert.Single(await room.PipelinesAsync());
        Assert.Equal("2026-01-05T04:00:00.000Z", (await ShowAsync(room, id))["next_run_at"].GetString());
        await room.AdvanceAsync(TimeSpan.FromHours(1));
        Assert.Equal(2, (await room.PipelinesAsync()).Count);
    }

    [Fact]
    public async Task It_runs_no_more_often_than_every_ten_minutes()
    {
        await using var room = await StarterRoom.OpenAsync(DatabaseKind.Sqlite);
        var id = await ScheduleAsync(room, room.Owner, "* * * * *");
        await room.AdvanceAsync(TimeSpan.FromMinutes(1));
        Assert.Single(await room.PipelinesAsync());
        Assert.Equal("2026-01-02T03:15:00.000Z", (await ShowAsync(room, id))["next_run_at"].GetString());
        // Nor does it help to change it again and again.
        var path = $"{room.Path}/pipeline_schedules/{id}";
        await room.Owner.Client.PutApiAsync(path, new { cron = "*/2 * * * *" });
        Assert.Equal("2026-01-02T03:16:00.000Z", (await ShowAsync(room, id))["next_run_at"].GetString());
    }

    [Fact]
    public async Task What_is_due_is_not_lost_because_its_description_changes()
    {
        await using var room = await StarterRoom.OpenAsync(DatabaseKind.Sqlite);
        var id = await ScheduleAsync(room, room.Owner, "0 * * * *");
        await room.Server.Db.ExecuteAsync("UPDATE work SET due_at = due_at + 3600000", null, Ct);
        await room.AdvanceAsync(TimeSpan.FromMinutes(58));
        await room.Owner.Client.PutApiAsync($"{room.Path}/pipeline_schedules/{id}", new { description = "again" });
        await room.SettleAsync();
        Assert.Single(await room.PipelinesAsync());
    }

    /// <summary>Security row S3: it runs as its owner, and stops when the owner may no more.</summary>
    [Theory]
    [InlineData("removed", DatabaseKind.Sqlite)]
    [InlineData("removed", DatabaseKind.Postgres)]
    [InlineData("reporter", DatabaseKind.Sqlite)]
    [InlineData("expired", DatabaseKind.Sqlite)]
    [InlineData("blocked", DatabaseKind.Sqlite)]
    [InlineData("deleted", DatabaseKind.Sqlite)]
    public async Task It_stops_when_its_owner_may_start_pipelines_no_more(string how, DatabaseKind kind)
    {
        await using var room = await StarterRoom.OpenAsync(kind);
        var developer = await room.MemberAsync(Role.Developer);
        var id = await ScheduleAsync(room, developer, "0 * * * *");
        await room.AdvanceAsync(TimeSpan.FromHours(1));
        Assert.Equal(developer.Id, Assert.Single(await room.PipelinesAsync()).UserId);

        await LoseAsync(room, developer, how);
        await room.AdvanceAsync(TimeSpan.FromHours(1));
        Assert.Single(await room.PipelinesAsync());
        Assert.False((await ShowAsync(room, id))["active"].GetBoolean());
        // It is somebody else's to go on with.
        var path = $"{room.Path}/pipeline_schedules/{id}";
        Assert.Equal(201, (await room.Owner.Client.PostApiAsync($"{path}/take_ownership")).Status);
        Assert.Equal(200, (await room.Owner.Client.PutApiAsync(path, new { active = true })).Status);
        await room.AdvanceAsync(TimeSpan.FromHours(1));
        Assert.Equal([developer.Id, room.Owner.Id], (await room.PipelinesAsync()).Select(pipeline => pipeline.UserId));
    }

    [Fact]
    public async Task It_makes_none_on_a_branch_that_has_been_protected_from_its_owner()
    {
        await using var room = await StarterRoom.OpenAsync(DatabaseKind.Sqlite);
        var developer = await room.MemberAsync(Role.Developer);
        await ScheduleAsync(room, developer, "0 * * * *");
        await room.Owner.Client.PostApiAsync($"{room.Path}/protected_branches", new { name = "main" });
        await room.AdvanceAsync(TimeSpan.FromHours(1));
        Assert.Empty(await room.PipelinesAsync());
    }

    [Fact]
    public async Task It_makes_none_while_it_is_inactive_or_gone()
    {
        await using var room = await StarterRoom.OpenAsync(DatabaseKind.Sqlite);
        var (off, gone) = (await ScheduleAsync(room, room.Owner, "0 * * * *"), await ScheduleAsync(room, room.Owner, "0 * * * *"));
        await room.Owner.Client.PutApiAsync($"{room.Path}/pipeline_schedules/{off}", new { active = false });
        await room.Owner.Client.DeleteApiAsync($"{room.Path}/pipeline_schedules/{gone}");
        await room.AdvanceAsync(TimeSpan.FromHours(2));
        Assert.Empty(await room.PipelinesAsync());
        // Back in action it does not make up for what it missed.
        await room.Owner.Client.PutApiAsync($"{room.Path}/pipeline_schedules/{off}", new { active = true });
        await room.SettleAsync();
        Assert.Empty(await room.PipelinesAsync());
        await room.AdvanceAsync(TimeSpan.FromHours(1));
        Assert.Single(await room.PipelinesAsync());
    }

    [Fact]
    public async Task Two_servers_on_one_database_start_each_moment_once()
    {
        await using var room = await StarterRoom.OpenAsync(DatabaseKind.Postgres);
        // Each has a folder of its own, and the repositories and the key in common.
        using var folder = new TemporaryFolder();
        foreach (var shared in (string[])["repositories", "secret.key"])
            File.CreateSymbolicLink(folder[shared], Path.Combine(room.Server.DataFolder, shared));
        await using var second = await TestServer.StartAsync(
            DatabaseKind.Postgres,
            room.Clock,
            options => options with { Database = room.Server.Options.Database, DataFolder = folder.Path }
        );
        for (var at = 0; at < 10; at++)
            await ScheduleAsync(room, room.Owner, "0 * * * *");
        for (var hour = 0; hour < 3; hour++)
            await room.AdvanceAsync(TimeSpan.FromHours(1));
        Assert.Equal(30, (await room.PipelinesAsync()).Count);
        const string perMoment = "SELECT count(*) FROM pipelines GROUP BY schedule_id, created_at";
        Assert.All(await room.Server.Db.QueryAsync<long>(perMoment, null, Ct), count => Assert.Equal(1, count));
    }

    [Theory, EveryDatabase]
    public async Task A_run_that_was_begun_twice_is_one_pipeline(DatabaseKind kind)
    {
        await using var room = await StarterRoom.OpenAsync(kind);
        var id = await ScheduleAsync(room, room.Owner, "0 * * * *");
        await room.AdvanceAsync(TimeSpan.FromHours(1));
        // As when whoever made it died before saying so.
        await room.Server.Db.ExecuteAsync(
            """
            INSERT INTO work (kind, subject, payload, generation, due_at, attempts)
            SELECT 'schedule_start', @subject, @payload, 1, 0, 0
            """,
            new { subject = $"{id}/{At("04:00")}", payload = $$"""{"Id":{{id}},"At":{{At("04:00")}}}""" },
            Ct
        );
        await room.AdvanceAsync(TimeSpan.FromSeconds(2));
        Assert.Single(await room.PipelinesAsync());
    }

    private static long At(string time) => DateTimeOffset.Parse($"2026-01-02T{time}:00Z").ToUnixTimeMilliseconds();

    private static async Task<long> ScheduleAsync(StarterRoom room, TestUser owner, string cron)
    {
        var body = new
        {
            description = "often",
            @ref = "main",
            cron,
        };
        var made = await owner.Client.PostApiAsync($"{room.Path}/pipeline_schedules", body);
        Assert.Equal(201, made.Status);
        return made["id"].GetInt64();
    }

    private static Task<Answer> ShowAsync(StarterRoom room, long id) =>
        room.Owner.Client.GetApiAsync($"{room.Path}/pipeline_schedules/{id}");

    private static async Task LoseAsync(StarterRoom room, TestUser user, string how)
    {
        var admin = await room.Server.AdminAsync();
        var member = $"{room.Path}/members/{user.Id}";
        var answer = how switch
        {
            "removed" => await room.Owner.Client.DeleteApiAsync(member),
            "reporter" => await room.Owner.Client.PutApiAsync(member, new { access_level = 20 }),
            "expired" => await room.Owner.Client.PutApiAsync(member, new { access_level = 30, expires_at = "2026-01-03" }),
            "blocked" => await admin.Client.PostApiAsync($"users/{user.Id}/block"),
            "deleted" => await admin.Client.DeleteApiAsync($"users/{user.Id}"),
            _ => throw new ArgumentException(how),
        };
        Assert.InRange(answer.Status, 200, 299);
        if (how == "expired")
            await room.Server.Db.ExecuteAsync(
                "UPDATE members SET expires_at = @now WHERE user_id = @Id",
                new { user.Id, now = At("04:30") },
                Ct
            );
    }
}
