using System.Text;
using Slipway.Protocol.Jobs;
using Slipway.Runner.Coordinator;
using Slipway.Runner.Jobs;
using Xunit;

namespace Slipway.Runner.Tests.Coordinator;

/// <summary>A job's log and updates (runner-protocol §5.4, §6, §7.1), against a coordinator that finds fault with every byte.</summary>
public sealed class JobReportTests : IDisposable
{
    private static readonly JobResult Success = new(JobOutcome.Success, null, null, "Job succeeded");

    private readonly CoordinatorDouble _coordinator = new();
    private readonly CoordinatorClient _client;
    private readonly TraceSpool _log = new();
    private readonly JobReport _report;

    public JobReportTests()
    {
        _coordinator.Know(Payloads.Job(42));
        var time = new HurriedTime();
        _client = new CoordinatorClient(new CoordinatorAddress(_coordinator.Url), TimeSpan.FromMinutes(15), time);
        _report = new JobReport(_client, Payloads.Job(42), Identity.Info("shell"), _log, time);
    }

    public void Dispose()
    {
        Assert.Empty(_coordinator.Faults);
        _report.Dispose();
        _log.Dispose();
        _client.Dispose();
        _coordinator.Dispose();
    }

    private IReadOnlyList<Call> Pieces => _coordinator.CallsTo("PATCH", "jobs/42/trace");

    private string[] States => [.. _coordinator.CallsTo("PUT", "jobs/42").Select(call => call.State!)];

    private async Task WriteAsync(string text) => await _log.WriteAsync(Encoding.UTF8.GetBytes(text), default);

    private JobReport Report(TimeProvider time, int? endLimit = null) =>
        new(_client, Payloads.Job(42), Identity.Info("shell"), _log, time) { EndLimit = endLimit };

    /// <summary>Pauses are over at once, and counted.</summary>
    private sealed class Impatience : TimeProvider
    {
        public TimeSpan Passed { get; private set; }

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            Passed += dueTime > TimeSpan.Zero ? dueTime : TimeSpan.Zero;
            return System.CreateTimer(callback, state, dueTime > TimeSpan.Zero ? TimeSpan.Zero : dueTime, period);
        }
    }

    private static Func<Call, Reply?> Nth(string method, params Reply?[] replies)
    {
        var count = 0;
        return call => call.Method == method && count < replies.Length ? replies[count++] : null;
    }

    [Fact]
    public async Task The_rest_of_a_log_goes_in_pieces_of_a_mebibyte_and_then_the_end()
    {
        await WriteAsync(string.Concat(Enumerable.Repeat("äöü€\n", 250_000)));
        Assert.Null(await _report.EndAsync(Success, default));

        Assert.Equal([1048576, 1048576, 402848], Pieces.Select(piece => piece.Body.Length));
        Assert.Equal("0-1048575", Pieces[0].Headers["Content-Range"]);
        Assert.Equal("1048576-2097151", Pieces[1].Headers["Content-Range"]);
        Assert.Equal(["success"], States);
        Assert.Equal(2_500_000, (await _coordinator.EndOf(42)).Json.GetProperty("output").GetProperty("bytesize").GetInt64());
    }

    [Fact]
    public async Task A_job_without_a_log_sends_no_piece()
    {
        Assert.Null(await _report.EndAsync(new JobResult(JobOutcome.Failed, 7, FailureReason.Script, ""), default));
        var end = (await _coordinator.EndOf(42)).Json;
        Assert.Empty(Pieces);
        Assert.Equal(("script_failure", 7), (end.GetProperty("failure_reason").GetString(), end.GetProperty("exit_code").GetInt32()));
        Assert.Equal("crc32:00000000", end.GetProperty("checksum").GetString());
    }

    [Theory]
    [InlineData("0-2", "2-9")]
    [InlineData("0-0", "0-9")]
    [InlineData(null, "0-9")]
    [InlineData("garbage", "0-9")]
    public async Task A_wrong_place_is_corrected_by_the_size_the_coordinator_holds(string? range, string next)
    {
        await WriteAsync("0123456789");
        var wrong = range is null ? new Reply(416) : new Reply(416, "", ("Range", range));
        _coordinator.Script = Nth("PATCH", wrong, new Reply(202), null);
        await _report.EndAsync(Success, default);
        Assert.Equal(["0-9", next], Pieces.Take(2).Select(piece => piece.Headers["Content-Range"]));
    }

    [Fact]
    public async Task A_coordinator_that_is_not_ready_is_asked_again_and_a_mismatch_sends_all_again()
    {
        await WriteAsync("0123456789");
        _coordinator.Script = Nth("PUT", new Reply(202, "", ("X-GitLab-Trace-Update-Interval", "1")), new Reply(202), new Reply(412));
        var pieces = 0;
        var put = _coordinator.Script;
        _coordinator.Script = call => call.Method == "PATCH" && ++pieces == 2 ? new Reply(202) : put(call);

        Assert.Null(await _report.EndAsync(Success, default));

        Assert.Equal(["success", "success", "success", "success"], States);
        Assert.Equal(["0-9", "0-9"], Pieces.Select(piece => piece.Headers["Content-Range"]));
    }

    [Fact]
    public async Task A_connection_that_has_gone_silent_is_given_up_before_the_coordinator_gives_up_the_job()
    {
        var time = new HurriedTime(longest: TimeSpan.FromMinutes(2));
        using var client = new CoordinatorClient(new CoordinatorAddress(_coordinator.Url), TimeSpan.FromMinutes(15), time);
        using var report = new JobReport(client, Payloads.Job(42), Identity.Info("shell"), _log, time);
        using var over = new ManualResetEventSlim();
        var silent = 1;
        _coordinator.Script = call =>
        {
            if (call.Method == "PATCH" && Interlocked.Exchange(ref silent, 0) == 1)
                over.Wait();
            return null;
        };
        await WriteAsync("x");
        try
        {
            Assert.Null(await report.EndAsync(Success, default).WaitAsync(TimeSpan.FromMinutes(1)));
            Assert.Equal(2, Pieces.Count);
        }
        finally
        {
            over.Set();
        }
    }

    [Theory]
    [InlineData("PATCH", 400)]
    [InlineData("PATCH", 404)]
    [InlineData("PUT", 400)]
    public async Task An_end_that_fails_is_tried_again_as_a_whole(string method, int status)
    {
        await WriteAsync("x");
        _coordinator.Script = Nth(method, new Reply(status), new Reply(status));
        Assert.Null(await _report.EndAsync(Success, default));
        await _coordinator.EndOf(42);
    }

    [Theory]
    [InlineData(null, 10)]
    [InlineData(3, 3)]
    public async Task After_ten_tries_or_as_many_as_are_set_the_end_is_given_up(int? set, int tries)
    {
        _coordinator.Script = call => call.Method == "PUT" ? new Reply(400) : null;
        using var report = Report(new Impatience(), set);
        Assert.Contains("400", await report.EndAsync(Success, default));
        Assert.Equal(tries, States.Length);
    }

    [Fact]
    public async Task A_coordinator_that_is_away_for_most_of_an_hour_hears_the_end_soon_after()
    {
        await WriteAsync("x");
        var time = new Impatience();
        _coordinator.Script = _ => time.Passed < TimeSpan.FromMinutes(50) ? new Reply(502) : null;
        using var report = Report(time);
        Assert.Null(await report.EndAsync(Success, default));
        await _coordinator.EndOf(42);
        Assert.InRange(time.Passed, TimeSpan.FromMinutes(50), TimeSpan.FromMinutes(52));
    }

    [Theory]
    [InlineData(null, 60)]
    [InlineData(4, 0)]
    public async Task A_coordinator_that_stays_away_is_given_up(int? set, int minutes)
    {
        _coordinator.Script = _ => new Reply(503);
        var time = new Impatience();
        using var report = Report(time, set);
        Assert.Contains("503", await report.EndAsync(Success, default));
        Assert.InRange(time.Passed, TimeSpan.FromMinutes(minutes), TimeSpan.FromMinutes(minutes + 5));
    }

    [Theory]
    [InlineData(416)]
    [InlineData(412)]
    public async Task A_coordinator_that_never_agrees_is_given_up(int status)
    {
        await WriteAsync("x");
        _coordinator.Script = call =>
            call.Method == (status == 416 ? "PATCH" : "PUT") ? new Reply(status, "", ("Range", "0-0")) : new Reply(202);
        using var report = new JobReport(_client, Payloads.Job(42), Identity.Info("shell"), _log, new HurriedTime()) { EndLimit = 2 };
        Assert.NotNull(await report.EndAsync(Success, default));
    }

    [Theory]
    [InlineData(202, "canceled")]
    [InlineData(202, "failed")]
    [InlineData(403, "running")]
    public async Task A_job_taken_away_gets_one_last_piece_and_one_last_update(int status, string jobStatus)
    {
        _coordinator.Script = _ => new Reply(status, "", ("Job-Status", jobStatus));
        await WriteAsync("x");
        var abort = Aborted();
        var sending = _report.KeepUpAsync(default);
        await abort;
        await sending;
        await WriteAsync("y");
        Assert.Null(await _report.EndAsync(Success, default));
        Assert.Equal(2, Pieces.Count);
        Assert.Equal(["success"], States);
    }

    [Fact]
    public async Task A_job_that_is_canceling_goes_on_being_told_and_cancels_once()
    {
        var fired = 0;
        var canceled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var counting = _report.Cancel.Register(() =>
        {
            fired++;
            canceled.SetResult();
        });
        using var over = new CancellationTokenSource();
        _coordinator.JobStatus = "canceling";
        await WriteAsync("x");
        var sending = _report.KeepUpAsync(over.Token);
        await canceled.Task;
        await WriteAsync("y");
        await over.CancelAsync();
        await sending;
        Assert.Null(await _report.EndAsync(new JobResult(JobOutcome.Canceled, null, FailureReason.JobCanceled, "canceled"), default));

        Assert.Equal((1, "xy"), (fired, _coordinator.Log(42)));
        Assert.Equal("unknown_failure", (await _coordinator.EndOf(42)).Json.GetProperty("failure_reason").GetString());
    }

    [Fact]
    public async Task A_silent_job_gives_a_sign_of_life_with_size_and_checksum()
    {
        await WriteAsync("123456789");
        var signs = new TaskCompletionSource<Call>(TaskCreationOptions.RunContinuationsAsynchronously);
        _coordinator.Script = call =>
        {
            if (call.Method == "PUT")
                signs.TrySetResult(call);
            return null;
        };
        using var over = new CancellationTokenSource();
        var sending = _report.KeepUpAsync(over.Token);
        var sign = await signs.Task;
        await over.CancelAsync();
        await sending;

        Assert.Single(Pieces);
        Assert.Equal("running", sign.State);
        Assert.Equal("crc32:cbf43926", sign.Json.GetProperty("output").GetProperty("checksum").GetString());
        Assert.Equal(9, sign.Json.GetProperty("output").GetProperty("bytesize").GetInt32());
    }

    [Theory]
    [InlineData(200, "running", true, 1)]
    [InlineData(409, "pending", true, 1)]
    [InlineData(400, "running", true, 1)]
    [InlineData(200, "canceling", false, 2)]
    [InlineData(200, "canceled", false, 1)]
    [InlineData(403, "running", false, 1)]
    [InlineData(404, "running", false, 1)]
    public async Task An_offer_is_taken_up_by_saying_running(int status, string jobStatus, bool begins, int updates)
    {
        _coordinator.Script = _ => new Reply(status, "", ("Job-Status", jobStatus));
        Assert.Equal(begins, await _report.BeginAsync(default));
        Assert.Equal(updates, States.Length);
        Assert.Equal("running", States[0]);
        if (updates == 2)
            Assert.Equal("unknown_failure", _coordinator.Calls.Last().Json.GetProperty("failure_reason").GetString());
    }

    [Theory]
    [InlineData(null, "script_failure")]
    [InlineData("script_failure", "script_failure")]
    [InlineData("runner_interrupted", "runner_interrupted")]
    [InlineData("image_pull_failure", "runner_system_failure")]
    [InlineData("runner_configuration_error", "script_failure")]
    [InlineData("runner_external_dependency_failure", "runner_system_failure")]
    [InlineData("runner_unsupported", "unknown_failure")]
    [InlineData("job_canceled", "unknown_failure")]
    public void A_reason_the_coordinator_may_not_know_is_told_by_one_it_does(string? reason, string told) =>
        Assert.Equal(told, FailureReasons.For(reason, ["runner_interrupted"]));

    private Task Aborted()
    {
        var aborted = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _report.Abort.Register(aborted.SetResult);
        return aborted.Task;
    }
}
