using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using Slipway.Runner.Executors;

namespace Slipway.Runner.Artifacts;

/// <summary>The archive is not one, or it is one that must not be unpacked. The message says what and where.</summary>
internal sealed class BadArchiveException(string message) : Exception(message);

/// <summary>
/// Reads a zip archive that anybody may have made. Every number in it is checked before it is used; names that would leave the folder they are
/// unpacked into, and archives that grow out of all proportion, are refused as a whole before anything is written.
/// </summary>
internal static class ZipReader
{
    public const int EntryLimit = 1_000_000;

    /// <summary>Of the entries' own sizes together, in bytes.</summary>
    public const long SizeLimit = 128L * 1024 * 1024 * 1024;

    /// <summary>An entry may claim so much more than its packed size (deflate itself gets to 1032).</summary>
    private const long RatioLimit = 1100;

    private const int PathLimit = 4096;
    private const int EndSize = 22;
    private const int CentralSize = 46;
    private const int LocalSize = 30;

    private sealed record Found(
        string Name,
        uint Mode,
        ushort Method,
        uint Crc,
        long Packed,
        long Size,
        long Header,
        DateTimeOffset ModifiedAt
    );

    /// <summary>The entries: folders and files in the archive's order, then symlinks, so that nothing is ever written through one.</summary>
    /// <param name="archive">Seekable. Entries read from it when they are opened: one at a time.</param>
    /// <exception cref="BadArchiveException">It is broken or hostile.</exception>
    public static List<FileEntry> Read(Stream archive)
    {
        var found = ReadDirectory(archive);
        long total = 0,
            packed = 0;
        var entries = new List<FileEntry>(found.Count);
        var links = new List<FileEntry>();
        foreach (var one in found)
        {
            if (one.Packed > archive.Length || one.Size > Math.Max(1, one.Packed) * RatioLimit)
                throw new BadArchiveException($"{one.Name}: impossible sizes");
            total += one.Size;
            packed += one.Packed;
            // More packed bytes than there are: entries share them, which is how the worst bombs are made.
            if (total > SizeLimit || packed > archive.Length)
                throw new BadArchiveException($"{one.Name}: unpacks to more than is allowed");
            if (Describe(archive, one) is { } entry)
                (entry.Kind == FileKind.Symlink ? links : entries).Add(entry);
        }

        entries.AddRange(links);
        return entries;
    }

    private static FileEntry? Describe(Stream archive, Found found)
    {
        var path = SafePath(found.Name);
        if (path.Length == 0)
            return null;
        var kind = (found.Mode & ZipFormat.KindMask) switch
        {
            ZipFormat.LinkMode => FileKind.Symlink,
            _ when found.Name.EndsWith('/') => FileKind.Directory,
            0 or ZipFormat.FileMode => FileKind.File,
            _ => throw new BadArchiveException($"{found.Name}: neither file, folder nor link"),
        };
        var bits = (UnixFileMode)(found.Mode & 0x1FF);
        var mode = bits != UnixFileMode.None ? bits : (UnixFileMode)(kind == FileKind.Directory ? 0x1ED : 0x1A4);
        if (kind != FileKind.Symlink)
            return new FileEntry(
                path,
                kind,
                mode,
                found.ModifiedAt,
                found.Size,
                null,
                kind == FileKind.File ? () => Open(archive, found) : null
            );
        if (found.Size is 0 or > PathLimit)
            throw new BadArchiveException($"{found.Name}: no link target");
        using var reader = new StreamReader(Open(archive, found), Encoding.UTF8);
        return new FileEntry(path, kind, mode, found.ModifiedAt, 0, reader.ReadToEnd(), null);
    }

    /// <returns>The name as a path below the target folder; empty for the folder itself.</returns>
    private static string SafePath(string name)
    {
        if (name.Length > PathLimit || name.Contains('\0') || name.StartsWith('/'))
            throw new BadArchiveException($"{name}: not a path below the folder");
        var parts = name.Split('/', StringSplitOptions.RemoveEmptyEntries).Where(p => p != ".").ToArray();
        return parts.Contains("..") ? throw new BadArchiveException($"{name}: leads out of the folder") : string.Join('/', parts);
    }

    private static CheckedStream Open(Stream archive, Found found)
    {
        var local = new byte[LocalSize];
        if (found.Header > archive.Length - LocalSize)
            throw new BadArchiveException($"{found.Name}: cut off");
        archive.Position = found.Header;
        ReadExactly(archive, local);
        if (U32(local, 0) != ZipFormat.LocalHeader)
            throw new BadArchiveException($"{found.Name}: its header is not where the directory says");
        var start = found.Header + LocalSize + U16(local, 26) + U16(local, 28);
        if (start > archive.Length - found.Packed)
            throw new BadArchiveException($"{found.Name}: cut off");
        var packed = new ArchiveSlice(archive, start, found.Packed);
        return new CheckedStream(
            found.Method == ZipFormat.Stored ? packed : new DeflateStream(packed, CompressionMode.Decompress),
            found.Name,
            found.Size,
            found.Crc
        );
    }

    private static List<Found> ReadDirectory(Stream archive)
    {
        var (count, start, size) = FindDirectory(archive);
        if (
            count is < 0 or > EntryLimit
            || size is < 0 or > int.MaxValue
            || start < 0
            || start > archive.Length - size
            || count * CentralSize > size
        )
            throw new BadArchiveException("the archive's directory is broken or too large");
        var directory = new byte[size];
        archive.Position = start;
        ReadExactly(archive, directory);
        var found = new List<Found>((int)count);
        var rest = directory.AsSpan();
        for (var i = 0; i < count; i++)
        {
            if (rest.Length < CentralSize || U32(rest, 0) != ZipFormat.CentralHeader)
                throw new BadArchiveException("the archive's directory is broken");
            int name = U16(rest, 28),
                extra = U16(rest, 30),
                comment = U16(rest, 32);
            if (rest.Length < CentralSize + name + extra + comment)
                throw new BadArchiveException("the archive's directory is cut off");
            found.Add(ReadEntry(rest, Encoding.UTF8.GetString(rest.Slice(CentralSize, name)), rest.Slice(CentralSize + name, extra)));
            rest = rest[(CentralSize + name + extra + comment)..];
        }

        return found;
    }

    private static Found ReadEntry(ReadOnlySpan<byte> header, string name, ReadOnlySpan<byte> extra)
    {
        var method = U16(header, 10);
        if ((U16(header, 8) & ZipFormat.Encrypted) != 0 || method is not (ZipFormat.Stored or ZipFormat.Deflated))
            throw new BadArchiveException($"{name}: packed in a way that is not known here");
        long packed = U32(header, 20),
            size = U32(header, 24),
            at = U32(header, 42);
        var modified = ZipFormat.FromDosTime(U32(header, 12));
        for (; extra.Length >= 4; extra = extra[(4 + U16(extra, 2))..])
        {
            var part = extra.Slice(4, Math.Min(U16(extra, 2), extra.Length - 4));
            if (part.Length < U16(extra, 2))
                break;
            if (U16(extra, 0) == ZipFormat.ExtraTime && part.Length >= 5 && (part[0] & 1) != 0)
                modified = DateTimeOffset.FromUnixTimeSeconds((int)U32(part, 1));
            else if (U16(extra, 0) == ZipFormat.ExtraZip64)
                ReadLarge(part, ref size, ref packed, ref at);
        }

        if (packed < 0 || size < 0 || at < 0 || (method == ZipFormat.Stored && size != packed))
            throw new BadArchiveException($"{name}: impossible sizes");
        // The upper half of the attributes is the mode only when a Unix program made the entry.
        var mode = U16(header, 4) >> 8 == 3 ? U32(header, 38) >> 16 : 0;
        return new Found(name, mode, method, U32(header, 16), packed, size, at, modified);
    }

    private static void ReadLarge(ReadOnlySpan<byte> part, ref long size, ref long packed, ref long at)
    {
        Take(ref part, ref size);
        Take(ref part, ref packed);
        Take(ref part, ref at);

        static void Take(ref ReadOnlySpan<byte> part, ref long value)
        {
            if (value != ZipFormat.See64 || part.Length < 8)
                return;
            value = BinaryPrimitives.ReadInt64LittleEndian(part);
            part = part[8..];
        }
    }

    private static (long Count, long Start, long Size) FindDirectory(Stream archive)
    {
        var tail = new byte[Math.Min(archive.Length, EndSize + ushort.MaxValue)];
        archive.Position = archive.Length - tail.Length;
        ReadExactly(archive, tail);
        var end = tail.Length - EndSize;
        while (end >= 0 && U32(tail, end) != ZipFormat.End)
            end--;
        if (end < 0)
            throw new BadArchiveException("not a zip archive");
        if (end >= 20 && U32(tail, end - 20) == ZipFormat.End64Locator)
        {
            var large = new byte[56];
            var at = BinaryPrimitives.ReadInt64LittleEndian(tail.AsSpan(end - 12));
            if (at < 0 || at > archive.Length - large.Length)
                throw new BadArchiveException("the archive's directory is broken");
            archive.Position = at;
            ReadExactly(archive, large);
            if (U32(large, 0) == ZipFormat.End64)
                return (I64(large, 32), I64(large, 48), I64(large, 40));
        }

        return (U16(tail, end + 10), U32(tail, end + 16), U32(tail, end + 12));
    }

    private static void ReadExactly(Stream archive, byte[] buffer)
    {
        if (archive.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false) < buffer.Length)
            throw new BadArchiveException("the archive is cut off");
    }

    private static ushort U16(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt16LittleEndian(bytes[at..]);

    private static uint U32(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt32LittleEndian(bytes[at..]);

    private static long I64(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadInt64LittleEndian(bytes[at..]);
}
