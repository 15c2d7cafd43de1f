using Slipway.Cli.Tests.Support;
using Xunit;

namespace Slipway.Cli.Tests.Runners;

/// <summary>The runner as a process of its own: jobs, signals, ends.</summary>
public sealed class RunnerProcessTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly FakeServer _server = new();
    private string _job = "";
    private int _offered;

    public RunnerProcessTests() =>
        _server.Answer = (method, path) =>
            (method, path) switch
            {
                ("POST", "jobs/request") => Interlocked.Exchange(ref _offered, 1) == 0 ? (201, FakeServer.Job(42, _job)) : (204, ""),
                ("PATCH", _) => (202, ""),
                _ => (200, ""),
            };

    public void Dispose()
    {
        _server.Dispose();
        _folder.Dispose();
    }

    private SlipwayProcess Start(string job, params string[] arguments)
    {
        _job = job;
        return new SlipwayProcess(_folder.Path, ["runner", .. arguments, "--config", "config.toml"]);
    }

    private SlipwayProcess StartLoop(string job)
    {
        _folder.Write(
            "config.toml",
            $"check_interval = 1\n[[runners]]\n  name = \"one\"\n  url = \"{_server.Url}\"\n  token = \"glrt-one\"\n  executor = \"shell\"\n"
        );
        return Start(job, "run");
    }

    private string[] Ends => [.. _server.Calls.Where(c => c.Call == "PUT jobs/42").Select(c => c.Body.GetProperty("state").GetString()!)];

    [Fact]
    public async Task A_single_job_is_run_and_the_runner_is_gone()
    {
        using var runner = Start(
            "echo x > done",
            "run-single",
            "--url",
            _server.Url,
            "--token",
            "glrt-one",
            "--executor",
            "shell",
            "--max-builds",
            "1"
        );
        Assert.Equal(0, await runner.ExitAsync());
        Assert.Equal(["running", "success"], Ends);
        Assert.Contains("job received  job=42  name=test  project=g/p  runner=one", runner.Output);
        Assert.Contains("job succeeded  job=42", runner.Output);
        Assert.True(File.Exists(Path.Combine(_folder.Path, "builds", "one", "0", "g", "p", "done")));
    }

    [Fact]
    public async Task A_runner_without_work_ends_when_its_time_is_over()
    {
        _offered = 1;
        using var runner = Start(
            "",
            "run-single",
            "--url",
            _server.Url,
            "--token",
            "t",
            "--executor",
            "shell",
            "--wait-timeout",
            "1",
            "--log-format",
            "json"
        );
        Assert.Equal(0, await runner.ExitAsync());
        Assert.Contains("\"msg\":\"ready for jobs\"", runner.Output);
    }

    [Theory]
    [InlineData("TERM")]
    [InlineData("QUIT")]
    [InlineData("INT")]
    public async Task One_signal_lets_the_job_finish(string signal)
    {
        var go = Path.Combine(_folder.Path, "go");
        using var runner = StartLoop($"touch {_folder.Path}/begun; until [ -e {go} ]; do sleep 0.05; done");
        await BegunAsync();
        runner.Signal(signal);
        await runner.WaitForAsync("no more jobs are taken");
        await File.WriteAllTextAsync(go, "");
        Assert.Equal(0, await runner.ExitAsync());
        Assert.Equal("success", Ends[^1]);
    }

    [Fact]
    public async Task A_second_signal_ends_the_job_and_tells_the_server_why()
    {
        using var runner = StartLoop($"touch {_folder.Path}/begun; sleep 987654");
        await BegunAsync();
        runner.Signal("TERM");
        await runner.WaitForAsync("no more jobs are taken");
        runner.Signal("TERM");
        Assert.Equal(ExitCode.Interrupted, await runner.ExitAsync());
        var end = _server.Calls.Last(c => c.Call == "PUT jobs/42").Body;
        Assert.Equal("runner_interrupted", end.GetProperty("failure_reason").GetString());
    }

    [Fact]
    public async Task A_changed_file_is_taken_over_and_one_with_a_mistake_is_not()
    {
        _offered = 1;
        using var runner = StartLoop("");
        await runner.WaitForAsync("ready for jobs");
        _folder.Write("config.toml", "check_interval = \"soon\"\n");
        await runner.WaitForAsync("the configuration before it stands");
        _folder.Write("config.toml", "check_interval = 2\n");
        await runner.WaitForAsync("configuration read again  runners=0");
        runner.Signal("TERM");
        Assert.Equal(0, await runner.ExitAsync());
    }

    private async Task BegunAsync()
    {
        using var watcher = new FileSystemWatcher(_folder.Path, "begun");
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        watcher.Created += (_, _) => begun.TrySetResult();
        watcher.EnableRaisingEvents = true;
        if (!File.Exists(Path.Combine(_folder.Path, "begun")))
            await begun.Task.WaitAsync(TimeSpan.FromMinutes(1));
    }
}
