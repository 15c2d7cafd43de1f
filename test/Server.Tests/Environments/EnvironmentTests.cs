using System.Text.Json;
using Slipway.Protocol.Coordination;
using Slipway.Server.Data;
using Slipway.Server.Environments;
using Slipway.Server.Git;
using Slipway.Server.Projects;
using Slipway.Server.Tests.Runners;
using Slipway.Server.Tests.Support;
using Xunit;

namespace Slipway.Server.Tests.Environments;

/// <summary>What jobs make of environments and deployments (gitlab-ci-yaml §7.9, §17.1).</summary>
public sealed class EnvironmentTests
{
    private const string Review = """
        deploy: {stage: build, script: [x], environment: {name: review/one, url: 'https://$HOST/app', on_stop: stop, auto_stop_in: 1 day}}
        stop: {stage: test, script: [x], when: manual, environment: {name: review/one, action: stop}}
        """;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory, EveryDatabase]
    public async Task A_deployment_follows_its_job_and_the_environment_its_last_deployment(DatabaseKind kind)
    {
        await using var room = await CoordinatorRoom.OpenAsync(kind);
        await room.PipelineAsync(Review);
        var made = await OnlyAsync(room);
        Assert.Equal("review/one available development", $"{made.Name} {made.State} {made.Tier}");
        Assert.Equal(["created"], await StatusesAsync(room));

        var job = await (await room.RunnerAsync()).StartAsync();
        Assert.Equal(("review/one", made.Slug), (job.Variable("CI_ENVIRONMENT_NAME"), job.Variable("CI_ENVIRONMENT_SLUG")));
        Assert.Equal(("start", "development"), (job.Variable("CI_ENVIRONMENT_ACTION"), job.Variable("CI_ENVIRONMENT_TIER")));
        Assert.Equal(["running"], await StatusesAsync(room));
        const string dotenv = "artifact_format=gzip&artifact_type=dotenv";
        Assert.Equal(201, (await job.UploadAsync(ArtifactTests.Gzip("HOST=one.example.com\n"), ".env.gz", dotenv)).Status);
        await job.FinishAsync(JobState.Success);

        Assert.Equal(["success"], await StatusesAsync(room));
        Assert.Equal("https://one.example.com/app", (await OnlyAsync(room)).ExternalUrl);
        var shown = await room.Admin.Client.GetApiAsync($"projects/{room.Project.Id}/environments/{made.Id}");
        var last = shown["last_deployment"];
        Assert.Equal(
            (1L, "success", job.Id, "deploy"),
            (
                last.GetProperty("iid").GetInt64(),
                last.GetProperty("status").GetString(),
                last.GetProperty("deployable").GetProperty("id").GetInt64(),
                last.GetProperty("deployable").GetProperty("name").GetString()
            )
        );
    }

    [Theory, EveryDatabase]
    public async Task Stopping_an_environment_plays_the_job_that_stops_it(DatabaseKind kind)
    {
        await using var room = await CoordinatorRoom.OpenAsync(kind);
        var pipeline = await room.PipelineAsync(Review);
        var runner = await room.RunnerAsync();
        await (await runner.StartAsync()).FinishAsync(JobState.Success);
        var id = (await OnlyAsync(room)).Id;
        var path = $"projects/{room.Project.Id}/environments/{id}";
        Assert.Equal(403, (await room.Admin.Client.DeleteApiAsync(path)).Status);

        var answer = await room.Admin.Client.PostApiAsync($"{path}/stop");
        Assert.Equal((200, "stopping"), (answer.Status, answer["state"].GetString()));
        var stop = await runner.StartAsync();
        Assert.Equal("stop", stop.Name);
        await stop.FinishAsync(JobState.Failed, "script_failure");
        Assert.Equal("available", (await OnlyAsync(room)).State);

        Assert.Equal("stopping", (await room.Admin.Client.PostApiAsync($"{path}/stop"))["state"].GetString());
        await (await runner.StartAsync()).FinishAsync(JobState.Success);
        var stopped = await OnlyAsync(room);
        Assert.Equal(("stopped", (long?)null), (stopped.State, stopped.AutoStopAt));

        // Deployed again, it is there again.
        await room.JobApiAsync(HttpMethod.Post, (await room.JobsAsync(pipeline))["deploy"], "/retry");
        await (await runner.StartAsync()).FinishAsync(JobState.Success);
        Assert.Equal("available", (await OnlyAsync(room)).State);
        Assert.Equal("stopped", (await room.Admin.Client.PostApiAsync($"{path}/stop", new { force = true }))["state"].GetString());
        Assert.Equal(204, (await room.Admin.Client.DeleteApiAsync(path)).Status);
        Assert.Empty(await StatusesAsync(room));
    }

    [Fact]
    public async Task An_environment_stops_by_itself_when_its_time_is_over()
    {
        var clock = new Clock();
        await using var room = await CoordinatorRoom.OpenAsync(DatabaseKind.Sqlite, clock);
        var pipeline = await room.PipelineAsync(Review);
        var first = (await OnlyAsync(room)).AutoStopAt!.Value;
        clock.Advance(TimeSpan.FromHours(1));
        await (await (await room.RunnerAsync()).StartAsync()).FinishAsync(JobState.Success);
        var second = (await OnlyAsync(room)).AutoStopAt!.Value;
        Assert.Equal(TimeSpan.FromHours(1).TotalMilliseconds, second - first);

        var stops = room.Part<EnvironmentStops>();
        var id = (await OnlyAsync(room)).Id;
        await stops.OnDueAsync(new EnvironmentWork.Due(id, first), Ct);
        await stops.OnDueAsync(new EnvironmentWork.Due(id, second), Ct);
        Assert.Equal("manual", await room.StatusAsync((await room.JobsAsync(pipeline))["stop"]));

        clock.Advance(TimeSpan.FromDays(1));
        for (var twice = 0; twice < 2; twice++)
            await stops.OnDueAsync(new EnvironmentWork.Due(id, second), Ct);
        Assert.Equal("pending", await room.StatusAsync((await room.JobsAsync(pipeline))["stop"]));
        Assert.Equal("stopping", (await OnlyAsync(room)).State);
    }

    [Fact]
    public async Task A_removed_branch_takes_along_what_was_deployed_from_it()
    {
        await using var room = await CoordinatorRoom.OpenAsync(DatabaseKind.Sqlite);
        await room.PipelineAsync("deploy: {script: [x], environment: review/one}");
        await (await (await room.RunnerAsync()).StartAsync()).FinishAsync(JobState.Success);
        var none = new string('0', 40);
        await RemoveAsync("refs/heads/other");
        Assert.Equal("available", (await OnlyAsync(room)).State);
        await RemoveAsync("refs/heads/main");
        Assert.Equal("stopped", (await OnlyAsync(room)).State);

        Task RemoveAsync(string @ref)
        {
            RefUpdate[] refs = [new RefUpdate(@ref, new string('1', 40), none)];
            return room.Part<EnvironmentStops>().OnPushedAsync(new Pushed(@ref, room.Project.Id, room.Admin.Id, refs, [], 0), Ct);
        }
    }

    [Theory, EveryDatabase]
    public async Task A_deployment_older_than_the_latest_is_not_run_and_a_retry_of_one_is(DatabaseKind kind)
    {
        const string yaml = "deploy: {script: [x], retry: 2, when: manual, environment: production}";
        await using var room = await CoordinatorRoom.OpenAsync(kind);
        var runner = await room.RunnerAsync();
        var older = (await room.JobsAsync(await room.PipelineAsync(yaml, sha: new string('a', 40))))["deploy"];
        var same = (await room.JobsAsync(await room.PipelineAsync(yaml, sha: new string('b', 40))))["deploy"];
        var newer = (await room.JobsAsync(await room.PipelineAsync(yaml, sha: new string('b', 40))))["deploy"];
        await room.JobApiAsync(HttpMethod.Post, newer, "/play");
        await (await runner.StartAsync()).FinishAsync(JobState.Success);

        await room.JobApiAsync(HttpMethod.Post, older, "/play");
        var refused = await room.JobAsync(older);
        Assert.Equal("failed failed_outdated_deployment_job 0", $"{refused.Status} {refused.FailureReason} {refused.Retried}");
        Assert.Equal("pending", (await room.JobApiAsync(HttpMethod.Post, same, "/play"))["status"].GetString());
        await (await runner.StartAsync()).FinishAsync(JobState.Success);

        var retry = await room.JobApiAsync(HttpMethod.Post, older, "/retry");
        Assert.Equal("pending", retry["status"].GetString());
        var rollback = await runner.StartAsync();
        await rollback.FinishAsync(JobState.Success);
        Assert.Equal(["failed", "success", "success", "success"], await StatusesAsync(room));
        Assert.Equal(rollback.Id, await LastAsync(room));

        // Without rollbacks a retry is as old as the job it takes the place of.
        await room.Admin.Client.PutApiAsync($"projects/{room.Project.Id}", new { ci_forward_deployment_rollback_allowed = false });
        Assert.Equal("failed", (await room.JobApiAsync(HttpMethod.Post, newer, "/retry"))["status"].GetString());
        await room.Admin.Client.PutApiAsync($"projects/{room.Project.Id}", new { ci_forward_deployment_enabled = false });
        Assert.Equal("pending", (await room.JobApiAsync(HttpMethod.Post, same, "/retry"))["status"].GetString());
    }

    [Fact]
    public async Task A_name_that_cannot_be_fails_its_job()
    {
        await using var room = await CoordinatorRoom.OpenAsync(DatabaseKind.Sqlite);
        var pipeline = await room.PipelineAsync(
            """
            variables: {WHERE: "a;b"}
            deploy: {script: [x], environment: review/$WHERE}
            """
        );
        var job = await room.JobAsync((await room.JobsAsync(pipeline))["deploy"]);
        Assert.Equal("failed environment_creation_failure", $"{job.Status} {job.FailureReason}");
        Assert.Empty(await room.Db.QueryAsync<long>("SELECT id FROM environments", null, Ct));
    }

    [Theory]
    [InlineData("prepare", true)]
    [InlineData("access", true)]
    [InlineData("verify", false)]
    public async Task Actions_that_deploy_nothing_may_give_an_environment_more_time(string action, bool longer)
    {
        var clock = new Clock();
        await using var room = await CoordinatorRoom.OpenAsync(DatabaseKind.Sqlite, clock);
        await room.PipelineAsync($$"""look: {script: [x], environment: {name: here, action: {{action}}, auto_stop_in: 2 days} }""");
        var before = (await OnlyAsync(room)).AutoStopAt;
        clock.Advance(TimeSpan.FromHours(1));
        await (await (await room.RunnerAsync()).StartAsync()).FinishAsync(JobState.Success);
        Assert.Equal(longer, (await OnlyAsync(room)).AutoStopAt > before);
        Assert.Empty(await StatusesAsync(room));
    }

    [Theory, EveryDatabase]
    public async Task Environments_are_kept_over_the_api(DatabaseKind kind)
    {
        await using var room = await CoordinatorRoom.OpenAsync(kind);
        var path = $"projects/{room.Project.Id}/environments";
        var client = room.Admin.Client;
        var made = await client.PostApiAsync(path, new { name = "Staging EU", external_url = "https://eu.example.com" });
        Assert.Equal((201, "staging"), (made.Status, made["tier"].GetString()));
        Assert.Matches("^staging-eu-[a-z0-9]{6}$", made["slug"].GetString());
        Assert.Equal(400, (await client.PostApiAsync(path, new { name = "Staging EU" })).Status);
        Assert.Equal(400, (await client.PostApiAsync(path, new { name = "no;thing" })).Status);
        Assert.Equal(400, (await client.PostApiAsync(path, new { name = "x", external_url = "javascript:alert(1)" })).Status);
        Assert.Equal(400, (await client.PostApiAsync(path, new { name = "x", tier = "odd" })).Status);
        Assert.Equal(201, (await client.PostApiAsync(path, new { name = "production", tier = "other" })).Status);

        var id = made["id"].GetInt64();
        var changed = await client.PutApiAsync($"{path}/{id}", new { tier = "testing", external_url = "" });
        Assert.Equal(("testing", JsonValueKind.Null), (changed["tier"].GetString(), changed["external_url"].ValueKind));
        Assert.Equal(["Staging EU"], await NamesAsync("?search=staG"));
        Assert.Equal(["production"], await NamesAsync("?name=production"));
        Assert.Equal(["Staging EU", "production"], await NamesAsync("?states=available"));
        Assert.Equal(400, (await client.GetApiAsync($"{path}?search=ab")).Status);
        Assert.Equal(400, (await client.GetApiAsync($"{path}?states=odd")).Status);
        Assert.Equal("stopped", (await client.PostApiAsync($"{path}/{id}/stop"))["state"].GetString());
        Assert.Equal(204, (await client.DeleteApiAsync($"{path}/{id}")).Status);
        Assert.Equal(404, (await client.GetApiAsync($"{path}/{id}")).Status);

        var reporter = await room.Server.UserAsync();
        await room.Server.JoinAsync(new MemberOf.Project(room.Project.Id), reporter.Row, Http.Role.Reporter);
        Assert.Equal(200, (await reporter.Client.GetApiAsync(path)).Status);
        Assert.Equal(403, (await reporter.Client.PostApiAsync(path, new { name = "mine" })).Status);
        Assert.Equal(400, (await client.PostApiAsync($"{path}/stop_stale", new { before = "tomorrow" })).Status);
        Assert.Equal(200, (await client.PostApiAsync($"{path}/stop_stale", new { before = "2026-01-01" })).Status);

        async Task<IEnumerable<string?>> NamesAsync(string query) =>
            (await client.GetApiAsync(path + query)).Json.EnumerateArray().Select(one => one.GetProperty("name").GetString());
    }

    private static async Task<EnvironmentRow> OnlyAsync(CoordinatorRoom room) =>
        Assert.Single(await room.Db.QueryAsync<EnvironmentRow>("SELECT * FROM environments", null, Ct));

    private static Task<IReadOnlyList<string>> StatusesAsync(CoordinatorRoom room) =>
        room.Db.QueryAsync<string>("SELECT status FROM deployments ORDER BY id", null, Ct);

    private static Task<long> LastAsync(CoordinatorRoom room) =>
        room.Db.FindAsync<long>("SELECT job_id FROM deployments WHERE status = 'success' ORDER BY id DESC LIMIT 1", null, Ct);
}
