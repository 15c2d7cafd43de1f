using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Slipway.Protocol.Jobs;
using Slipway.Protocol.Variables;
using Slipway.Runner.Config;
using Slipway.Runner.Coordinator;
using Slipway.Runner.Tests.Git;
using Xunit;

namespace Slipway.Runner.Tests.Coordinator;

/// <summary>The whole runner against a coordinator: real shell, real git, the wire in between (runner-protocol §3.5, §7, §17).</summary>
public sealed class RunnerLoopTests : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private readonly CoordinatorDouble _coordinator = new();
    private readonly CancellationTokenSource _drain = new();
    private readonly CancellationTokenSource _abort = new();
    private readonly ConcurrentQueue<RunnerEvent> _events = [];
    private Task? _running;

    public ValueTask InitializeAsync() => default;

    public async ValueTask DisposeAsync()
    {
        await DrainAsync();
        Assert.Empty(_coordinator.Faults);
        _coordinator.Dispose();
        _folder.Dispose();
        _drain.Dispose();
        _abort.Dispose();
    }

    private RunnerLoopSettings Settings(int jobs = 1, Func<RunnerConfig, RunnerConfig>? with = null)
    {
        var settings = RunnerLoopSettings.For(_coordinator.Url, CoordinatorDouble.RunnerToken, "shell", _folder.Path, jobs);
        var runner = settings.Config.Runners[0];
        return settings with
        {
            SystemId = "s_0123456789ab",
            Abort = _abort.Token,
            Time = new HurriedTime(),
            Tell = _events.Enqueue,
            Config = settings.Config with { Runners = [with is null ? runner : with(runner)] },
        };
    }

    private void Start(RunnerLoopSettings? settings = null) => _running = RunnerLoop.RunAsync(settings ?? Settings(), _drain.Token);

    private async Task DrainAsync()
    {
        await _drain.CancelAsync();
        if (_running is not null)
            await _running.WaitAsync(TimeSpan.FromSeconds(60));
    }

    private async Task<Call> RunAsync(JobPayload job)
    {
        if (_running is null)
            Start();
        _coordinator.Offer(job);
        return await _coordinator.EndOf(job.Id);
    }

    private string[] Told => [.. _events.Select(e => e.Message)];

    [Fact]
    public async Task A_job_is_fetched_run_and_told_with_its_log_and_artifacts()
    {
        using var world = new GitWorld();
        using var host = new GitHost(world.Folder["host"]);
        var project = world.Create("g/p");
        var job = Payloads.Job(42, "cat README.md; echo made > out.txt; echo glpat-secret") with
        {
            Token = "glcbt-64_jobtoken",
            Variables = [],
            GitInfo = new GitInfo
            {
                RepoUrl = host.UrlWithLogin + "/g/p.git",
                Ref = "main",
                Sha = project.Head,
                Refspecs = ["+refs/heads/main:refs/remotes/origin/main"],
                Depth = 20,
            },
            Artifacts =
            [
                new JobArtifact
                {
                    Name = "build",
                    Paths = ["out.txt"],
                    ExpireIn = "1 day",
                },
                new JobArtifact
                {
                    Paths = ["out.txt"],
                    ArtifactType = "junit",
                    ArtifactFormat = "gzip",
                    When = "always",
                },
            ],
        };

        var end = await RunAsync(job);
        await DrainAsync();

        Assert.Equal("success", end.State);
        var log = _coordinator.Log(42);
        Assert.Contains("Checking out " + project.Head[..8], log);
        Assert.Contains("hello\n", log);
        Assert.Contains("glpat-[MASKED]", log);
        Assert.Contains("system ID: s_0123456789ab", log);
        Assert.Matches("^[0-9-]{10}T[0-9:.]{15}Z 00O ", log);
        Assert.Equal(
            [
                "?artifact_format=gzip&artifact_type=junit default.gz",
                "?artifact_format=zip&artifact_type=archive&expire_in=1%20day build.zip",
            ],
            _coordinator.Uploads.Keys.Order()
        );
        var request = _coordinator.CallsTo("POST", "jobs/request")[0].Headers["X-Request-Id"];
        Assert.All(host.Fetches, fetch => Assert.Matches("^[0-9a-f]{32}$", fetch.Correlation));
        Assert.Contains("Gitaly correlation ID: ", log);
        Assert.NotNull(request);
        Assert.Equal(["job received", "job succeeded"], Told);
    }

    [Fact]
    public async Task A_failed_job_is_told_with_exit_code_and_reason()
    {
        var end = (await RunAsync(Payloads.Job(42, "exit 7"))).Json;
        Assert.Equal(
            ("failed", 7, "script_failure"),
            (end.GetProperty("state").GetString(), end.GetProperty("exit_code").GetInt32(), end.GetProperty("failure_reason").GetString())
        );
        await DrainAsync();
        Assert.Contains("job failed: exit code 7", Told);
    }

    [Fact]
    public async Task A_cancel_runs_after_script_and_the_job_keeps_its_log()
    {
        var job = Payloads.Job(42, "echo started; sleep 600") with { };
        job = job with { Steps = [.. job.Steps, new JobStep { Name = "after_script", Script = ["echo after $CI_JOB_STATUS"] }] };
        _coordinator.Script = call =>
        {
            if (call.Method == "PATCH" && System.Text.Encoding.UTF8.GetString(call.Body).Contains("started\n"))
                _coordinator.JobStatus = "canceling";
            return null;
        };
        var end = await RunAsync(job);
        Assert.Equal("failed", end.State);
        Assert.Contains("after canceled", _coordinator.Log(42));
        await DrainAsync();
        Assert.Contains("job canceled", Told);
    }

    [Fact]
    public async Task A_job_that_was_taken_away_is_killed_and_after_script_does_not_run()
    {
        var job = Payloads.Job(42, "echo started; sleep 600");
        job = job with { Steps = [.. job.Steps, new JobStep { Name = "after_script", Script = ["echo never > never"] }] };
        var last = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var gone = false;
        _coordinator.Script = call =>
        {
            if (call.Method == "PUT" && call.State != "running")
                last.TrySetResult();
            gone |= call.Method == "PATCH" && System.Text.Encoding.UTF8.GetString(call.Body).Contains("started\n");
            return gone && call.Path.Contains("/42") ? new Reply(403) : null;
        };
        Start();
        _coordinator.Offer(job);
        await last.Task.WaitAsync(TimeSpan.FromSeconds(60));
        await DrainAsync();
        Assert.Equal(2, _coordinator.CallsTo("PUT", "jobs/42").Count);
        Assert.Empty(Directory.EnumerateFiles(_folder.Path, "never", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task An_offer_that_is_gone_leaves_no_trace_and_the_next_job_comes()
    {
        _coordinator.Script = call => call.Is("PUT", "jobs/41") ? new Reply(403) : null;
        Start();
        _coordinator.Offer(Payloads.Job(41, "touch never"));
        Assert.Equal("success", (await RunAsync(Payloads.Job(42, "true"))).State);
        Assert.Single(_coordinator.CallsTo("PUT", "jobs/41"));
        Assert.Empty(_coordinator.Log(41));
        Assert.Contains("job taken back before it began", Told);
    }

    [Fact]
    public async Task A_question_that_is_broken_off_ends_the_asking_also_before_the_other_token_says_so()
    {
        using var over = new CancellationTokenSource();
        _coordinator.Script = call =>
        {
            if (call.Is("POST", "jobs/request"))
                over.Cancel();
            return null;
        };
        var settings = Settings();
        using var state = new LoopState(settings);
        await using var entry = new RunnerEntry(settings.Config.Runners[0], settings, state, TimeSpan.FromMinutes(1));
        await entry.AskAsync(TimeSpan.FromSeconds(1), CancellationToken.None, over.Token).WaitAsync(TimeSpan.FromSeconds(60));
        Assert.Single(_coordinator.CallsTo("POST", "jobs/request"));
    }

    [Fact]
    public async Task An_ended_runner_reports_its_jobs_as_interrupted()
    {
        _coordinator.Script = call =>
        {
            if (call.Method == "PATCH" && System.Text.Encoding.UTF8.GetString(call.Body).Contains("started\n"))
                _abort.Cancel();
            return null;
        };
        var end = (await RunAsync(Payloads.Job(42, "echo started; sleep 600"))).Json;
        Assert.Equal(
            ("failed", "runner_interrupted"),
            (end.GetProperty("state").GetString(), end.GetProperty("failure_reason").GetString())
        );
        Assert.Contains("aborted: terminated", _coordinator.Log(42));
    }

    [Fact]
    public async Task A_mistake_of_the_runner_itself_ends_its_job_with_a_line_that_says_so()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var authority = new CertificateRequest("CN=Authority", key, HashAlgorithmName.SHA256);
        var (from, to) = (TimeProvider.System.GetUtcNow().AddDays(-1), TimeProvider.System.GetUtcNow().AddDays(1));
        using (var certificate = authority.CreateSelfSigned(from, to))
            _folder.Write("ca.pem", certificate.ExportCertificatePem());
        // Read once when the runner starts, and for each job; in between somebody tidies up.
        _coordinator.Script = call =>
        {
            if (call.Is("POST", "jobs/request"))
                File.Delete(_folder["ca.pem"]);
            return null;
        };
        Start(Settings(with: runner => runner with { TlsCaFile = _folder["ca.pem"] }));
        var job = Payloads.Job(42, "true");
        _coordinator.Offer(job with { Variables = [.. job.Variables, new Variable("SECRET", "ca.pem", Masked: true)] });

        var end = (await _coordinator.EndOf(42)).Json;
        Assert.Equal(
            ("failed", "runner_system_failure"),
            (end.GetProperty("state").GetString(), end.GetProperty("failure_reason").GetString())
        );
        Assert.Contains("ERROR: Job failed (system failure): Could not find file", _coordinator.Log(42));
        Assert.DoesNotContain("ca.pem", _coordinator.Log(42));
    }

    [Fact]
    public async Task A_draining_runner_finishes_its_job_and_asks_for_no_other()
    {
        var go = _folder["go"];
        _coordinator.Script = call =>
        {
            if (call.Method == "PATCH" && System.Text.Encoding.UTF8.GetString(call.Body).Contains("started\n"))
            {
                _drain.Cancel();
                File.WriteAllText(go, "");
            }

            return null;
        };
        var end = await RunAsync(Payloads.Job(42, $"echo started; until [ -e {go} ]; do sleep 0.05; done; echo done"));
        await DrainAsync();
        Assert.Equal("success", end.State);
        _coordinator.Offer(Payloads.Job(43, "true"));
        Assert.Empty(_coordinator.CallsTo("PUT", "jobs/43"));
    }

    [Fact]
    public async Task Jobs_run_beside_each_other_in_folders_of_their_own()
    {
        Start(Settings(jobs: 2));
        string Meets(string me, string other) =>
            $"touch {_folder.Path}/{me}; until [ -e {_folder.Path}/{other} ]; do sleep 0.05; done; echo slot $CI_CONCURRENT_ID $CI_CONCURRENT_PROJECT_ID $CI_PROJECT_DIR";
        _coordinator.Offer(Payloads.Job(1, Meets("a", "b")));
        _coordinator.Offer(Payloads.Job(2, Meets("b", "a")));
        await _coordinator.EndOf(1);
        await _coordinator.EndOf(2);
        var log = _coordinator.Log(1) + _coordinator.Log(2);
        Assert.Contains("slot 0 0 ", log);
        Assert.Contains("slot 1 1 ", log);
    }

    [Fact]
    public async Task A_limit_of_one_runs_one_after_the_other()
    {
        Start(Settings(jobs: 4, with: runner => runner with { Limit = 1 }));
        var mark = _folder["running"];
        var script = $"[ ! -e {mark} ]; touch {mark}; sleep 0.1; rm {mark}";
        for (var id = 1; id <= 3; id++)
            _coordinator.Offer(Payloads.Job(id, script));
        for (var id = 1; id <= 3; id++)
            Assert.Equal("success", (await _coordinator.EndOf(id)).State);
    }

    [Fact]
    public async Task After_three_refusals_nothing_is_asked_for_a_while()
    {
        _coordinator.Script = _ => new Reply(403, """{"message":"403 Forbidden"}""");
        var resting = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Start(
            Settings() with
            {
                Tell = e =>
                {
                    _events.Enqueue(e);
                    if (e.Message.StartsWith("no jobs are asked for", StringComparison.Ordinal))
                        resting.SetResult();
                },
            }
        );
        await resting.Task.WaitAsync(TimeSpan.FromSeconds(60));
        await DrainAsync();
        Assert.Equal(3, _coordinator.Calls.Count);
        Assert.Equal(["the coordinator does not know this runner: 403 Forbidden", "no jobs are asked for during 1h0m0s"], Told);
    }

    [Fact]
    public async Task A_trouble_that_lasts_is_told_once_and_its_end_too()
    {
        var refusals = 2;
        _coordinator.Script = _ => Interlocked.Decrement(ref refusals) >= 0 ? new Reply(409) : null;
        await RunAsync(Payloads.Job(42, "true"));
        await DrainAsync();
        Assert.Equal(
            ["asking for jobs again", "job received", "job succeeded", "no answer to the question for jobs: 409 Conflict"],
            Told.Order(StringComparer.Ordinal)
        );
    }

    [Fact]
    public async Task After_as_many_jobs_as_were_wanted_the_loop_ends_by_itself()
    {
        Start(Settings() with { MaxJobs = 2 });
        for (var id = 1; id <= 3; id++)
            _coordinator.Offer(Payloads.Job(id, "true"));
        await _running!.WaitAsync(TimeSpan.FromSeconds(60));
        Assert.Equal(2, new[] { 1, 2, 3 }.Count(id => _coordinator.CallsTo("PUT", "jobs/" + id).Count > 0));
    }

    [Fact]
    public async Task When_no_job_comes_for_as_long_as_was_wanted_the_loop_ends_by_itself()
    {
        Start(Settings() with { MaxWait = TimeSpan.FromSeconds(5) });
        await _running!.WaitAsync(TimeSpan.FromSeconds(60));
        Assert.NotEmpty(_coordinator.Calls);
    }

    [Fact]
    public async Task A_changed_configuration_is_taken_over_while_a_job_runs()
    {
        var go = _folder["go"];
        using var reload = new SemaphoreSlim(0);
        var taken = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var settings = Settings(jobs: 3);
        var changed = settings.Config with { Runners = [settings.Config.Runners[0] with { Name = "renamed" }] };
        Start(
            settings with
            {
                Reload = () => reload.Wait(0) ? changed : null,
                Tell = e =>
                {
                    if (e.Message == "configuration read again")
                        taken.SetResult();
                },
            }
        );
        _coordinator.Offer(Payloads.Job(1, $"until [ -e {go} ]; do sleep 0.05; done"));
        reload.Release();
        await taken.Task.WaitAsync(TimeSpan.FromSeconds(60));
        // The question that was under way may still bring a job to the runner by its old name.
        await RunAsync(Payloads.Job(2, "true"));
        await RunAsync(Payloads.Job(3, "true"));
        Assert.Contains("on renamed ", _coordinator.Log(2) + _coordinator.Log(3));
        await File.WriteAllTextAsync(go, "");
        Assert.Equal("success", (await _coordinator.EndOf(1)).State);
    }

    [Fact]
    public async Task A_worn_token_is_renewed_and_kept()
    {
        var now = TimeProvider.System.GetUtcNow();
        var kept = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        _coordinator.Script = call =>
            call.Path.EndsWith("/reset_authentication_token", StringComparison.Ordinal)
                ? new Reply(201, """{"token":"glrt-next","token_expires_at":null}""")
                : null;
        Start(
            Settings(with: runner => runner with { TokenObtainedAt = now.AddDays(-8), TokenExpiresAt = now.AddDays(2) }) with
            {
                KeepToken = (_, token) => kept.TrySetResult(token.Token),
            }
        );
        Assert.Equal("glrt-next", await kept.Task.WaitAsync(TimeSpan.FromSeconds(60)));
    }

    [Fact]
    public async Task An_executor_that_is_not_there_is_told_once_and_no_job_is_asked_for()
    {
        Start(Settings(with: runner => runner with { Executor = "kubernetes" }) with { MaxWait = TimeSpan.FromSeconds(60) });
        await _running!.WaitAsync(TimeSpan.FromSeconds(60));
        Assert.Equal(["executor \"kubernetes\" is not supported: use shell or docker"], Told);
        Assert.Empty(_coordinator.Calls);
    }
}
