using Slipway.Server.Data;
using Slipway.Server.Jobs.Traces;

namespace Slipway.Server.Ui.Logs;

/// <summary>The lines of a whole log that have some words, in any case, whatever their colours.</summary>
internal static class LogSearch
{
    private const int Most = 500;
    private const long Piece = 1024 * 1024;

    /// <returns>The first lines, and how many there are.</returns>
    public static async Task<(IReadOnlyList<LogItem.Line> Lines, long Count)> FindAsync(
        JobTraces traces,
        JobRow job,
        string words,
        long size,
        CancellationToken ct
    )
    {
        var (reader, items, found, count) = (new LogReader(1), new List<LogItem>(), new List<LogItem.Line>(), 0L);
        for (long at = 0; at < size; )
        {
            var read = await LogWindow.ReadAsync(traces, job, (at, Math.Min(size, at + Piece)), reader, items, ct);
            if (read == at)
                break;
            at = read;
            Take();
        }

        reader.End(items);
        Take();
        return (found, count);

        void Take()
        {
            foreach (var line in items.Select(AsLine).OfType<LogItem.Line>().Where(Has))
            {
                if (found.Count < Most)
                    found.Add(line);
                count++;
            }

            items.Clear();
        }

        bool Has(LogItem.Line line) =>
            string.Concat(line.Texts.Select(text => text.Text)).Contains(words, StringComparison.OrdinalIgnoreCase);
    }

    private static LogItem.Line? AsLine(LogItem item) =>
        item switch
        {
            LogItem.Line line => line,
            LogItem.Open open => new LogItem.Line(open.Number, open.Stamp, open.Texts),
            _ => null,
        };
}
