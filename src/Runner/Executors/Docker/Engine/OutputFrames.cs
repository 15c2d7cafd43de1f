using System.Buffers;
using System.Buffers.Binary;

namespace Slipway.Runner.Executors.Docker.Engine;

/// <param name="isError">Standard error instead of standard output.</param>
/// <param name="bytes">Valid during the call only.</param>
internal delegate ValueTask OutputSink(bool isError, ReadOnlyMemory<byte> bytes);

/// <summary>
/// The engine's way of sending two streams over one connection: a head of eight bytes (stream 1 or 2, three zeros, length in big-endian)
/// and the bytes. Source: Docker Engine API, "Attach to a container", stream format.
/// </summary>
internal static class OutputFrames
{
    private const int BufferSize = 64 * 1024;

    /// <param name="early">Bytes that were read already.</param>
    /// <exception cref="InvalidDataException">No such frames.</exception>
    public static async Task CopyAsync(Stream stream, ReadOnlyMemory<byte> early, OutputSink sink, CancellationToken ct)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            early.CopyTo(buffer);
            var filled = early.Length;
            var (isError, rest) = (false, 0L);
            do
            {
                var used = 0;
                while (used < filled)
                {
                    if (rest == 0)
                    {
                        if (filled - used < 8)
                            break;

                        (isError, rest) = Head(buffer.AsSpan(used, 8));
                        used += 8;
                        continue;
                    }

                    var piece = (int)Math.Min(rest, filled - used);
                    await sink(isError, buffer.AsMemory(used, piece));
                    used += piece;
                    rest -= piece;
                }

                buffer.AsSpan(used, filled - used).CopyTo(buffer);
                filled -= used;
                var read = await stream.ReadAsync(buffer.AsMemory(filled, BufferSize - filled), ct);
                if (read == 0)
                    return;

                filled += read;
            } while (true);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static (bool IsError, long Length) Head(ReadOnlySpan<byte> head) =>
        head[0] <= 3 && head[1] == 0 && head[2] == 0 && head[3] == 0
            ? (head[0] >= 2, BinaryPrimitives.ReadUInt32BigEndian(head[4..]))
            : throw new InvalidDataException("The Docker engine's output stream is out of step.");
}
