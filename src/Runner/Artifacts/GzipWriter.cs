using System.Buffers;
using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using Slipway.Protocol.Checksums;
using Slipway.Runner.Executors;

namespace Slipway.Runner.Artifacts;

/// <summary>
/// Writes the upload format <c>gzip</c>: one gzip member for each file, one after the other (RFC 1952; runner-protocol §8.2). A member's name is the
/// file's own, its comment the whole path; both as Latin-1, with <c>e:</c> and percent signs for what that has not.
/// </summary>
internal static class GzipWriter
{
    private const byte HasNameAndComment = 0x18;
    private const byte Unix = 3;
    private const int BufferSize = 64 * 1024;

    public static async Task AddAsync(Stream target, FileEntry file, int level, CancellationToken ct)
    {
        await target.WriteAsync(Header(file), ct);
        var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        uint crc = 0,
            size = 0;
        try
        {
            await using var source = file.Open!();
            await using var deflate = new DeflateStream(target, new ZLibCompressionOptions { CompressionLevel = level }, leaveOpen: true);
            for (int count; (count = await source.ReadAsync(buffer, ct)) > 0; )
            {
                crc = Crc32.Append(crc, buffer.AsSpan(0, count));
                size += (uint)count;
                await deflate.WriteAsync(buffer.AsMemory(0, count), ct);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        var trailer = new byte[8];
        BinaryPrimitives.WriteUInt32LittleEndian(trailer, crc);
        BinaryPrimitives.WriteUInt32LittleEndian(trailer.AsSpan(4), size);
        await target.WriteAsync(trailer, ct);
    }

    private static byte[] Header(FileEntry file)
    {
        var time = new byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(time, (uint)Math.Clamp(file.ModifiedAt.ToUnixTimeSeconds(), 0, uint.MaxValue));
        var name = file.Path[(file.Path.LastIndexOf('/') + 1)..];
        return [0x1F, 0x8B, 8, HasNameAndComment, .. time, 0, Unix, .. Latin1(name), 0, .. Latin1(file.Path), 0];
    }

    private static byte[] Latin1(string text) =>
        Encoding.Latin1.GetBytes(text.All(c => c is >= ' ' and < '\x7F') ? text : "e:" + Uri.EscapeDataString(text));
}
