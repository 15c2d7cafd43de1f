using System.Text;
using Slipway.Server.Tests.Support;
using Xunit;

namespace Slipway.Server.Tests.Runners;

/// <summary>F27: whoever wants two things of one job at the same time gets one of them, and nothing is inconsistent afterwards.</summary>
public sealed class RaceTests
{
    /// <summary>Of each race on each database; <c>SLIPWAY_INTERLEAVINGS</c> says how many there are of all eight, as at night.</summary>
    private static readonly int s_rounds = int.TryParse(Environment.GetEnvironmentVariable("SLIPWAY_INTERLEAVINGS"), out var all)
        ? Math.Max(8, all / 8)
        : 8;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory, EveryDatabase]
    public async Task A_cancel_and_an_end_have_one_winner_and_the_log_is_kept(DatabaseKind kind)
    {
        await using var room = await CoordinatorRoom.OpenAsync(kind);
        var runner = await room.RunnerAsync();
        for (var round = 0; round < s_rounds; round++)
        {
            await room.PipelineAsync("build: { script: make }\n");
            var job = await runner.StartAsync();
            job.Log = Encoding.UTF8.GetBytes($"the last words of round {round}\n");
            await job.SendLogAsync();
            var ending = Task.Run(() => job.FinishAsync("success"), Ct);
            var cancelling = Task.Run(() => room.JobApiAsync(HttpMethod.Post, job.Id, "/cancel"), Ct);
            var (end, cancel) = (await ending, await cancelling);

            Assert.Equal(200, end.Status);
            Assert.Contains(cancel.Status, (int[])[201, 403]);
            var status = await room.StatusAsync(job.Id);
            Assert.True(status is "success" or "canceled", status);
            Assert.Equal(Encoding.UTF8.GetString(job.Log), (await room.JobApiAsync(HttpMethod.Get, job.Id, "/trace")).Text);
        }

        await SoundAsync(room);
    }

    [Theory, EveryDatabase]
    public async Task Of_retries_at_the_same_time_one_makes_a_new_attempt(DatabaseKind kind)
    {
        await using var room = await CoordinatorRoom.OpenAsync(kind);
        var runner = await room.RunnerAsync();
        for (var round = 0; round < s_rounds; round++)
        {
            var pipeline = await room.PipelineAsync("build: { script: make }\n");
            var job = await runner.StartAsync();
            Assert.Equal(200, (await job.FinishAsync("failed", "script_failure", 1)).Status);
            var answers = await AtOnceAsync(4, () => room.JobApiAsync(HttpMethod.Post, job.Id, "/retry"));

            Assert.Single(answers, answer => answer.Status == 201);
            Assert.All(answers, answer => Assert.Contains(answer.Status, (int[])[201, 403]));
            var again = await runner.StartAsync();
            Assert.Equal(200, (await again.FinishAsync("success")).Status);
            Assert.Equal(2, await room.Db.FindAsync<long>("SELECT COUNT(*) FROM jobs WHERE pipeline_id = @pipeline", new { pipeline }, Ct));
        }

        await SoundAsync(room);
    }

    [Theory, EveryDatabase]
    public async Task Of_plays_at_the_same_time_one_plays_the_job(DatabaseKind kind)
    {
        await using var room = await CoordinatorRoom.OpenAsync(kind);
        for (var round = 0; round < s_rounds; round++)
        {
            var pipeline = await room.PipelineAsync("deploy: { script: make, when: manual }\n");
            var job = (await room.JobsAsync(pipeline))["deploy"];
            var answers = await AtOnceAsync(4, () => room.JobApiAsync(HttpMethod.Post, job, "/play"));

            Assert.Single(answers, answer => answer.Status is 200 or 201);
            Assert.Equal("pending", await room.StatusAsync(job));
            Assert.Equal(201, (await room.JobApiAsync(HttpMethod.Post, job, "/cancel")).Status);
        }

        await SoundAsync(room);
    }

    [Theory, EveryDatabase]
    public async Task A_retry_and_a_cancel_at_the_same_time_leave_one_attempt_that_is_as_its_pipeline_says(DatabaseKind kind)
    {
        await using var room = await CoordinatorRoom.OpenAsync(kind);
        var runner = await room.RunnerAsync();
        for (var round = 0; round < s_rounds; round++)
        {
            var pipeline = await room.PipelineAsync("build: { script: make }\nnext: { stage: test, script: make }\n");
            var job = await runner.StartAsync();
            Assert.Equal(200, (await job.FinishAsync("failed", "script_failure", 1)).Status);
            var retrying = Task.Run(() => room.JobApiAsync(HttpMethod.Post, job.Id, "/retry"), Ct);
            var cancelling = Task.Run(() => room.Admin.Client.PostApiAsync($"projects/{room.Project.Id}/pipelines/{pipeline}/cancel"), Ct);
            var (retry, cancel) = (await retrying, await cancelling);

            Assert.Equal(201, retry.Status);
            Assert.Equal(200, cancel.Status);
            var again = retry["id"].GetInt64();
            var status = await room.StatusAsync(again);
            // Whichever came first: one that was cancelled is never handed out, one that was not can be.
            Assert.True(status is "pending" or "canceled", status);
            Assert.Equal(
                1,
                await room.Db.FindAsync<long>(
                    "SELECT COUNT(*) FROM jobs WHERE pipeline_id = @pipeline AND name = 'build' AND retried = 0",
                    new { pipeline },
                    Ct
                )
            );
            if (status == "pending")
                Assert.Equal(200, (await (await runner.StartAsync()).FinishAsync("failed", "script_failure", 1)).Status);
            Assert.Equal(204, (await runner.RequestAsync(Ct)).Status);
            Assert.Equal(
                status == "pending" ? "failed" : "canceled",
                await room.Db.FindAsync<string>("SELECT status FROM pipelines WHERE id = @pipeline", new { pipeline }, Ct)
            );
        }

        await SoundAsync(room);
    }

    private static Task<Answer[]> AtOnceAsync(int count, Func<Task<Answer>> act) =>
        Task.WhenAll(Enumerable.Range(0, count).Select(_ => Task.Run(act, Ct)));

    /// <summary>All that is kept agrees; these pipelines are about no real commit.</summary>
    private static async Task SoundAsync(CoordinatorRoom room)
    {
        var found = await Doctor.ExamineAsync(room.Server.Options, deep: true, TimeProvider.System, _ => { }, Ct);
        var wrong = found.Checks.Where(check => !check.Name.StartsWith("I11 ")).SelectMany(check => check.Troubles);
        Assert.Empty(wrong);
    }
}
