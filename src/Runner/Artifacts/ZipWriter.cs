using System.Buffers;
using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using Slipway.Protocol.Checksums;
using Slipway.Runner.Executors;

namespace Slipway.Runner.Artifacts;

/// <summary>
/// Writes a zip archive as GitLab's browser and other runners like it (runner-protocol §8.2): folders as entries of their own, symlinks as links,
/// Unix modes, times of modification, UTF-8 names, zip64 where it must be. The same entries always give the same bytes.
/// </summary>
internal sealed class ZipWriter(Stream target, int level) : IAsyncDisposable
{
    /// <summary>Compressing less than this costs more than it saves.</summary>
    private const int DeflateFrom = 256;

    private const int BufferSize = 64 * 1024;

    private readonly ByteBuffer _central = new();
    private readonly ByteBuffer _header = new();
    private readonly byte[] _buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
    private long _position;

    public int Count { get; private set; }

    private sealed record Content(ushort Method, uint Crc, long Size, long Packed);

    /// <summary>Writes one entry. Paths must come in the order they shall have, each once.</summary>
    public async Task AddAsync(FileEntry entry, CancellationToken ct)
    {
        var name = Encoding.UTF8.GetBytes(entry.Kind == FileKind.Directory ? entry.Path + "/" : entry.Path);
        var start = _position;
        var content =
            entry.Kind == FileKind.File && entry.Size >= DeflateFrom
                ? await WriteLargeAsync(entry, name, ct)
                : await WriteSmallAsync(entry, name, ct);
        AddCentral(entry, name, content, start);
        Count++;
    }

    /// <summary>Writes the directory of all entries. Nothing can be added after it.</summary>
    public async Task FinishAsync(CancellationToken ct)
    {
        var start = _position;
        await WriteAsync(_central.Memory, ct);
        _header.Clear();
        U32(_header, ZipFormat.End64);
        U64(_header, 44);
        U16(_header, ZipFormat.MadeByUnix);
        U16(_header, ZipFormat.Version);
        U64(_header, 0);
        U64(_header, Count);
        U64(_header, Count);
        U64(_header, _central.Length);
        U64(_header, start);
        U32(_header, ZipFormat.End64Locator);
        U32(_header, 0);
        U64(_header, start + _central.Length);
        U32(_header, 1);
        var small = Count < 0xFFFF && start + _central.Length < ZipFormat.See64;
        if (small)
            _header.Clear();
        U32(_header, ZipFormat.End);
        U32(_header, 0);
        U16(_header, small ? (ushort)Count : (ushort)0xFFFF);
        U16(_header, small ? (ushort)Count : (ushort)0xFFFF);
        U32(_header, small ? (uint)_central.Length : ZipFormat.See64);
        U32(_header, small ? (uint)start : ZipFormat.See64);
        U16(_header, 0);
        await WriteAsync(_header.Memory, ct);
        await target.FlushAsync(ct);
    }

    public ValueTask DisposeAsync()
    {
        ArrayPool<byte>.Shared.Return(_buffer);
        _central.Dispose();
        _header.Dispose();
        return default;
    }

    /// <summary>What is small is read first and stored as it is, with all its numbers in front.</summary>
    private async Task<Content> WriteSmallAsync(FileEntry entry, byte[] name, CancellationToken ct)
    {
        var bytes = entry.Kind switch
        {
            FileKind.File => await ReadAllAsync(entry.Open!(), ct),
            FileKind.Symlink => Encoding.UTF8.GetBytes(entry.LinkTarget ?? ""),
            _ => [],
        };
        var content = new Content(ZipFormat.Stored, Crc32.Append(0, bytes), bytes.Length, bytes.Length);
        AddLocal(entry, name, content, ZipFormat.Utf8);
        await WriteAsync(_header.Memory, ct);
        await WriteAsync(bytes, ct);
        return content;
    }

    /// <summary>What is large is compressed as it is read; its numbers follow it, as 64-bit ones, which the empty zip64 part announces.</summary>
    private async Task<Content> WriteLargeAsync(FileEntry entry, byte[] name, CancellationToken ct)
    {
        AddLocal(
            entry,
            name,
            new Content(ZipFormat.Deflated, 0, ZipFormat.See64, ZipFormat.See64),
            ZipFormat.Utf8 | ZipFormat.NumbersFollow
        );
        await WriteAsync(_header.Memory, ct);
        var content = await DeflateAsync(entry.Open!(), ct);
        _header.Clear();
        U32(_header, ZipFormat.Descriptor);
        U32(_header, content.Crc);
        U64(_header, content.Packed);
        U64(_header, content.Size);
        await WriteAsync(_header.Memory, ct);
        return content;
    }

    private void AddLocal(FileEntry entry, byte[] name, Content content, int flags)
    {
        var large = content.Size >= ZipFormat.See64;
        _header.Clear();
        U32(_header, ZipFormat.LocalHeader);
        U16(_header, ZipFormat.Version);
        U16(_header, (ushort)flags);
        U16(_header, content.Method);
        U32(_header, ZipFormat.DosTime(entry.ModifiedAt));
        U32(_header, content.Crc);
        U32(_header, (uint)content.Packed);
        U32(_header, (uint)content.Size);
        U16(_header, (ushort)name.Length);
        U16(_header, (ushort)(9 + (large ? 20 : 0)));
        _header.Append(name);
        if (large)
        {
            U16(_header, ZipFormat.ExtraZip64);
            U16(_header, 16);
            U64(_header, 0);
            U64(_header, 0);
        }

        AddTime(_header, entry.ModifiedAt);
    }

    private async Task<Content> DeflateAsync(Stream source, CancellationToken ct)
    {
        await using var opened = source;
        var counted = new CountingStream(target);
        uint crc = 0;
        long size = 0;
        await using (var deflate = new DeflateStream(counted, new ZLibCompressionOptions { CompressionLevel = level }, leaveOpen: true))
        {
            for (int count; (count = await opened.ReadAsync(_buffer, ct)) > 0; )
            {
                crc = Crc32.Append(crc, _buffer.AsSpan(0, count));
                size += count;
                await deflate.WriteAsync(_buffer.AsMemory(0, count), ct);
            }
        }

        _position += counted.Count;
        return new Content(ZipFormat.Deflated, crc, size, counted.Count);
    }

    private static async Task<byte[]> ReadAllAsync(Stream source, CancellationToken ct)
    {
        await using var opened = source;
        using var bytes = new MemoryStream(DeflateFrom);
        await opened.CopyToAsync(bytes, ct);
        return bytes.ToArray();
    }

    private void AddCentral(FileEntry entry, byte[] name, Content content, long start)
    {
        var large = Math.Max(Math.Max(content.Size, content.Packed), start) >= ZipFormat.See64;
        U32(_central, ZipFormat.CentralHeader);
        U16(_central, ZipFormat.MadeByUnix);
        U16(_central, ZipFormat.Version);
        U16(_central, (ushort)(ZipFormat.Utf8 | (content.Method == ZipFormat.Deflated ? ZipFormat.NumbersFollow : 0)));
        U16(_central, content.Method);
        U32(_central, ZipFormat.DosTime(entry.ModifiedAt));
        U32(_central, content.Crc);
        U32(_central, large ? ZipFormat.See64 : (uint)content.Packed);
        U32(_central, large ? ZipFormat.See64 : (uint)content.Size);
        U16(_central, (ushort)name.Length);
        U16(_central, (ushort)(9 + (large ? 28 : 0)));
        U16(_central, 0);
        U16(_central, 0);
        U16(_central, 0);
        U32(_central, ((KindOf(entry.Kind) | (uint)entry.Mode) << 16) | (entry.Kind == FileKind.Directory ? 0x10u : 0));
        U32(_central, large ? ZipFormat.See64 : (uint)start);
        _central.Append(name);
        if (large)
        {
            U16(_central, ZipFormat.ExtraZip64);
            U16(_central, 24);
            U64(_central, content.Size);
            U64(_central, content.Packed);
            U64(_central, start);
        }

        AddTime(_central, entry.ModifiedAt);
    }

    private static uint KindOf(FileKind kind) =>
        kind switch
        {
            FileKind.Directory => ZipFormat.FolderMode,
            FileKind.Symlink => ZipFormat.LinkMode,
            _ => ZipFormat.FileMode,
        };

    private static void AddTime(ByteBuffer buffer, DateTimeOffset time)
    {
        U16(buffer, ZipFormat.ExtraTime);
        U16(buffer, 5);
        buffer.Append((byte)1);
        U32(buffer, (uint)Math.Clamp(time.ToUnixTimeSeconds(), 0, int.MaxValue));
    }

    private async Task WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken ct)
    {
        await target.WriteAsync(bytes, ct);
        _position += bytes.Length;
    }

    private static void U16(ByteBuffer buffer, ushort value)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(buffer.Free(2), value);
        buffer.Advance(2);
    }

    private static void U32(ByteBuffer buffer, uint value)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(buffer.Free(4), value);
        buffer.Advance(4);
    }

    private static void U64(ByteBuffer buffer, long value)
    {
        BinaryPrimitives.WriteInt64LittleEndian(buffer.Free(8), value);
        buffer.Advance(8);
    }
}
