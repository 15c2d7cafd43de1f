using System.Buffers;
using Slipway.Server.Blobs;
using Slipway.Server.Data;
using Slipway.Server.Jobs.Traces;

namespace Slipway.Server.Ui.Logs;

/// <summary>The part of a log that a page shows: all of it, or the end of a longer one, or a part of that from some line on.</summary>
/// <param name="Start">Its first byte; a line begins there.</param>
/// <param name="FirstLine">That line's number.</param>
internal sealed record LogWindow(long Start, long FirstLine)
{
    /// <summary>Bytes, some six thousand lines: up to here a log is shown whole.</summary>
    public const long Most = 512 * 1024;

    /// <summary>Bytes that are shown at once of one that is longer. A browser takes milliseconds for a hundred lines.</summary>
    public const long Part = 256 * 1024;

    private const int PieceBytes = 64 * 1024;

    /// <summary>The window of a log of this size: all of it, or its end.</summary>
    public static Task<LogWindow> FindAsync(JobTraces traces, JobRow job, long size, CancellationToken ct) =>
        size <= Most ? Task.FromResult(new LogWindow(0, 1)) : EndingAtAsync(traces, job, size, ct);

    /// <summary>The window of the lines before a byte.</summary>
    public static async Task<LogWindow> EndingAtAsync(JobTraces traces, JobRow job, long size, CancellationToken ct)
    {
        if (size <= Part)
            return new LogWindow(0, 1);
        var (from, (at, line)) = (size - Part, LineIndex.UpTo(job, size - Part));
        if (await traces.OpenAsync(job, new BlobRange(at, size - at), ct) is not { } log)
            return new LogWindow(0, 1);
        await using var _ = log;
        var buffer = ArrayPool<byte>.Shared.Rent(PieceBytes);
        try
        {
            for (int read; (read = await log.ReadAsync(buffer.AsMemory(0, PieceBytes), ct)) > 0; at += read)
            {
                var before = (int)Math.Min(read, Math.Max(0, from - at));
                line += buffer.AsSpan(0, before).Count((byte)'\n');
                if (before < read && buffer.AsSpan(before, read - before).IndexOf((byte)'\n') is >= 0 and var end)
                    return new LogWindow(at + before + end + 1, line + 1);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        return new LogWindow(size, line);
    }

    /// <summary>A window that begins with a line, or with the last there is.</summary>
    public static async Task<LogWindow> AtLineAsync(JobTraces traces, JobRow job, long size, long line, CancellationToken ct)
    {
        var near = LineIndex.BeforeLine(job, line);
        return await AtLineAsync(traces, job, size, line, near, ct)
            // There is no such line, and none begins after that place.
            ?? (near.At > 0 ? await AtLineAsync(traces, job, size, line, LineIndex.Place.Begin, ct) : null)
            ?? new LogWindow(0, 1);
    }

    /// <returns>Nothing when no line begins after that place.</returns>
    private static async Task<LogWindow?> AtLineAsync(
        JobTraces traces,
        JobRow job,
        long size,
        long line,
        LineIndex.Place from,
        CancellationToken ct
    )
    {
        if (line <= 1 || from.At >= size || await traces.OpenAsync(job, new BlobRange(from.At, size - from.At), ct) is not { } log)
            return null;
        await using var _ = log;
        var ((at, known), last) = (from, default(LogWindow));
        var buffer = ArrayPool<byte>.Shared.Rent(PieceBytes);
        try
        {
            for (int read; (read = await log.ReadAsync(buffer.AsMemory(0, PieceBytes), ct)) > 0; at += read)
            {
                var ends = buffer.AsSpan(0, read).Count((byte)'\n');
                if (known + ends < line && at + read < size)
                {
                    known += ends;
                    if (ends > 0)
                        last = new LogWindow(at + buffer.AsSpan(0, read).LastIndexOf((byte)'\n') + 1, known);
                    continue;
                }

                for (var place = 0; buffer.AsSpan(place, read - place).IndexOf((byte)'\n') is >= 0 and var end; )
                {
                    place += end + 1;
                    if (at + place >= size)
                        return last;
                    last = new LogWindow(at + place, ++known);
                    if (known == line)
                        return last;
                }
            }

            return last;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Feeds the reader what the log has from a byte on, up to another.</summary>
    /// <returns>Up to which byte it came: less than asked for when the log is gone.</returns>
    public static async Task<long> ReadAsync(
        JobTraces traces,
        JobRow job,
        (long From, long To) range,
        LogReader reader,
        List<LogItem> items,
        CancellationToken ct
    )
    {
        var at = range.From;
        if (range.To <= at || await traces.OpenAsync(job, new BlobRange(at, range.To - at), ct) is not { } log)
            return at;
        await using var _ = log;
        var buffer = ArrayPool<byte>.Shared.Rent(PieceBytes);
        try
        {
            for (int read; (read = await log.ReadAsync(buffer.AsMemory(0, PieceBytes), ct)) > 0; at += read)
                reader.Take(buffer.AsSpan(0, read), items);
            return at;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
