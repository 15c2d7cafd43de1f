using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Slipway.Server.Data;
using Slipway.Server.Jobs.Traces;
using Slipway.Server.Ui.Logs;
using Xunit;

namespace Slipway.Server.Tests.Ui;

public sealed class LogWindowTests
{
    private const int MiB = 1024 * 1024;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <summary>The lines' lengths are chosen so that ends fall on the borders of what is counted together, and lines reach over several of them.</summary>
    [Theory]
    [InlineData(1, 700, true)]
    [InlineData(2, 60_000, true)]
    [InlineData(3, 60_000, false)]
    [InlineData(4, 2 * MiB, true)]
    [InlineData(5, 2 * MiB, false)]
    [InlineData(6, 1, true)]
    public async Task A_line_is_found_where_it_is_whether_its_log_is_archived_or_still_grows(int seed, int longest, bool endsWithALine)
    {
        await using var room = await PageRoom.OpenAsync();
        var live = await room.JobAsync(await room.PipelineAsync("make: {script: make}"));
        var (text, starts) = Log(new Random(seed), longest, endsWithALine);
        await room.LogAsync(live, text);
        await room.SetAsync(live, "success");
        var traces = room.Server.Services.GetRequiredService<JobTraces>();
        var asked = Lines(new Random(seed), starts.Count).ToList();

        await AllAsync(live);
        await room.Server.Services.GetRequiredService<TraceArchive>().ArchiveAsync(new TraceArchive.Finished(live.Id), Ct);
        var archived = (await room.Server.Db.FindAsync<JobRow>("SELECT * FROM jobs WHERE id = @Id", new { live.Id }, Ct))!;
        Assert.Equal((text.Length + MiB - 1) / MiB, archived.TraceLines!.Length / sizeof(uint));
        await AllAsync(archived);

        async Task AllAsync(JobRow job)
        {
            foreach (var line in asked)
            {
                var expected = (int)Math.Clamp(line, 1, starts.Count);
                Assert.Equal(
                    new LogWindow(starts[expected - 1], expected),
                    await LogWindow.AtLineAsync(traces, job, text.Length, line, Ct)
                );
                var end = starts[expected - 1];
                Assert.Equal(Before(end), await LogWindow.EndingAtAsync(traces, job, end, Ct));
            }

            Assert.Equal(Before(text.Length), await LogWindow.EndingAtAsync(traces, job, text.Length, Ct));
        }

        LogWindow Before(long end)
        {
            if (end <= LogWindow.Part)
                return new LogWindow(0, 1);
            var next = starts.FindIndex(start => start > end - LogWindow.Part && start <= end);
            if (next >= 0)
                return new LogWindow(starts[next], next + 1);
            return text.EndsWith('\n') && end == text.Length
                ? new LogWindow(end, starts.Count + 1)
                : new LogWindow(end, starts.FindLastIndex(start => start <= end - LogWindow.Part) + 1);
        }
    }

    [Fact]
    public async Task Who_asks_for_a_line_in_the_middle_of_an_archived_log_reads_no_more_than_the_mebibyte_that_it_is_in()
    {
        var log = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("0123456\n", 4 * MiB / 8 + 3)));
        var job = new JobRow
        {
            Name = "",
            Stage = "",
            Status = "success",
            Tags = "",
            TraceBlob = "sha256:…",
            TraceSize = log.Length,
            TraceLines = (await LineIndex.OfAsync(new MemoryStream(log), Ct)).Index,
        };
        const int inOne = MiB / 8;
        Assert.Equal(new LineIndex.Place(0, 1), LineIndex.BeforeLine(job, inOne + 1));
        Assert.Equal(new LineIndex.Place(MiB, inOne + 1), LineIndex.BeforeLine(job, inOne + 2));
        Assert.Equal(new LineIndex.Place(4 * MiB, 4 * inOne + 1), LineIndex.BeforeLine(job, 999_999_999));
        Assert.Equal(new LineIndex.Place(2 * MiB, 2 * inOne + 1), LineIndex.UpTo(job, 3 * MiB - 1));
        Assert.Equal(new LineIndex.Place(3 * MiB, 3 * inOne + 1), LineIndex.UpTo(job, 3 * MiB));
        Assert.Equal(LineIndex.Place.Begin, LineIndex.UpTo(job with { TraceBlob = null }, 3 * MiB));
        Assert.Equal((null, MiB), await LineIndex.OfAsync(new MemoryStream(log, 0, MiB), Ct));
    }

    private static (string Text, List<long> Starts) Log(Random chance, int longest, bool endsWithALine)
    {
        var (text, starts) = (new StringBuilder(), new List<long> { 0 });
        while (text.Length < 5 * MiB)
        {
            // Some end exactly at a border.
            var length = chance.Next(8) == 0 ? MiB - text.Length % MiB : chance.Next(longest) + 1;
            if (length > 2 * longest)
                length = longest;
            text.Append('x', length - 1).Append('\n');
            starts.Add(text.Length);
        }

        if (endsWithALine)
            starts.RemoveAt(starts.Count - 1);
        else
            text.Append("no end");
        return (text.ToString(), starts);
    }

    private static IEnumerable<long> Lines(Random chance, int count)
    {
        long[] edges = [1, 2, count - 1, count, count + 1, int.MaxValue, long.MaxValue];
        return edges.Where(line => line > 0).Concat(Enumerable.Range(0, 30).Select(_ => chance.NextInt64(count) + 1));
    }
}
