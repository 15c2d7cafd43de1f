using Slipway.Protocol.Coordination;
using Slipway.Server.Jobs.Traces;
using Slipway.Server.Tests.Support;
using Xunit;

namespace Slipway.Server.Tests.Runners;

/// <summary>The words of a runner about a job, and the answers (runner-protocol §5, §7).</summary>
public sealed class UpdateTests
{
    private const string One = "a: {script: [x]}";

    [Theory]
    [InlineData(JobState.Success, null, null, "success", null, null)]
    [InlineData(JobState.Failed, "script_failure", 3, "failed", "script_failure", 3)]
    [InlineData(JobState.Failed, "runner_system_failure", null, "failed", "runner_system_failure", null)]
    [InlineData(JobState.Failed, null, 1, "failed", "script_failure", 1)]
    [InlineData(JobState.Failed, "made_up", 99_999, "failed", "unknown_failure", 32_767)]
    [InlineData(JobState.Failed, "script_failure", -1, "failed", "script_failure", 0)]
    public async Task A_job_ends_as_its_runner_says(string state, string? reason, int? exitCode, string status, string? kept, int? code)
    {
        await using var room = await CoordinatorRoom.OpenAsync(DatabaseKind.Sqlite);
        await room.PipelineAsync(One);
        var job = await (await room.RunnerAsync()).StartAsync();
        var answer = await job.FinishAsync(state, reason, exitCode);
        Assert.Equal((200, status), (answer.Status, answer[WireHeader.JobStatus]));
        var row = await room.JobAsync(job.Id);
        Assert.Equal((status, kept, code), (row.Status, row.FailureReason, (int?)row.ExitCode));
    }

    [Theory, EveryDatabase]
    public async Task The_last_word_may_be_said_twice_and_not_taken_back(DatabaseKind kind)
    {
        await using var room = await CoordinatorRoom.OpenAsync(kind);
        await room.PipelineAsync(One);
        var job = await (await room.RunnerAsync()).StartAsync();
        Assert.Equal(200, (await job.FinishAsync(JobState.Success)).Status);
        var again = await job.FinishAsync(JobState.Success);
        Assert.Equal((200, "success"), (again.Status, again[WireHeader.JobStatus]));
        var other = await job.FinishAsync(JobState.Failed, "script_failure");
        Assert.Equal((403, "success"), (other.Status, other[WireHeader.JobStatus]));
        Assert.Equal(403, (await job.UpdateAsync(JobState.Running)).Status);
        job.Log = "late"u8.ToArray();
        Assert.Equal(403, (await job.PatchAsync(0, 4)).Status);
        Assert.Equal("success", await room.StatusAsync(job.Id));
    }

    /// <summary>Between the look at the job and the note that its runner lives somebody else may have got it, or it may be over.</summary>
    [Theory]
    [InlineData("status = 'pending', token_hash = NULL, offered_until = NULL", null)]
    [InlineData("status = 'failed', offered_until = NULL", "failed")]
    public async Task Who_has_lost_a_job_while_he_speaks_of_it_is_told_so(string lost, string? status)
    {
        await using var room = await CoordinatorRoom.OpenAsync(DatabaseKind.Sqlite);
        var runner = await room.RunnerAsync();
        runner.Features = runner.Features with { TwoPhaseJobCommit = false };
        Func<WireJob, Task<WireAnswer>>[] words =
        [
            job => job.UpdateAsync(JobState.Running),
            job => job.PatchAsync(0, 4),
            job => job.UploadAsync([1, 2, 3]),
        ];
        await room.Db.ExecuteAsync(
            $"""
            CREATE TRIGGER lose BEFORE UPDATE OF updated_at ON jobs WHEN OLD.offered_until > 1 AND NEW.offered_until IS NULL AND NEW.status = 'running'
            BEGIN UPDATE jobs SET {lost} WHERE id = OLD.id; SELECT RAISE(IGNORE); END
            """,
            null,
            TestContext.Current.CancellationToken
        );
        foreach (var word in words)
        {
            await room.PipelineAsync(One);
            var job = await runner.TakeAsync();
            job.Log = "late"u8.ToArray();
            var answer = await word(job);
            Assert.Equal((403, status), (answer.Status, answer[WireHeader.JobStatus]));
            Assert.Equal(0, room.Part<TraceFolder>().Size(job.Id));
            // The next is not this one.
            await room.Db.ExecuteAsync(
                "UPDATE jobs SET status = 'canceled' WHERE status = 'pending'",
                null,
                TestContext.Current.CancellationToken
            );
        }
    }

    [Theory]
    [InlineData(JobState.Success)]
    [InlineData(JobState.Failed)]
    [InlineData("finished")]
    public async Task An_offer_is_taken_up_before_it_can_end(string state)
    {
        await using var room = await CoordinatorRoom.OpenAsync(DatabaseKind.Sqlite);
        await room.PipelineAsync(One);
        Assert.Equal(400, (await (await (await room.RunnerAsync()).TakeAsync()).UpdateAsync(state)).Status);
    }

    [Theory, EveryDatabase]
    public async Task A_cancelled_job_is_let_end_in_order(DatabaseKind kind)
    {
        await using var room = await CoordinatorRoom.OpenAsync(kind);
        await room.PipelineAsync(One);
        var job = await (await room.RunnerAsync()).StartAsync();
        Assert.Equal(201, (await room.JobApiAsync(HttpMethod.Post, job.Id, "/cancel")).Status);

        job.Log = "after_script"u8.ToArray();
        var patch = await job.PatchAsync(0, 12);
        Assert.Equal((202, "canceling"), (patch.Status, patch[WireHeader.JobStatus]));
        var touch = await job.UpdateAsync(JobState.Running);
        Assert.Equal((200, "canceling"), (touch.Status, touch[WireHeader.JobStatus]));
        Assert.Equal(201, (await job.UploadAsync([1, 2, 3])).Status);
        job.Sent = 12;
        var end = await job.FinishAsync(JobState.Failed, "unknown_failure");
        Assert.Equal((200, "canceled"), (end.Status, end[WireHeader.JobStatus]));
        var row = await room.JobAsync(job.Id);
        Assert.Equal(("canceled", null), (row.Status, row.FailureReason));
        Assert.Equal(200, (await job.FinishAsync(JobState.Failed, "unknown_failure")).Status);
    }

    [Fact]
    public async Task A_runner_that_cannot_end_in_order_is_told_to_drop_the_job()
    {
        await using var room = await CoordinatorRoom.OpenAsync(DatabaseKind.Sqlite);
        await room.PipelineAsync(One);
        var runner = await room.RunnerAsync();
        runner.Features = runner.Features with { CancelGracefully = false };
        var job = await runner.StartAsync();
        await room.JobApiAsync(HttpMethod.Post, job.Id, "/cancel");
        var answer = await job.UpdateAsync(JobState.Running);
        Assert.Equal((403, "canceled"), (answer.Status, answer[WireHeader.JobStatus]));
    }

    [Fact]
    public async Task A_job_cancelled_before_it_is_taken_up_is_dropped()
    {
        await using var room = await CoordinatorRoom.OpenAsync(DatabaseKind.Sqlite);
        await room.PipelineAsync(One);
        var job = await (await room.RunnerAsync()).TakeAsync();
        await room.JobApiAsync(HttpMethod.Post, job.Id, "/cancel");
        var answer = await job.UpdateAsync(JobState.Running);
        Assert.Equal((403, "canceled"), (answer.Status, answer[WireHeader.JobStatus]));
    }

    [Fact]
    public async Task A_job_that_is_forgotten_while_it_is_cancelled_is_over()
    {
        var clock = new Clock();
        await using var room = await CoordinatorRoom.OpenAsync(DatabaseKind.Sqlite, clock);
        await room.PipelineAsync(One);
        var job = await (await room.RunnerAsync()).StartAsync();
        await room.JobApiAsync(HttpMethod.Post, job.Id, "/cancel");
        clock.Advance(TimeSpan.FromMinutes(61));
        await room.SweepAsync();
        Assert.Equal("canceled", await room.StatusAsync(job.Id));
    }

    [Fact]
    public async Task A_job_that_goes_on_and_on_is_ended_by_the_server()
    {
        var clock = new Clock();
        await using var room = await CoordinatorRoom.OpenAsync(DatabaseKind.Sqlite, clock);
        await room.PipelineAsync("a: {script: [x], timeout: 20 minutes}");
        var job = await (await room.RunnerAsync(new { runner_type = "instance_type", maximum_timeout = 600 })).StartAsync();
        Assert.Equal(600, job.Payload.GetProperty("runner_info").GetProperty("timeout").GetInt64());
        clock.Advance(TimeSpan.FromMinutes(19));
        await job.UpdateAsync(JobState.Running);
        await room.SweepAsync();
        Assert.Equal("running", await room.StatusAsync(job.Id));
        clock.Advance(TimeSpan.FromMinutes(2));
        await job.UpdateAsync(JobState.Running);
        await room.SweepAsync();
        Assert.Equal("job_execution_timeout", (await room.JobAsync(job.Id)).FailureReason);
    }

    [Fact]
    public async Task A_job_that_nobody_could_take_does_not_wait_for_ever()
    {
        var clock = new Clock();
        await using var room = await CoordinatorRoom.OpenAsync(DatabaseKind.Sqlite, clock);
        var runner = await room.RunnerAsync();
        var pipeline = await room.PipelineAsync("a: {script: [x], tags: [gpu]}\nb: {script: [x]}");
        await runner.VerifyAsync();
        clock.Advance(TimeSpan.FromMinutes(61));
        await room.SweepAsync();
        var jobs = await room.JobsAsync(pipeline);
        Assert.Equal("stuck_or_timeout_failure", (await room.JobAsync(jobs["a"])).FailureReason);
        Assert.Equal("pending", await room.StatusAsync(jobs["b"]));
        clock.Advance(TimeSpan.FromHours(23));
        await runner.VerifyAsync();
        await room.SweepAsync();
        Assert.Equal("failed", await room.StatusAsync(jobs["b"]));
    }
}
