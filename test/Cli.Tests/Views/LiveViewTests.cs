using System.Globalization;
using System.Text.RegularExpressions;
using Slipway.Cli.LocalRun;
using Slipway.Cli.Terminal;
using Slipway.Cli.Tests.Support;
using Slipway.Cli.Views;
using Xunit;

namespace Slipway.Cli.Tests.Views;

public sealed partial class LiveViewTests
{
    [Theory]
    [InlineData(20, 10)]
    [InlineData(40, 20)]
    [InlineData(80, 24)]
    [InlineData(200, 60)]
    public void Rows_of_running_jobs_never_break_and_never_fill_the_window(int columns, int rows)
    {
        using var fake = new FakeSurroundings("/");
        var beat = new HandBeat();
        var surroundings = fake.Value with { Time = beat, Columns = () => columns, Rows = () => rows };
        using var view = new LiveView(surroundings);
        for (var i = 0; i < 40; i++)
        {
            var job = new RunJob(i, $"{i} \u6f22\u5b57 a job with a rather long name 1/2", "test", 1, []);
            view.JobStarted(job, beat.GetUtcNow() - TimeSpan.FromHours(i));
            view.Log(job, "a line of its log that is longer than any window is wide, whatever the window, because it goes on and on\n"u8);
        }

        beat.Beat();
        beat.Beat();

        var frames = fake.Out.Split("\e[?2026h", StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(2, frames.Length);
        foreach (var frame in frames)
        {
            var lines = Escape().Replace(frame, "").Split('\n', StringSplitOptions.RemoveEmptyEntries);
            Assert.InRange(lines.Length, 2, rows - 1);
            Assert.All(lines, line => Assert.InRange(CellWidth.Of(line.TrimEnd('\r')), 1, columns - 1));
        }

        var up = int.Parse(Regex.Match(frames[1], @"\e\[(\d+)A").Groups[1].Value, CultureInfo.InvariantCulture);
        Assert.InRange(up, 2, rows - 1);
    }

    [GeneratedRegex(@"\e\[[0-9;?]*[A-Za-z]")]
    private static partial Regex Escape();

    /// <summary>Timers go off when the test says.</summary>
    private sealed class HandBeat : TimeProvider
    {
        private Action _beat = () => { };

        public void Beat() => _beat();

        public override DateTimeOffset GetUtcNow() => new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            _beat = () => callback(state);
            return new Never();
        }

        private sealed class Never : ITimer
        {
            public bool Change(TimeSpan dueTime, TimeSpan period) => true;

            public void Dispose() { }

            public ValueTask DisposeAsync() => ValueTask.CompletedTask;
        }
    }
}
