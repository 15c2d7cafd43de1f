using Slipway.Protocol.Coordination;
using Slipway.Runner.Coordinator;
using Xunit;

namespace Slipway.Runner.Tests.Coordinator;

/// <summary>Single calls: headers, statuses, retries, redirects (runner-protocol §1, §2, §3.2, §5.2).</summary>
public sealed class CoordinatorClientTests : IDisposable
{
    private readonly CoordinatorDouble _coordinator = new();
    private readonly CoordinatorClient _client;
    private readonly List<string> _updates = [];

    public CoordinatorClientTests() =>
        _client = new CoordinatorClient(new CoordinatorAddress(_coordinator.Url + "/ci"), TimeSpan.FromMinutes(15), new HurriedTime());

    public void Dispose()
    {
        Assert.Empty(_coordinator.Faults);
        _client.Dispose();
        _coordinator.Dispose();
    }

    private Task<JobAnswer> AskAsync() =>
        _client.RequestJobAsync(
            new JobRequest
            {
                Token = CoordinatorDouble.RunnerToken,
                SystemId = "s_0123456789ab",
                Info = Identity.Info("shell"),
            },
            _updates.Add,
            default
        );

    [Fact]
    public void A_socket_that_fails_by_itself_is_trouble_on_the_way_and_no_mistake_of_ours()
    {
        var reset = new System.Net.Sockets.SocketException((int)System.Net.Sockets.SocketError.NotConnected);
        Assert.True(CoordinatorClient.IsTrouble(reset, CancellationToken.None));
        Assert.False(CoordinatorClient.IsTrouble(new InvalidOperationException(), CancellationToken.None));
    }

    [Fact]
    public async Task A_job_comes_with_the_name_of_its_request()
    {
        _coordinator.Offer(Payloads.Job(42, "echo hi"));
        var job = Assert.IsType<JobAnswer.Job>(await AskAsync());

        Assert.Equal((42, "echo hi"), (job.Payload.Id, job.Payload.Steps[0].Script[0]));
        Assert.Equal(_coordinator.Calls.Single().Headers["X-Request-Id"], job.CorrelationId);
    }

    [Fact]
    public async Task The_coordinators_own_name_for_a_request_counts()
    {
        _coordinator.Script = _ => new Reply(201, MinimalJob, ("X-Request-Id", "01THEIRS"));
        Assert.Equal("01THEIRS", Assert.IsType<JobAnswer.Job>(await AskAsync()).CorrelationId);
    }

    [Fact]
    public async Task What_the_coordinator_last_sent_is_kept_and_nothing_sent_keeps_it()
    {
        await AskAsync();
        _coordinator.Script = _ => new Reply(204);
        await AskAsync();
        Assert.Equal(["update-1"], _updates);
    }

    private const string MinimalJob =
        """{"id":42,"token":"t","job_info":{"name":"n","stage":"s"},"git_info":{"repo_url":"","ref":"main","sha":"0123456789"},"runner_info":{"timeout":60},"image":null,"steps":null}""";

    [Theory]
    [InlineData(201, MinimalJob, "application/json; charset=utf-8", "Job")]
    [InlineData(201, MinimalJob, "text/plain", "Failed")]
    [InlineData(201, """{"id":"42"}""", "application/json", "Failed")]
    [InlineData(204, "", null, "Nothing")]
    [InlineData(403, """{"message":"403 Forbidden"}""", "application/json", "Forbidden")]
    [InlineData(409, """{"message":"409 Conflict"}""", "application/json", "Failed")]
    [InlineData(418, "", null, "Failed")]
    public async Task Each_status_has_its_meaning(int status, string body, string? type, string answer)
    {
        _coordinator.Script = _ => type is null ? new Reply(status, body) : new Reply(status, body, ("Content-Type", type));
        Assert.Equal(answer, (await AskAsync()).GetType().Name);
        Assert.Single(_coordinator.Calls);
    }

    [Theory]
    [InlineData(408)]
    [InlineData(429)]
    [InlineData(500)]
    [InlineData(502)]
    [InlineData(503)]
    [InlineData(504)]
    [InlineData(512)]
    public async Task A_busy_coordinator_is_asked_five_times_with_the_whole_body(int status)
    {
        _coordinator.Script = _ => new Reply(status, "", ("Retry-After", "1"));
        Assert.IsType<JobAnswer.Failed>(await AskAsync());
        Assert.Equal(5, _coordinator.Calls.Count);
        Assert.All(_coordinator.Calls, call => Assert.Equal(CoordinatorDouble.RunnerToken, call.Json.GetProperty("token").GetString()));
    }

    [Theory]
    [InlineData(501)]
    [InlineData(505)]
    [InlineData(400)]
    public async Task Other_troubles_are_not_retried(int status)
    {
        _coordinator.Script = _ => new Reply(status);
        await AskAsync();
        Assert.Single(_coordinator.Calls);
    }

    [Theory]
    [InlineData(307)]
    [InlineData(308)]
    public async Task A_redirect_keeps_method_and_body(int status)
    {
        _coordinator.Script = call =>
            call.Path.EndsWith("/request", StringComparison.Ordinal)
                ? new Reply(status, "", ("Location", "/api/v4/moved"))
                : new Reply(204);
        Assert.IsType<JobAnswer.Nothing>(await AskAsync());
        var moved = _coordinator.Calls.Last();
        Assert.Equal(("POST", "/api/v4/moved"), (moved.Method, moved.Path));
        Assert.Equal(CoordinatorDouble.RunnerToken, moved.Json.GetProperty("token").GetString());
    }

    [Fact]
    public async Task Nobody_there_is_an_answer_too()
    {
        using var nobody = new CoordinatorClient(new CoordinatorAddress("http://127.0.0.1:1"), TimeSpan.FromMinutes(15), new HurriedTime());
        var answer = await nobody.VerifyAsync(new VerifyRequest { Token = "t" }, default);
        Assert.Equal(AnswerKind.Unreachable, answer.Kind);
        Assert.Contains("refused", answer.Message);
    }

    [Fact]
    public async Task A_runner_is_registered_verified_and_removed()
    {
        _coordinator.Script = call =>
            (call.Method, call.Path) switch
            {
                ("POST", "/api/v4/runners") => new Reply(201, """{"id":7,"token":"glrt-new","token_expires_at":null}"""),
                ("POST", "/api/v4/runners/verify") => new Reply(
                    200,
                    """{"id":7,"token":"glrt-new","token_expires_at":"2030-01-02T03:04:05.000Z"}"""
                ),
                ("POST", "/api/v4/runners/reset_authentication_token") => new Reply(
                    201,
                    """{"token":"glrt-next","token_expires_at":null}"""
                ),
                _ => new Reply(204),
            };
        var registered = await _client.RegisterAsync(
            new RegisterRequest
            {
                Token = "GR1348941x",
                TagList = "a,b",
                Info = Identity.Info("shell"),
            },
            default
        );
        var verified = await _client.VerifyAsync(new VerifyRequest { Token = "glrt-new", SystemId = "s_1" }, default);

        Assert.Equal(new RunnerCredentials(7, "glrt-new", null), registered.Value);
        Assert.Equal(new DateTimeOffset(2030, 1, 2, 3, 4, 5, TimeSpan.Zero), verified.Value!.TokenExpiresAt);
        Assert.Equal("glrt-next", (await _client.ResetTokenAsync("glrt-new", default)).Value!.Token);
        Assert.Equal(AnswerKind.Ok, (await _client.UnregisterAsync("glrt-new", default)).Kind);
        Assert.Equal(AnswerKind.Ok, (await _client.UnregisterManagerAsync("glrt-new", "s_1", default)).Kind);
        Assert.Equal("s_1", _coordinator.CallsTo("DELETE", "runners/managers").Single().Json.GetProperty("system_id").GetString());
        Assert.Equal("a,b", _coordinator.CallsTo("POST", "runners").Single().Json.GetProperty("tag_list").GetString());
    }

    [Theory]
    [InlineData(403, """{"message":"403 Forbidden - invalid token"}""", "Forbidden", "403 Forbidden - invalid token")]
    [InlineData(410, """{"message":"410 Gone - runner registration disallowed"}""", "Refused", "410 Gone - runner registration disallowed")]
    [InlineData(400, """{"message":{"tags_list":["is empty"]}}""", "Refused", "400 Bad Request (tags_list is empty)")]
    public async Task A_refusal_is_told_in_the_coordinators_words(int status, string body, string kind, string message)
    {
        _coordinator.Script = _ => new Reply(status, body);
        var answer = await _client.VerifyAsync(new VerifyRequest { Token = "t" }, default);
        Assert.Equal((kind, message), (answer.Kind.ToString(), answer.Message));
    }

    [Fact]
    public async Task An_old_coordinators_plain_yes_is_a_yes()
    {
        _coordinator.Script = _ => new Reply(200, "200");
        var answer = await _client.VerifyAsync(new VerifyRequest { Token = "t" }, default);
        Assert.Equal((AnswerKind.Ok, 0), (answer.Kind, answer.Value!.Id));
    }

    [Theory]
    [InlineData(200, "running", "Done")]
    [InlineData(200, "canceling", "Done")]
    [InlineData(200, "canceled", "Abort")]
    [InlineData(200, "failed", "Abort")]
    [InlineData(202, "running", "NotYet")]
    [InlineData(412, "running", "Mismatch")]
    [InlineData(404, "running", "Abort")]
    [InlineData(403, "running", "Abort")]
    [InlineData(409, "running", "Failed")]
    [InlineData(500, "canceled", "Abort")]
    public async Task An_update_is_judged_by_job_status_first(int status, string jobStatus, string outcome)
    {
        _coordinator.Script = _ => new Reply(status, "", ("Job-Status", jobStatus));
        var report = await _client.UpdateJobAsync(
            1,
            new JobUpdate
            {
                Token = "t",
                State = "running",
                Info = Identity.Info("shell"),
            },
            default
        );
        Assert.Equal((outcome, jobStatus == "canceling"), (report.Outcome.ToString(), report.Canceling));
    }

    [Theory]
    [InlineData("5", 5)]
    [InlineData("1000000", 900)]
    [InlineData("0", null)]
    [InlineData("-3", null)]
    [InlineData("1.5", null)]
    [InlineData("soon", null)]
    public async Task The_interval_is_whole_seconds_up_to_a_quarter_of_an_hour(string header, int? seconds)
    {
        _coordinator.Script = _ => new Reply(500, "", ("X-GitLab-Trace-Update-Interval", header));
        var report = await _client.PatchTraceAsync(1, "t", 0, "x"u8.ToArray(), debug: true, default);
        Assert.Equal(seconds, (int?)report.Interval?.TotalSeconds);
        Assert.Equal("?debug_trace=true", _coordinator.Calls.First().Query);
    }

    [Theory]
    [InlineData("https://h/gitlab", "https://h/gitlab/api/v4/")]
    [InlineData("https://h/gitlab/", "https://h/gitlab/api/v4/")]
    [InlineData("http://h:1/ci", "http://h:1/api/v4/")]
    [InlineData("http://h/ci/", "http://h/api/v4/")]
    [InlineData("ftp://h", null)]
    [InlineData("h", null)]
    [InlineData("", null)]
    public void Calls_go_below_the_configured_url(string url, string? api) =>
        Assert.Equal(api, new CoordinatorAddress(url).Api?.AbsoluteUri);
}
