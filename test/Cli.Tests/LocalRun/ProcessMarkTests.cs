using System.Diagnostics;
using Slipway.Cli.LocalRun;
using Xunit;

namespace Slipway.Cli.Tests.LocalRun;

public sealed class ProcessMarkTests
{
    [Fact]
    public void This_process_is_not_gone() => Assert.False(ProcessMark.OfThisProcess().IsGone());

    [Fact]
    public void Another_process_with_the_same_number_is_not_it() =>
        Assert.True((ProcessMark.OfThisProcess() with { StartedAt = "1" }).IsGone());

    [Fact]
    public void What_ran_before_the_machine_started_anew_is_gone() =>
        Assert.True((ProcessMark.OfThisProcess() with { Namespace = "other pid:[1]" }).IsGone());

    [Fact]
    public void What_runs_in_another_container_may_live()
    {
        var here = ProcessMark.OfThisProcess();
        Assert.False((here with { Pid = 999_999_999, Namespace = here.Namespace.Split(' ')[0] + " pid:[1]" }).IsGone());
    }

    [Fact]
    public void A_zombie_is_gone()
    {
        // The inner shell ends at once, and its parent, by then sleep, never collects it.
        var start = new ProcessStartInfo(
            "sh",
            ["-c", "sh -c 'cat /proc/self/stat > /dev/null; echo $$ $(cut -d\" \" -f22 /proc/$$/stat)' & exec sleep 60"]
        )
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
        };
        using var parent = Process.Start(start)!;
        try
        {
            var words = parent.StandardOutput.ReadLine()!.Split(' ');
            var mark = ProcessMark.OfThisProcess() with { Pid = int.Parse(words[0]), StartedAt = words[1] };
            SpinWait.SpinUntil(mark.IsGone, TimeSpan.FromSeconds(20));
            Assert.True(File.Exists($"/proc/{mark.Pid}/stat"));
            Assert.True(mark.IsGone());
        }
        finally
        {
            parent.Kill();
        }
    }
}
