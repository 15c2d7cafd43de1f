using Slipway.Protocol.Jobs;
using Slipway.Runner.Jobs;
using Xunit;

namespace Slipway.Runner.Tests.Jobs;

/// <summary>Jobs that are not begun because they ask for what this runner cannot do (runner-protocol §3.6).</summary>
public sealed class JobRefusalTests : IDisposable
{
    private readonly TestJob _job = new();

    public void Dispose() => _job.Dispose();

    [Fact]
    public async Task An_unknown_option_of_an_image_fails_the_job_before_anything_runs()
    {
        var options = new ImageExecutorOptions(null, null) { Unknown = ["docker.gpus"] };
        _job.Payload = _job.Payload with { Services = [new JobImage { Name = "redis", ExecutorOpts = options }] };

        var result = await _job.Script("echo never").RunAsync();

        Assert.Equal((JobOutcome.Failed, 3, FailureReason.RunnerSystem), (result.Outcome, result.ExitCode, result.FailureReason));
        Assert.Contains("docker.gpus", _job.Log);
        Assert.DoesNotContain("never", _job.Log);
    }

    [Fact]
    public async Task A_job_with_both_run_and_script_is_not_begun()
    {
        _job.Payload = _job.Payload with { Run = """[{"name":"a","script":"echo never"}]""" };

        var result = await _job.Script("echo never").RunAsync();

        Assert.Equal((3, FailureReason.RunnerSystem), (result.ExitCode, result.FailureReason));
        Assert.Contains("the job has both run and script", _job.Log);
        Assert.DoesNotContain("never", _job.Log);
    }
}
