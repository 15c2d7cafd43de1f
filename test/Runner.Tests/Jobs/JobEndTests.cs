using Slipway.Protocol.Jobs;
using Slipway.Protocol.Variables;
using Slipway.Runner.Jobs;
using Xunit;

namespace Slipway.Runner.Tests.Jobs;

/// <summary>Jobs that are ended from outside: cancel, abort, timeouts. Real processes.</summary>
public sealed class JobEndTests : IDisposable
{
    private readonly TestJob _job = new();

    public void Dispose() => _job.Dispose();

    [Fact]
    public async Task A_cancel_ends_the_script_and_lets_after_script_and_uploads_run()
    {
        using var cancel = new CancellationTokenSource();
        _job.OnLog = ("\nstarted", cancel.Cancel);
        _job.Payload = _job.Payload with { Artifacts = [new JobArtifact { Paths = ["out"], When = "on_failure" }] };
        var result = await _job.Script("echo x > out; sleep 600 & echo started; wait; sleep 600", "echo never")
            .AfterScript("echo \"status $CI_JOB_STATUS\"")
            .RunAsync(new JobCancellation(cancel.Token, default));
        Assert.Equal(new JobResult(JobOutcome.Canceled, null, FailureReason.JobCanceled, "canceled"), result);
        Assert.Contains("status canceled\n", _job.Log);
        Assert.DoesNotContain("never", _job.Log);
        Assert.Contains("archive:default.zip", _job.Uploads.Keys);
        Assert.Empty(Leftovers());
    }

    [Fact]
    public async Task A_process_that_does_not_want_to_end_is_killed_after_the_grace()
    {
        using var cancel = new CancellationTokenSource();
        _job.OnLog = ("\nstarted", cancel.Cancel);
        _job.Grace = TimeSpan.FromMilliseconds(200);
        await _job.Script("trap '' TERM; echo started; while true; do sleep 600; done")
            .RunAsync(new JobCancellation(cancel.Token, default));
        Assert.Empty(Leftovers());
    }

    [Fact]
    public async Task A_shell_with_job_control_does_not_hide_its_processes()
    {
        using var cancel = new CancellationTokenSource();
        _job.OnLog = ("\nstarted", cancel.Cancel);
        await _job.Script("set -m; sleep 600 & sleep 600 & echo started; wait").RunAsync(new JobCancellation(cancel.Token, default));
        Assert.Empty(Leftovers());
    }

    [Fact]
    public async Task An_interrupt_ends_the_script_and_lets_after_script_run_and_nothing_more()
    {
        using var interrupt = new CancellationTokenSource();
        _job.OnLog = ("\nstarted", interrupt.Cancel);
        _job.Payload = _job.Payload with { Artifacts = [new JobArtifact { Paths = ["out"], When = "always" }] };
        var result = await _job.Script("echo x > out; echo started; sleep 600", "echo never")
            .AfterScript("echo \"status $CI_JOB_STATUS\"")
            .RunAsync(new JobCancellation { Interrupt = interrupt.Token, InterruptGrace = TimeSpan.FromMinutes(1) });
        Assert.Equal(new JobResult(JobOutcome.Failed, null, FailureReason.RunnerInterrupted, "aborted: terminated"), result);
        Assert.Contains("status failed\n", _job.Log);
        Assert.DoesNotContain("never", _job.Log);
        Assert.Empty(_job.Uploads);
        Assert.Empty(Leftovers());
    }

    [Fact]
    public async Task An_after_script_that_takes_longer_than_an_interrupt_lets_it_is_ended()
    {
        using var interrupt = new CancellationTokenSource();
        _job.OnLog = ("\nstarted", interrupt.Cancel);
        var result = await _job.Script("echo started; sleep 600")
            .AfterScript("sleep 600; echo never")
            .RunAsync(new JobCancellation { Interrupt = interrupt.Token, InterruptGrace = TimeSpan.FromMilliseconds(500) });
        Assert.Equal(FailureReason.RunnerInterrupted, result.FailureReason);
        Assert.DoesNotContain("\nnever\n", _job.Log);
        Assert.Empty(Leftovers());
    }

    [Fact]
    public async Task An_abort_ends_everything_at_once()
    {
        using var abort = new CancellationTokenSource();
        _job.OnLog = ("\nstarted", abort.Cancel);
        var result = await _job.Script("trap '' TERM; echo started; sleep 600; sleep 600")
            .AfterScript("echo never")
            .RunAsync(new JobCancellation(default, abort.Token));
        Assert.Equal(JobOutcome.Canceled, result.Outcome);
        Assert.DoesNotContain("never", _job.Log);
        Assert.Empty(Leftovers());
    }

    [Fact]
    public async Task The_jobs_timeout_ends_it_without_after_script()
    {
        _job.Payload = _job.Payload with { RunnerInfo = new RunnerInfo { Timeout = 1 } };
        var result = await _job.Script("sleep 600").AfterScript("echo never").RunAsync();
        Assert.Equal(
            new JobResult(JobOutcome.Failed, null, FailureReason.ExecutionTimeout, "execution took longer than 1s seconds"),
            result
        );
        Assert.DoesNotContain("never", _job.Log);
        Assert.Empty(Leftovers());
    }

    [Fact]
    public async Task The_scripts_own_timeout_lets_after_script_run()
    {
        var result = await _job.Variables(new Variable("RUNNER_SCRIPT_TIMEOUT", "300ms"))
            .Script("sleep 600")
            .AfterScript("echo \"status $CI_JOB_STATUS\"")
            .RunAsync();
        Assert.Equal(FailureReason.ExecutionTimeout, result.FailureReason);
        Assert.Equal("execution took longer than 300ms seconds", result.Message);
        Assert.Contains("status timedout\n", _job.Log);
    }

    [Fact]
    public async Task After_scripts_timeout_does_not_fail_the_job()
    {
        var result = await _job.Variables(new Variable("RUNNER_AFTER_SCRIPT_TIMEOUT", "200ms"))
            .Script("true")
            .AfterScript("sleep 600")
            .RunAsync();
        Assert.Equal(JobOutcome.Success, result.Outcome);
        Assert.Contains("execution took longer than 200ms seconds", _job.Log);
    }

    [Theory]
    [InlineData("soon")]
    [InlineData("-1s")]
    [InlineData("2h")]
    public async Task A_timeout_that_makes_no_sense_is_warned_of_and_ignored(string value)
    {
        var result = await _job.Variables(new Variable("RUNNER_SCRIPT_TIMEOUT", value)).Script("true").RunAsync();
        Assert.Equal(JobOutcome.Success, result.Outcome);
        Assert.Contains("WARNING: ", _job.Log);
    }

    [Fact]
    public async Task A_cancel_before_the_script_ends_the_job_there()
    {
        using var cancel = new CancellationTokenSource();
        await cancel.CancelAsync();
        var result = await _job.Script("echo never").AfterScript("echo never").RunAsync(new JobCancellation(cancel.Token, default));
        Assert.Equal(JobOutcome.Canceled, result.Outcome);
        Assert.DoesNotContain("never", _job.Log);
    }

    [Fact]
    public async Task A_cancel_after_the_script_changes_nothing()
    {
        using var cancel = new CancellationTokenSource();
        _job.OnLog = ("\nin after", cancel.Cancel);
        var result = await _job.Script("true").AfterScript("echo in after; echo done").RunAsync(new JobCancellation(cancel.Token, default));
        Assert.Equal(JobOutcome.Success, result.Outcome);
    }

    [Fact]
    public async Task A_process_in_the_background_does_not_hold_the_job_and_does_not_outlive_it()
    {
        var started = TimeProvider.System.GetTimestamp();
        var result = await _job.Script("sleep 600 & echo on").RunAsync();
        Assert.Equal(JobOutcome.Success, result.Outcome);
        Assert.True(TimeProvider.System.GetElapsedTime(started) < TimeSpan.FromSeconds(30));
        Assert.Empty(Leftovers());
    }

    [Fact]
    public async Task Output_of_a_process_substitution_is_waited_for()
    {
        await _job.Script("exec > >(sleep 0.1; cat)", "echo late words").RunAsync();
        Assert.Contains("\nlate words\n", _job.Log);
    }

    /// <summary>Processes that stand in the job's folder.</summary>
    private List<string> Leftovers()
    {
        var found = new List<string>();
        foreach (var folder in Directory.EnumerateDirectories("/proc").Where(p => char.IsAsciiDigit(p[6])))
        {
            try
            {
                if (File.ResolveLinkTarget(folder + "/cwd", false)?.FullName.StartsWith(_job.Folder.Path) == true)
                    found.Add(File.ReadAllText(folder + "/cmdline").Replace('\0', ' '));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // It has ended meanwhile.
            }
        }

        return found;
    }
}
