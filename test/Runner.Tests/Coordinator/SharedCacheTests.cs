using Slipway.Protocol.Jobs;
using Slipway.Runner.Config;
using Slipway.Runner.Coordinator;
using Xunit;

namespace Slipway.Runner.Tests.Coordinator;

/// <summary>Caches that runners share through their coordinator, with nothing to set up.</summary>
public sealed class SharedCacheTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly CoordinatorDouble _coordinator = new() { Caches = [] };

    public void Dispose()
    {
        Assert.Empty(_coordinator.Faults);
        _coordinator.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task What_one_machine_caches_another_has_and_fetches_no_more_than_once()
    {
        var made = await RunAsync("one", Job(1, "mkdir c; echo kept > c/file"));
        Assert.Contains("Cache file does not exist", made);
        Assert.Contains("Uploaded cache.zip to the server", made);

        var fetched = await RunAsync("two", Job(2, "cat c/file"));
        Assert.Contains("Downloaded cache.zip from the server", fetched);
        Assert.Contains("kept", fetched);
        Assert.Contains("Archive is up to date!", fetched);
        Assert.Single(_coordinator.CallsTo("PUT", "jobs/\\d+/cache"));

        Assert.Contains("cache.zip is up to date", await RunAsync("two", Job(3, "cat c/file")));
        Assert.Contains("Downloaded", await RunAsync("three", Job(4, "echo more >> c/file")));
        var newer = await RunAsync("two", Job(5, "cat c/file"));
        Assert.Contains("Downloaded", newer);
        Assert.Contains("more", newer);
    }

    [Fact]
    public async Task A_coordinator_that_offers_none_is_not_asked()
    {
        _coordinator.Caches = null;
        var log = await RunAsync("one", Job(1, "mkdir c; echo kept > c/file"));
        Assert.Contains("No URL provided, cache will not be uploaded", log);
        Assert.Contains("kept", await RunAsync("one", Job(2, "cat c/file")));
    }

    [Fact]
    public async Task Who_has_set_up_a_cache_of_his_own_wants_that_one()
    {
        await RunAsync("one", Job(1, "mkdir c; echo kept > c/file"), runner => runner with { Cache = new CacheConfig { Type = "s3" } });
        Assert.Empty(_coordinator.CallsTo("(GET|PUT)", "jobs/\\d+/cache"));
    }

    [Fact]
    public async Task A_cache_that_is_not_taken_stays_on_the_machine_and_fails_no_job()
    {
        _coordinator.Script = call =>
            call.Is("(GET|PUT)", "jobs/\\d+/cache") ? new Reply(413, "{\"message\":\"413 Request Entity Too Large\"}") : null;
        var log = await RunAsync("one", Job(1, "mkdir c; echo kept > c/file"));
        Assert.Contains("Cache cannot be uploaded, and is kept on the runner only: ", log);
        Assert.Contains("Job succeeded", log);
    }

    private static JobPayload Job(long id, string script) =>
        Payloads.Job(id, script) with
        {
            Cache =
            [
                new JobCache
                {
                    Key = "a key-non_protected",
                    Paths = ["c/"],
                    Policy = "pull-push",
                    When = "on_success",
                },
            ],
        };

    /// <returns>The job's log.</returns>
    private async Task<string> RunAsync(string machine, JobPayload job, Func<RunnerConfig, RunnerConfig>? change = null)
    {
        using var drain = new CancellationTokenSource();
        var settings = RunnerLoopSettings.For(_coordinator.Url, CoordinatorDouble.RunnerToken, "shell", _folder[machine]);
        if (change is not null)
            settings = settings with { Config = settings.Config with { Runners = [change(settings.Config.Runners[0])] } };
        var running = RunnerLoop.RunAsync(settings with { SystemId = "s_0123456789ab", Time = new HurriedTime() }, drain.Token);
        _coordinator.Offer(job);
        var end = await _coordinator.EndOf(job.Id);
        await drain.CancelAsync();
        await running.WaitAsync(TimeSpan.FromSeconds(60));
        Assert.Equal("success", end.State);
        return _coordinator.Log(job.Id);
    }
}
