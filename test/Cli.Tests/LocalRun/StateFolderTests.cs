using System.Text.Json;
using Slipway.Cli.LocalRun;
using Slipway.Cli.Tests.Support;
using Xunit;

namespace Slipway.Cli.Tests.LocalRun;

public sealed class StateFolderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly StateFolder _states;

    public StateFolderTests() => _states = new StateFolder(Path.Combine(_folder.Path, ".slipway"));

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_folder_ignores_itself() => Assert.Equal("*\n", File.ReadAllText(Path.Combine(_states.Path, ".gitignore")));

    [Fact]
    public void Runs_are_counted_and_two_at_once_get_two_numbers()
    {
        using var first = _states.Begin(TimeProvider.System);
        using var second = new StateFolder(_states.Path).Begin(TimeProvider.System);
        Assert.Equal((1, 2), (first.Number, second.Number));
        Assert.Equal(3, StateFolder.NextNumber(_states.Path));
    }

    [Fact]
    public void A_living_run_is_not_touched()
    {
        using var run = _states.Begin(TimeProvider.System);
        Directory.CreateDirectory(run.ProjectDirOf(0, "job"));
        Assert.Equal(0, new StateFolder(_states.Path).TidyUp(kept: 0));
        Assert.True(Directory.Exists(run.ProjectDirOf(0, "job")));
    }

    [Fact]
    public void A_killed_run_is_cleared_away_once()
    {
        var run = _states.Begin(TimeProvider.System);
        Directory.CreateDirectory(Path.Combine(run.ProjectDirOf(0, "job"), "locked"));
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(Path.Combine(run.ProjectDirOf(0, "job"), "locked"), UnixFileMode.None);
        File.WriteAllText(Path.Combine(run.Path, "state.json.half"), "{");
        run.WriteState("""{"owner":{"pid":999999999,"started_at":"1","namespace":"another boot"},"docker":true}"""u8);
        run.Dispose();

        Assert.Equal(1, _states.TidyUp(kept: 10));
        Assert.False(Directory.Exists(Path.Combine(run.Path, "builds")));
        Assert.False(File.Exists(Path.Combine(run.Path, "state.json.half")));
        Assert.Equal(0, _states.TidyUp(kept: 10));
    }

    [Fact]
    public void A_lock_that_means_nothing_does_not_make_a_living_owner_dead()
    {
        var run = _states.Begin(TimeProvider.System);
        var me = ProcessMark.OfThisProcess();
        run.WriteState(
            JsonSerializer.SerializeToUtf8Bytes(
                new
                {
                    owner = new
                    {
                        pid = me.Pid,
                        started_at = me.StartedAt,
                        @namespace = me.Namespace,
                    },
                }
            )
        );
        run.Dispose();
        Assert.Equal(0, _states.TidyUp(kept: 10));
    }

    [Fact]
    public void Old_runs_go_but_artifacts_that_are_a_jobs_latest_stay()
    {
        var runs = new List<string>();
        for (var i = 0; i < 4; i++)
        {
            using var run = _states.Begin(TimeProvider.System);
            runs.Add(run.Path);
            foreach (var job in i == 0 ? (string[])["early/1", "both"] : ["both"])
            {
                var folder = run.ArtifactsOf(0, job);
                Directory.CreateDirectory(folder);
                File.WriteAllText(Path.Combine(folder, "archive.zip"), $"{i}");
                _states.Publish(job, folder, run);
            }

            run.LogOf(0, "both");
            run.WriteState("""{"finished":true}"""u8);
        }

        _states.TidyUp(kept: 2);

        Assert.Equal("0", File.ReadAllText(Path.Combine(_states.LatestArtifactsOf("early/1")!, "archive.zip")));
        Assert.Equal("3", File.ReadAllText(Path.Combine(_states.LatestArtifactsOf("both")!, "archive.zip")));
        Assert.Equal([true, false, true, true], runs.Select(Directory.Exists));
        Assert.False(Directory.Exists(Path.Combine(runs[0], "logs")));
        Assert.Null(_states.LatestArtifactsOf("never"));
    }

    [Theory]
    [InlineData("build", "build")]
    [InlineData("a.b_c-1", "a.b_c-1")]
    [InlineData("test 1/2", "test-1-2-")]
    [InlineData("../../etc", "etc-")]
    [InlineData("..", "-")]
    [InlineData("", "-")]
    public void A_jobs_name_becomes_a_files(string name, string beginning)
    {
        var safe = SafeName.Of(name);
        Assert.StartsWith(beginning, safe);
        Assert.DoesNotContain('/', safe);
        Assert.False(safe.StartsWith('.'));
    }

    [Fact]
    public void Different_names_become_different_files() =>
        Assert.Equal(4, ((string[])["a b", "a/b", "a-b", "a:b"]).Select(SafeName.Of).Distinct().Count());
}
