using System.Text.Json;
using Slipway.Server.Http;
using Slipway.Server.Projects;
using Slipway.Server.Tests.Support;
using Xunit;

namespace Slipway.Server.Tests.Schedules;

public sealed class SchedulesApiTests
{
    private static readonly object Nightly = new
    {
        description = "nightly",
        @ref = "main",
        cron = "0 1 * * *",
    };

    [Theory, EveryDatabase]
    public async Task One_is_made_shown_changed_and_removed(DatabaseKind kind)
    {
        await using var room = await StarterRoom.OpenAsync(kind);
        var ada = room.Owner.Client;
        var made = await ada.PostApiAsync($"{room.Path}/pipeline_schedules", Nightly);
        Assert.Equal(201, made.Status);
        Assert.Equal("refs/heads/main", made["ref"].GetString());
        Assert.Equal("2026-01-03T01:00:00.000Z", made["next_run_at"].GetString());
        Assert.Equal(
            ("UTC", true, "ada"),
            (made["cron_timezone"].GetString(), made["active"].GetBoolean(), made["owner"].GetProperty("username").GetString())
        );
        Assert.Equal(JsonValueKind.Null, made["last_pipeline"].ValueKind);
        var path = $"{room.Path}/pipeline_schedules/{made["id"]}";

        var changed = await ada.PutApiAsync(
            path,
            new
            {
                cron = "@hourly",
                active = false,
                @ref = "v1",
            }
        );
        Assert.Equal(
            (200, "refs/tags/v1", "2026-01-02T04:00:00.000Z"),
            (changed.Status, changed["ref"].GetString(), changed["next_run_at"].GetString())
        );
        var inactive = await ada.GetApiAsync($"{room.Path}/pipeline_schedules?scope=inactive");
        Assert.Equal(("1", 1), (inactive.Headers["X-Total"], inactive.Json.GetArrayLength()));
        Assert.Equal(0, (await ada.GetApiAsync($"{room.Path}/pipeline_schedules?scope=active")).Json.GetArrayLength());
        Assert.Equal(204, (await ada.DeleteApiAsync(path)).Status);
        Assert.Equal(
            (404, """{"message":"404 Pipeline Schedule Not Found"}"""),
            ((await ada.GetApiAsync(path)) is var gone ? (gone.Status, gone.Text) : default)
        );
    }

    [Fact]
    public async Task What_cannot_be_one_is_told()
    {
        await using var room = await StarterRoom.OpenAsync(DatabaseKind.Sqlite);
        foreach (
            var (body, answer) in ((string, string)[])
                [
                    ("""{"ref": "main", "cron": "@daily"}""", """{"error":"description is missing"}"""),
                    ("""{"description": "x", "cron": "@daily"}""", """{"error":"ref is missing"}"""),
                    ("""{"description": "x", "ref": "main"}""", """{"error":"cron is missing"}"""),
                    ("""{"description": " ", "ref": "main", "cron": "@daily"}""", """{"message":{"description":["can't be blank"]}}"""),
                    ("""{"description": "x", "ref": "main", "cron": "daily"}""", """{"message":{"cron":["is invalid syntax"]}}"""),
                    (
                        """{"description": "x", "ref": "main", "cron": "@daily", "cron_timezone": "X"}""",
                        """{"message":{"cron_timezone":["is invalid syntax"]}}"""
                    ),
                    (
                        """{"description": "x", "ref": "none", "cron": "@daily"}""",
                        """{"message":{"ref":["is not a branch or a tag, or is both"]}}"""
                    ),
                ]
        )
        {
            var refused = await room.Owner.Client.PostApiAsync($"{room.Path}/pipeline_schedules", JsonDocument.Parse(body).RootElement);
            Assert.Equal((400, answer), (refused.Status, refused.Text));
        }
    }

    [Fact]
    public async Task A_project_has_ten_at_the_most()
    {
        await using var room = await StarterRoom.OpenAsync(DatabaseKind.Sqlite);
        for (var at = 0; at < 10; at++)
            Assert.Equal(201, (await room.Owner.Client.PostApiAsync($"{room.Path}/pipeline_schedules", Nightly)).Status);
        var refused = await room.Owner.Client.PostApiAsync($"{room.Path}/pipeline_schedules", Nightly);
        Assert.Equal(
            (400, """{"message":{"base":["Maximum number of pipeline schedules (10) exceeded"]}}"""),
            (refused.Status, refused.Text)
        );
    }

    [Fact]
    public async Task Its_owner_changes_it_maintainers_take_it_over_and_others_look()
    {
        await using var room = await StarterRoom.OpenAsync(DatabaseKind.Sqlite);
        await room.Owner.Client.DeleteApiAsync($"{room.Path}/protected_branches/main");
        var (guest, developer, maintainer) = (
            await room.MemberAsync(Role.Guest),
            await room.MemberAsync(Role.Developer),
            await room.MemberAsync(Role.Maintainer)
        );
        var made = await developer.Client.PostApiAsync($"{room.Path}/pipeline_schedules", Nightly);
        var path = $"{room.Path}/pipeline_schedules/{made["id"]}";
        await developer.Client.PostApiAsync($"{path}/variables", new { key = "WHO", value = "x" });

        Assert.False((await guest.Client.GetApiAsync(path)).Json.TryGetProperty("variables", out _));
        Assert.Equal(1, (await maintainer.Client.GetApiAsync(path))["variables"].GetArrayLength());
        Assert.Equal(403, (await guest.Client.PostApiAsync($"{path}/play")).Status);
        Assert.Equal(403, (await guest.Client.PostApiAsync($"{room.Path}/pipeline_schedules", Nightly)).Status);
        var other = await room.MemberAsync(Role.Developer);
        foreach (var who in (TestUser[])[guest, other])
        {
            Assert.Equal(403, (await who.Client.PutApiAsync(path, new { cron = "@hourly" })).Status);
            Assert.Equal(403, (await who.Client.DeleteApiAsync(path)).Status);
            Assert.Equal(403, (await who.Client.PostApiAsync($"{path}/take_ownership")).Status);
            Assert.Equal(403, (await who.Client.GetApiAsync($"{path}/variables/WHO")).Status);
            Assert.Equal(403, (await who.Client.DeleteApiAsync($"{path}/variables/WHO")).Status);
        }

        // Not even who may remove it changes what it does in somebody else's name.
        Assert.Equal(403, (await maintainer.Client.PutApiAsync(path, new { cron = "@hourly" })).Status);
        Assert.Equal(403, (await maintainer.Client.PostApiAsync($"{path}/variables", new { key = "B", value = "x" })).Status);
        var taken = await maintainer.Client.PostApiAsync($"{path}/take_ownership");
        Assert.Equal((201, maintainer.Row.Username), (taken.Status, taken["owner"].GetProperty("username").GetString()));
        Assert.Equal(200, (await maintainer.Client.PostApiAsync($"{path}/take_ownership")).Status);
        Assert.Equal(403, (await developer.Client.PutApiAsync(path, new { cron = "@hourly" })).Status);
        Assert.Equal(200, (await maintainer.Client.PutApiAsync(path, new { cron = "@hourly" })).Status);
        var stranger = await room.Server.UserAsync();
        Assert.Equal(404, (await stranger.Client.GetApiAsync(path)).Status);
    }

    [Fact]
    public async Task A_protected_branch_takes_who_may_merge_there()
    {
        await using var room = await StarterRoom.OpenAsync(DatabaseKind.Sqlite);
        await room.Owner.Client.PostApiAsync($"{room.Path}/protected_branches", new { name = "main" });
        var (developer, maintainer) = (await room.MemberAsync(Role.Developer), await room.MemberAsync(Role.Maintainer));
        Assert.Equal(400, (await developer.Client.PostApiAsync($"{room.Path}/pipeline_schedules", Nightly)).Status);
        var made = await maintainer.Client.PostApiAsync($"{room.Path}/pipeline_schedules", Nightly);
        Assert.Equal(201, made.Status);
        // What it would start runs in the name of who presses the button.
        Assert.Equal(400, (await developer.Client.PostApiAsync($"{room.Path}/pipeline_schedules/{made["id"]}/play")).Status);
        Assert.Empty(await room.PipelinesAsync());
    }

    [Theory, EveryDatabase]
    public async Task Variables_and_inputs_reach_its_pipelines(DatabaseKind kind)
    {
        await using var room = await StarterRoom.OpenAsync(kind);
        var ada = room.Owner.Client;
        var made = await ada.PostApiAsync(
            $"{room.Path}/pipeline_schedules",
            new
            {
                description = "nightly",
                @ref = "main",
                cron = "@daily",
                inputs = new[] { new { name = "tier", value = "blue" } },
            }
        );
        Assert.Equal("blue", made["inputs"][0].GetProperty("value").GetString());
        var path = $"{room.Path}/pipeline_schedules/{made["id"]}";
        Assert.Equal(201, (await ada.PostApiAsync($"{path}/variables", new { key = "WHO", value = "s" })).Status);
        Assert.Equal(400, (await ada.PostApiAsync($"{path}/variables", new { key = "WHO", value = "t" })).Status);
        Assert.Equal(400, (await ada.PostApiAsync($"{path}/variables", new { key = "W O", value = "t" })).Status);
        Assert.Equal(404, (await ada.PutApiAsync($"{path}/variables/NONE", new { value = "t" })).Status);
        Assert.Equal("t", (await ada.PutApiAsync($"{path}/variables/WHO", new { value = "t" }))["value"].GetString());
        Assert.Equal("t", (await ada.GetApiAsync($"{path}/variables/WHO"))["value"].GetString());
        var played = await ada.PostApiAsync($"{path}/play");
        Assert.Equal((201, """{"message":"201 Created"}"""), (played.Status, played.Text));
        var pipeline = Assert.Single(await room.PipelinesAsync());
        Assert.Equal(("schedule", "main", room.Owner.Id), (pipeline.Source, pipeline.Ref, pipeline.UserId));
        var variables = await ada.GetApiAsync($"{room.Path}/pipelines/{pipeline.Id}/variables");
        Assert.Equal(("WHO", "t"), (variables.Json[0].GetProperty("key").GetString(), variables.Json[0].GetProperty("value").GetString()));
        Assert.Equal(pipeline.Id, (await ada.GetApiAsync(path))["last_pipeline"].GetProperty("id").GetInt64());
        Assert.Equal(pipeline.Id, (await ada.GetApiAsync($"{path}/pipelines")).Json[0].GetProperty("id").GetInt64());
        Assert.Equal(202, (await ada.DeleteApiAsync($"{path}/variables/WHO")).Status);
        var without = await ada.PutApiAsync(path, new { inputs = new[] { new { name = "tier", destroy = true } } });
        Assert.Equal(0, without["inputs"].GetArrayLength());
        Assert.Equal(0, without["variables"].GetArrayLength());
    }

    [Fact]
    public async Task Where_nobody_may_give_variables_a_schedule_gets_none()
    {
        var settings = new ProjectSettings { CiPipelineVariablesMinimumOverrideRole = "no_one_allowed" };
        await using var room = await StarterRoom.OpenAsync(DatabaseKind.Sqlite, settings: settings);
        var made = await room.Owner.Client.PostApiAsync($"{room.Path}/pipeline_schedules", Nightly);
        var path = $"{room.Path}/pipeline_schedules/{made["id"]}/variables";
        Assert.Equal(403, (await room.Owner.Client.PostApiAsync(path, new { key = "A", value = "x" })).Status);
    }
}
