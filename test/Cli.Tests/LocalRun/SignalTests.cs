using Slipway.Cli.Tests.Support;
using Xunit;

namespace Slipway.Cli.Tests.LocalRun;

public sealed class SignalTests
{
    private const string Configuration = """
        stages: [build, test]
        long:
          stage: build
          script: ['echo "pid $$ $BASHPID"', 'sleep 987654 & echo "child $!"', wait]
          after_script: ['echo "after: $CI_JOB_STATUS"']
        next:
          script: [echo never]
        """;

    /// <summary>Its processes stand elsewhere, and do not say whose they are.</summary>
    private const string Hiding = """
        stages: [build]
        long:
          stage: build
          variables: { CI_PROJECT_DIR: /elsewhere, GIT_CEILING_DIRECTORIES: /elsewhere }
          script: [cd /, 'setsid sleep 987654 & echo "child $!"', wait]
        """;

    [Theory]
    [InlineData("INT")]
    [InlineData("TERM")]
    public async Task One_signal_cancels_in_order_and_nothing_is_left(string signal)
    {
        using var repository = TemporaryFolder.Repository((".gitlab-ci.yml", Configuration));
        using var run = new SlipwayProcess(repository.Path, "run", "--executor", "shell");
        await run.WaitForAsync("[long] child ");
        var child = ChildOf(run);

        run.Signal(signal);

        Assert.Equal(ExitCode.Interrupted, await run.ExitAsync());
        Assert.Contains("[long] after: canceled", run.Output);
        Assert.DoesNotContain("[next] never", run.Output);
        Assert.False(IsAlive(child));
        Assert.Empty(Directory.GetFileSystemEntries(Path.Combine(repository.Path, ".slipway", "runs", "1", "builds")));
    }

    [Fact]
    public async Task A_second_signal_kills()
    {
        using var repository = TemporaryFolder.Repository(
            (".gitlab-ci.yml", Configuration.Replace("echo \"after: $CI_JOB_STATUS\"", "echo begun; sleep 987654; echo ended"))
        );
        using var run = new SlipwayProcess(repository.Path, "run", "--executor", "shell");
        await run.WaitForAsync("[long] child ");
        var child = ChildOf(run);
        run.Signal("INT");
        await run.WaitForAsync("[long] begun");

        run.Signal("INT");

        Assert.Equal(ExitCode.Interrupted, await run.ExitAsync());
        Assert.DoesNotContain("[long] ended", run.Output);
        Assert.False(IsAlive(child));
        Assert.Empty(Directory.GetFileSystemEntries(Path.Combine(repository.Path, ".slipway", "runs", "1", "builds")));
    }

    [Fact]
    public async Task A_job_that_takes_no_hint_is_killed_by_the_second_signal_with_all_it_has_sent_away()
    {
        var yaml =
            "long:\n  script:\n    - trap '' TERM INT HUP\n    - setsid sh -c 'echo child $$; exec sleep 987654' &\n    - sleep 987654\n";
        using var repository = TemporaryFolder.Repository((".gitlab-ci.yml", yaml));
        using var run = new SlipwayProcess(repository.Path, "run", "--executor", "shell");
        await run.WaitForAsync("[long] child ");
        await run.WaitForAsync("[long] $ sleep");
        var child = ChildOf(run);
        run.Signal("INT");
        await run.WaitForAsync("a second time kills");

        run.Signal("INT");

        Assert.Equal(ExitCode.Interrupted, await run.ExitAsync());
        Assert.False(IsAlive(child));
    }

    [Theory]
    [InlineData(Configuration)]
    [InlineData(Hiding)]
    public async Task What_a_killed_run_leaves_is_gone_after_the_next_start(string configuration)
    {
        using var repository = TemporaryFolder.Repository(
            (".gitlab-ci.yml", configuration + "\nquick:\n  stage: build\n  needs: []\n  script: [echo quick]\n")
        );
        using var run = new SlipwayProcess(repository.Path, "run", "--executor", "shell");
        await run.WaitForAsync("[long] child ");
        var child = ChildOf(run);
        run.Signal("KILL");
        await run.ExitAsync();
        Assert.True(IsAlive(child));

        using var next = new SlipwayProcess(repository.Path, "run", "quick", "--executor", "shell");

        Assert.Equal(0, await next.ExitAsync());
        Assert.Contains("an earlier run was killed", next.Output);
        Assert.False(IsAlive(child));
        var state = Path.Combine(repository.Path, ".slipway");
        Assert.False(Directory.Exists(Path.Combine(state, "runs", "1", "builds")));
        Assert.Equal("", repository.Git("status", "--short"));
        Assert.Contains("\"finished\":true", File.ReadAllText(Path.Combine(state, "runs", "1", "state.json")));
    }

    [Fact]
    public async Task Two_runs_in_one_checkout_do_not_disturb_each_other()
    {
        using var repository = TemporaryFolder.Repository(
            (
                ".gitlab-ci.yml",
                "job:\n  script: ['echo $X > mine', 'for i in 1 2 3 4 5; do test \"$(cat mine)\" = $X; sleep 0.05; done', 'echo \"kept $(cat mine)\"']\n  artifacts: {paths: [mine]}\n"
            )
        );
        var runs = Enumerable
            .Range(1, 3)
            .Select(i => new SlipwayProcess(repository.Path, "run", "--executor", "shell", "--variable", $"X={i}"))
            .ToArray();
        for (var i = 0; i < runs.Length; i++)
        {
            Assert.True(await runs[i].ExitAsync() == 0, runs[i].Output);
            Assert.Contains($"[job] kept {i + 1}", runs[i].Output);
            Assert.DoesNotContain("was killed", runs[i].Output);
            runs[i].Dispose();
        }

        Assert.Equal(3, Directory.GetDirectories(Path.Combine(repository.Path, ".slipway", "runs")).Length);
    }

    private static int ChildOf(SlipwayProcess run)
    {
        var line = run.Output.Split('\n').Single(l => l.StartsWith("[long] child ", StringComparison.Ordinal));
        return int.Parse(line.Split(' ')[^1]);
    }

    /// <summary>Not merely waiting to be collected by a parent that died.</summary>
    private static bool IsAlive(int pid)
    {
        try
        {
            return !File.ReadAllText($"/proc/{pid}/stat").Contains(") Z ", StringComparison.Ordinal);
        }
        catch (IOException)
        {
            return false;
        }
    }
}
