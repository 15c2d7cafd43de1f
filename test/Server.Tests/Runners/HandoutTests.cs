using System.Collections.Concurrent;
using Slipway.Protocol.Coordination;
using Slipway.Server.Tests.Support;
using Xunit;

namespace Slipway.Server.Tests.Runners;

/// <summary>One job, one runner (runner-protocol §3, §5.3).</summary>
public sealed class HandoutTests
{
    private const string One = "a: {script: [echo hi]}";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory, EveryDatabase]
    public async Task A_job_is_offered_taken_up_and_ends(DatabaseKind kind)
    {
        await using var room = await CoordinatorRoom.OpenAsync(kind);
        var runner = await room.RunnerAsync();
        var pipeline = await room.PipelineAsync("a: {stage: build, script: [echo hi]}\nb: {stage: test, script: [echo]}");

        var job = await runner.TakeAsync();
        Assert.Equal("a", job.Name);
        Assert.Equal("pending", await room.StatusAsync(job.Id));
        Assert.StartsWith("glcbt-", job.Token);
        Assert.Equal(job.Token, job.Variable("CI_JOB_TOKEN"));
        Assert.Equal($"{job.Id}", job.Variable("CI_JOB_ID"));
        Assert.Equal($"{pipeline}", job.Variable("CI_PIPELINE_ID"));
        Assert.EndsWith($"/{room.Project.FullPath}/-/jobs/{job.Id}", job.Variable("CI_JOB_URL"));
        Assert.Equal(
            $"http://gitlab-ci-token:{job.Token}@127.0.0.1:{room.Server.Address.Port}/{room.Project.FullPath}.git",
            job.Payload.GetProperty("git_info").GetProperty("repo_url").GetString()
        );
        // Nobody else gets it meanwhile.
        Assert.Equal(204, (await (await room.RunnerAsync()).RequestAsync()).Status);

        Assert.Equal(200, (await job.UpdateAsync(JobState.Running)).Status);
        Assert.Equal("running", await room.StatusAsync(job.Id));
        job.Log = "hello\n"u8.ToArray();
        var end = await job.FinishAsync(JobState.Success);
        Assert.Equal((200, "success"), (end.Status, end[WireHeader.JobStatus]));
        Assert.Equal("b", (await runner.TakeAsync()).Name);
    }

    [Theory, EveryDatabase]
    public async Task Eight_runners_that_ask_at_once_never_get_the_same_job(DatabaseKind kind)
    {
        const int jobs = 40;
        await using var room = await CoordinatorRoom.OpenAsync(kind);
        var token = (await room.RunnerAsync()).Token;
        await room.PipelineAsync(string.Concat(Enumerable.Range(0, jobs).Select(n => $"j{n}: {{script: [echo]}}\n")));
        var taken = new ConcurrentBag<long>();

        await Task.WhenAll(Enumerable.Range(0, 8).Select(n => AskAsync(room.Runner(token, $"s_00000000000{n}"))));

        Assert.Equal(jobs, taken.Count);
        Assert.Equal(jobs, taken.Distinct().Count());

        async Task AskAsync(WireRunner runner)
        {
            while (true)
            {
                var answer = await runner.RequestAsync(Ct);
                if (answer.Status == 204)
                    return;
                if (answer.Status == 201)
                    taken.Add(answer.Json.GetProperty("id").GetInt64());
            }
        }
    }

    [Theory, EveryDatabase]
    public async Task A_runner_that_waits_gets_a_job_the_moment_there_is_one(DatabaseKind kind)
    {
        await using var room = await CoordinatorRoom.OpenAsync(kind, new Clock());
        var runner = await room.RunnerAsync();
        Assert.Equal(204, (await runner.RequestAsync()).Status);

        // The clock stands still: only the job itself can end this wait.
        var waiting = runner.RequestAsync(Ct);
        await room.PipelineAsync(One);

        Assert.Equal(201, (await waiting).Status);
    }

    [Fact]
    public async Task A_wait_without_a_job_ends_and_tells_where_to_go_on()
    {
        await using var room = await CoordinatorRoom.OpenAsync(
            DatabaseKind.Sqlite,
            with: o => o with { LongPoll = TimeSpan.FromMilliseconds(50) }
        );
        var runner = await room.RunnerAsync();
        var first = await runner.RequestAsync();
        Assert.Null(first[WireHeader.BuildsPolling]);

        var second = await runner.RequestAsync(Ct);

        Assert.Equal((204, "yes"), (second.Status, second[WireHeader.BuildsPolling]));
    }

    [Fact]
    public async Task A_runner_that_has_just_started_is_not_held()
    {
        await using var room = await CoordinatorRoom.OpenAsync(DatabaseKind.Sqlite, new Clock());
        Assert.Equal(204, (await (await room.RunnerAsync()).RequestAsync(Ct)).Status);
    }

    [Theory, EveryDatabase]
    public async Task A_lapsed_offer_goes_to_another_with_another_token(DatabaseKind kind)
    {
        var clock = new Clock();
        await using var room = await CoordinatorRoom.OpenAsync(kind, clock);
        var (first, second) = (await room.RunnerAsync(), await room.RunnerAsync());
        await room.PipelineAsync(One);
        var lost = await first.TakeAsync();

        clock.Advance(TimeSpan.FromSeconds(110));
        Assert.Equal(200, (await lost.UpdateAsync(JobState.Pending)).Status);
        clock.Advance(TimeSpan.FromSeconds(110));
        Assert.Equal(204, (await second.RequestAsync()).Status);

        clock.Advance(TimeSpan.FromSeconds(11));
        Assert.Equal(409, (await lost.UpdateAsync(JobState.Running)).Status);
        var again = await second.TakeAsync();
        Assert.Equal(lost.Id, again.Id);
        Assert.NotEqual(lost.Token, again.Token);
        Assert.Equal(403, (await lost.UpdateAsync(JobState.Running)).Status);
        Assert.Equal(403, (await lost.UpdateAsync(JobState.Success)).Status);
        lost.Log = "stale"u8.ToArray();
        Assert.Equal(403, (await lost.PatchAsync(0, 5)).Status);
        Assert.Equal(200, (await again.UpdateAsync(JobState.Running)).Status);
        Assert.Equal(200, (await again.UpdateAsync(JobState.Running)).Status);
    }

    [Fact]
    public async Task What_lapsed_wakes_a_runner_that_waits()
    {
        var clock = new Clock();
        await using var room = await CoordinatorRoom.OpenAsync(DatabaseKind.Sqlite, clock);
        var (first, second) = (await room.RunnerAsync(), await room.RunnerAsync());
        await room.PipelineAsync(One);
        await first.TakeAsync();
        await second.RequestAsync();
        clock.Advance(TimeSpan.FromMinutes(3));

        var waiting = second.RequestAsync(Ct);
        await room.SweepAsync();

        Assert.Equal(201, (await waiting).Status);
    }

    [Theory, EveryDatabase]
    public async Task A_runner_that_takes_no_offers_has_the_job_at_once(DatabaseKind kind)
    {
        var clock = new Clock();
        await using var room = await CoordinatorRoom.OpenAsync(kind, clock);
        var runner = await room.RunnerAsync();
        runner.Features = runner.Features with { TwoPhaseJobCommit = false };
        var pipeline = await room.PipelineAsync("a: {script: [echo]}\nb: {script: [echo]}");
        var heard = await runner.TakeAsync();
        Assert.Equal("running", await room.StatusAsync(heard.Id));
        await heard.UpdateAsync(JobState.Running);
        var lost = await runner.TakeAsync();

        // It asks again, so the answer before must have been lost; of one job something was heard, and that one stays.
        clock.Advance(TimeSpan.FromMinutes(3));
        await runner.RequestAsync();
        await room.SweepAsync();

        var jobs = await room.JobsAsync(pipeline);
        Assert.Equal("running", await room.StatusAsync(heard.Id));
        Assert.Equal("pending", await room.StatusAsync(lost.Id));
        Assert.Equal(403, (await lost.UpdateAsync(JobState.Running)).Status);
        Assert.Equal(jobs["b"], (await runner.TakeAsync()).Id);
    }

    [Fact]
    public async Task A_job_whose_taking_up_was_not_heard_is_taken_up_by_its_log()
    {
        await using var room = await CoordinatorRoom.OpenAsync(DatabaseKind.Sqlite);
        var runner = await room.RunnerAsync();
        await room.PipelineAsync(One);
        var job = await runner.TakeAsync();
        job.Log = "hello"u8.ToArray();

        Assert.Equal(202, (await job.PatchAsync(0, 5)).Status);
        Assert.Equal("running", await room.StatusAsync(job.Id));
    }

    [Fact]
    public async Task A_request_without_token_or_with_a_strange_one_is_refused()
    {
        await using var room = await CoordinatorRoom.OpenAsync(DatabaseKind.Sqlite);
        Assert.Equal(400, (await room.Runner("").RequestAsync()).Status);
        Assert.Equal(403, (await room.Runner("glrt-unknown").RequestAsync()).Status);
        Assert.Equal(501, (await room.Runner("x").SendAsync(HttpMethod.Get, "runners/router/discovery", null)).Status);
    }

    [Fact]
    public async Task A_heartbeat_is_written_now_and_then_and_not_with_each_request()
    {
        var clock = new Clock();
        await using var room = await CoordinatorRoom.OpenAsync(DatabaseKind.Sqlite, clock, o => o with { LongPoll = TimeSpan.Zero });
        var runner = await room.RunnerAsync();
        await runner.RequestAsync();
        var first = await ContactAsync();
        clock.Advance(TimeSpan.FromSeconds(39));
        await runner.RequestAsync();
        Assert.Equal(first, await ContactAsync());
        clock.Advance(TimeSpan.FromSeconds(1));
        await runner.RequestAsync();
        Assert.Equal(first + 40_000, await ContactAsync());

        Task<long> ContactAsync() => room.Db.FindAsync<long>("SELECT contacted_at FROM runner_managers", null, Ct);
    }

    [Theory]
    [InlineData("upload_multiple_artifacts", "a: {script: [x], artifacts: {reports: {junit: j.xml}}}")]
    [InlineData("artifacts_exclude", "a: {script: [x], artifacts: {paths: [p], exclude: [q]}}")]
    [InlineData("return_exit_code", "a: {script: [x], allow_failure: {exit_codes: 3}}")]
    [InlineData("fallback_cache_keys", "a: {script: [x], cache: {key: k, paths: [p], fallback_keys: [f]}}")]
    public async Task A_runner_that_cannot_do_what_a_job_needs_is_not_given_it(string feature, string yaml)
    {
        await using var room = await CoordinatorRoom.OpenAsync(DatabaseKind.Sqlite);
        var runner = await room.RunnerAsync();
        runner.Features = feature switch
        {
            "upload_multiple_artifacts" => runner.Features with { UploadMultipleArtifacts = false },
            "artifacts_exclude" => runner.Features with { ArtifactsExclude = false },
            "return_exit_code" => runner.Features with { ReturnExitCode = false },
            _ => runner.Features with { FallbackCacheKeys = false },
        };
        var pipeline = await room.PipelineAsync(yaml + "\nb: {script: [x]}");

        Assert.Equal("b", (await runner.TakeAsync()).Name);
        var job = await room.JobAsync((await room.JobsAsync(pipeline))["a"]);
        Assert.Equal(("failed", "runner_unsupported"), (job.Status, job.FailureReason));
    }
}
