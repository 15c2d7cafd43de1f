using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Slipway.Server.Data;

namespace Slipway.Server.Jobs.Traces;

/// <summary>
/// How many line ends each MiB of a long log has, so that whoever looks for a line needs to read one MiB, and not all that is before it. It is made when the log is
/// archived; one that still grows has none.
/// </summary>
internal static class LineIndex
{
    /// <summary>Bytes of log for one number. A log without a second one needs no index.</summary>
    public const int Step = 1024 * 1024;

    private const int Width = sizeof(uint);
    private const int PieceBytes = 64 * 1024;

    /// <summary>Where to begin to read.</summary>
    /// <param name="At">A byte.</param>
    /// <param name="Line">Its line's number, from 1.</param>
    [StructLayout(LayoutKind.Auto)]
    public readonly record struct Place(long At, long Line)
    {
        /// <summary>The beginning.</summary>
        public static Place Begin { get; } = new(0, 1);
    }

    /// <summary>Counts the lines of a log from where it stands.</summary>
    /// <returns>Four bytes for each MiB, the last of which may be shorter, nothing for a log of up to one; and how many bytes were counted.</returns>
    public static async Task<(byte[]? Index, long Counted)> OfAsync(Stream log, CancellationToken ct)
    {
        var (index, at) = (new List<uint>(), 0L);
        var buffer = ArrayPool<byte>.Shared.Rent(PieceBytes);
        try
        {
            while (
                await log.ReadAtLeastAsync(buffer.AsMemory(0, PieceBytes), PieceBytes, throwOnEndOfStream: false, ct) is > 0 and var read
            )
            {
                // No piece is in two steps: each but the last is whole.
                if (at % Step == 0)
                    index.Add(0);
                index[^1] += (uint)buffer.AsSpan(0, read).Count((byte)'\n');
                at += read;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        if (index.Count < 2)
            return (null, at);
        var bytes = new byte[index.Count * Width];
        for (var n = 0; n < index.Count; n++)
            BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(n * Width), index[n]);
        return (bytes, at);
    }

    /// <summary>The last place that the job's index knows before the first byte of a line.</summary>
    public static Place BeforeLine(JobRow job, long line) => LastWhere(job, next => next.Line < line);

    /// <summary>The last place that the job's index knows up to a byte.</summary>
    public static Place UpTo(JobRow job, long at) => LastWhere(job, next => next.At <= at);

    private static Place LastWhere(JobRow job, Func<Place, bool> isBefore)
    {
        var place = Place.Begin;
        // Without its blob it is another log than that which was counted.
        if (job is not { TraceBlob: not null, TraceLines: { } index })
            return place;
        for (var rest = index.AsSpan(); rest.Length >= Width; rest = rest[Width..])
        {
            var next = new Place(place.At + Step, place.Line + BinaryPrimitives.ReadUInt32LittleEndian(rest));
            if (next.At >= job.TraceSize || !isBefore(next))
                return place;
            place = next;
        }

        return place;
    }
}
