using Slipway.Protocol.Coordination;
using Slipway.Server.Jobs;
using Slipway.Server.Runners;
using Slipway.Server.Tests.Support;
using Xunit;

namespace Slipway.Server.Tests.Runners;

/// <summary>What a job gets of its project's settings when it is handed out.</summary>
public sealed class SettingsInPayloadsTests
{
    [Theory, EveryDatabase]
    public async Task The_projects_variables_are_read_again_for_every_attempt(DatabaseKind kind)
    {
        await using var room = await CoordinatorRoom.OpenAsync(kind);
        var path = $"projects/{room.Project.Id}/variables";
        var pipeline = await room.PipelineAsync("a: {variables: {WHO: yaml, OWN: job}, script: [x]}");
        await room.Admin.Client.PostApiAsync(path, new { key = "WHO", value = "first" });
        var runner = await room.RunnerAsync();
        var job = await runner.StartAsync();
        Assert.Equal(("first", "job"), (job.Variable("WHO"), job.Variable("OWN")));
        await job.FinishAsync(JobState.Failed, "script_failure");

        await room.Admin.Client.PutApiAsync($"{path}/WHO", new { value = "second" });
        await room.Admin.Client.PostApiAsync(
            path,
            new
            {
                key = "CLOSED",
                value = "protected refs only",
                @protected = true,
            }
        );
        Assert.Equal(201, (await room.JobApiAsync(HttpMethod.Post, job.Id, "/retry")).Status);
        var again = await runner.StartAsync();
        Assert.Equal(("second", "job", null), (again.Variable("WHO"), again.Variable("OWN"), again.Variable("CLOSED")));
        await again.FinishAsync(JobState.Failed, "script_failure");

        await room.Admin.Client.DeleteApiAsync($"{path}/WHO");
        await room.JobApiAsync(HttpMethod.Post, (await room.JobsAsync(pipeline))["a"], "/retry");
        Assert.Equal("yaml", (await runner.StartAsync()).Variable("WHO"));
    }

    [Fact]
    public async Task Variables_of_an_environment_go_to_its_jobs_only()
    {
        await using var room = await CoordinatorRoom.OpenAsync(DatabaseKind.Sqlite);
        await room.PipelineAsync("a: {script: [x], environment: review/one}\nb: {script: [x]}");
        var path = $"projects/{room.Project.Id}/variables";
        await room.Admin.Client.PostApiAsync(
            path,
            new
            {
                key = "K",
                value = "review",
                environment_scope = "review/*",
            }
        );
        var runner = await room.RunnerAsync();
        var jobs = new[] { await runner.StartAsync(), await runner.StartAsync() };
        Assert.Equal(
            [("a", "review"), ("b", null)],
            jobs.OrderBy(job => job.Name, StringComparer.Ordinal).Select(job => (job.Name, job.Variable("K")))
        );
    }

    /// <summary>https://docs.gitlab.com/user/project/deploy_tokens/#gitlab-deploy-token</summary>
    [Theory, EveryDatabase]
    public async Task A_deploy_token_of_that_name_is_given_to_jobs(DatabaseKind kind)
    {
        await using var room = await CoordinatorRoom.OpenAsync(kind);
        var path = $"projects/{room.Project.Id}/deploy_tokens";
        await room.Admin.Client.PostApiAsync(path, new { name = "another", scopes = (string[])["read_repository"] });
        var runner = await room.RunnerAsync();
        await room.PipelineAsync("a: {script: [x]}");
        Assert.Null((await runner.StartAsync()).Variable("CI_DEPLOY_USER"));

        var made = await room.Admin.Client.PostApiAsync(
            path,
            new
            {
                name = "gitlab-deploy-token",
                username = "deployer",
                scopes = (string[])["read_repository"],
            }
        );
        Assert.Equal(201, made.Status);
        await room.PipelineAsync("b: {script: [x]}");
        var job = await runner.StartAsync();
        Assert.Equal(("deployer", made["token"].GetString()), (job.Variable("CI_DEPLOY_USER"), job.Variable("CI_DEPLOY_PASSWORD")));

        await room.Admin.Client.DeleteApiAsync($"{path}/{made["id"].GetInt64()}");
        await room.PipelineAsync("c: {script: [x]}");
        Assert.Null((await runner.StartAsync()).Variable("CI_DEPLOY_PASSWORD"));
    }

    /// <summary>Row F11 of the faults: an administrator may wait less than GitLab's hour.</summary>
    [Theory, InlineData(null, "running"), InlineData(20, "failed")]
    public async Task A_job_of_a_silent_runner_fails_when_the_server_has_waited_as_long_as_it_should(int? minutes, string status)
    {
        var clock = new Clock();
        Func<JobOptions, JobOptions>? with = minutes is { } m ? options => options with { Silence = TimeSpan.FromMinutes(m) } : null;
        await using var room = await CoordinatorRoom.OpenAsync(DatabaseKind.Sqlite, clock, with);
        await room.PipelineAsync("a: {script: [x]}");
        var job = await (await room.RunnerAsync()).StartAsync();
        clock.Advance(TimeSpan.FromMinutes(19));
        await room.SweepAsync();
        Assert.Equal("running", await room.StatusAsync(job.Id));
        clock.Advance(TimeSpan.FromMinutes(2));
        await room.SweepAsync();
        Assert.Equal(status, await room.StatusAsync(job.Id));
        clock.Advance(TimeSpan.FromMinutes(40));
        await room.SweepAsync();
        Assert.Equal("stuck_or_timeout_failure", (await room.JobAsync(job.Id)).FailureReason);
    }

    /// <summary>Row F11 of the faults: our own runner says at least every half minute that it is there.</summary>
    [Theory, InlineData("slipway-0.1.0", "failed", "runner_system_failure"), InlineData("d79f3e7b", "running", null)]
    public async Task A_job_of_our_own_runner_that_was_killed_fails_within_four_minutes(string revision, string status, string? reason)
    {
        var clock = new Clock();
        await using var room = await CoordinatorRoom.OpenAsync(DatabaseKind.Sqlite, clock);
        await room.PipelineAsync("a: {script: [x]}");
        var runner = await room.RunnerAsync();
        runner.Revision = revision;
        var job = await runner.StartAsync();
        clock.Advance(TimeSpan.FromMinutes(2.5));
        await job.UpdateAsync(JobState.Running);
        clock.Advance(TimeSpan.FromMinutes(2.5));
        await room.SweepAsync();
        Assert.Equal("running", await room.StatusAsync(job.Id));
        clock.Advance(TimeSpan.FromMinutes(1));
        await room.SweepAsync();
        var row = await room.JobAsync(job.Id);
        Assert.Equal((status, reason), (row.Status, row.FailureReason));
    }

    /// <summary>Row F14 of the faults: a server that was away has heard nobody, and holds it against nobody.</summary>
    [Theory, InlineData("slipway-0.1.0"), InlineData("d79f3e7b")]
    public async Task What_could_not_be_heard_while_no_server_was_there_is_held_against_no_job(string revision)
    {
        var clock = new Clock();
        await using var room = await CoordinatorRoom.OpenAsync(DatabaseKind.Sqlite, clock);
        await room.PipelineAsync("a: {script: [x]}");
        var runner = await room.RunnerAsync();
        runner.Revision = revision;
        var job = await runner.StartAsync();
        clock.Advance(TimeSpan.FromMinutes(70));

        // As at its start.
        await room.Part<JobSweep>().BeginAsync(TestContext.Current.CancellationToken);
        await room.SweepAsync();
        Assert.Equal("running", await room.StatusAsync(job.Id));
        Assert.Equal(200, (await job.UpdateAsync(JobState.Running)).Status);

        clock.Advance(TimeSpan.FromMinutes(61));
        await room.SweepAsync();
        Assert.Equal("failed", await room.StatusAsync(job.Id));
    }
}
