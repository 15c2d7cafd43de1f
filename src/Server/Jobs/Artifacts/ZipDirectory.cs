using System.Runtime.CompilerServices;
using System.Text;
using Slipway.Server.Blobs;

namespace Slipway.Server.Jobs.Artifacts;

/// <summary>
/// The directory at the end of a zip archive in the blob store, read without reading the archive and without unpacking anything (APPNOTE.TXT 4.3.12 to
/// 4.3.16, zip64 included). The archive is hostile: lengths are checked before memory is taken for them.
/// </summary>
internal static class ZipDirectory
{
    /// <summary>Bytes of a directory: some 500,000 files. One that is larger is not read.</summary>
    private const long MostBytes = 64L << 20;

    private const int EndSize = 22;
    private const int LongestComment = 65_535;
    private const int LocatorSize = 20;
    private const int End64Size = 56;
    private const int EntrySize = 46;

    /// <returns>The file of that name, the last of several; nothing when the archive has none.</returns>
    public static async Task<ZipEntry?> FindAsync(IBlobStore blobs, Blob archive, string name, CancellationToken ct)
    {
        ZipEntry? found = null;
        await foreach (var entry in ListAsync(blobs, archive, ct))
            if (entry.Name == name)
                found = entry;
        return found;
    }

    /// <summary>What the directory lists, in its order, up to the first entry that makes no sense. Nothing when this is no zip archive.</summary>
    public static async IAsyncEnumerable<ZipEntry> ListAsync(IBlobStore blobs, Blob archive, [EnumeratorCancellation] CancellationToken ct)
    {
        if (await PlaceAsync(blobs, archive, ct) is not var (start, length))
            yield break;
        var bytes = await ZipEntry.ReadAsync(blobs, archive, start, length, ct);
        for (var at = 0; at <= bytes.Length - EntrySize && BitConverter.ToUInt32(bytes, at) == 0x02014b50; )
        {
            var (name, extra, comment) = (Short(bytes, at + 28), Short(bytes, at + 30), Short(bytes, at + 32));
            var next = at + EntrySize + name + extra + comment;
            if (next > bytes.Length)
                yield break;
            yield return Entry(bytes, at, bytes.AsSpan(at + EntrySize + name, extra), name);
            at = next;
        }
    }

    private static ZipEntry Entry(byte[] bytes, int at, ReadOnlySpan<byte> extra, int nameLength)
    {
        long packed = BitConverter.ToUInt32(bytes, at + 20);
        long size = BitConverter.ToUInt32(bytes, at + 24);
        long header = BitConverter.ToUInt32(bytes, at + 42);
        var large = Zip64(extra);
        Take(ref size, ref large);
        Take(ref packed, ref large);
        Take(ref header, ref large);
        return new ZipEntry(
            Encoding.UTF8.GetString(bytes, at + EntrySize, nameLength),
            Short(bytes, at + 10),
            (Short(bytes, at + 8) & 1) != 0,
            packed,
            size,
            header
        );
    }

    /// <summary>Where a number did not fit, the next eight bytes of the extra field have it.</summary>
    private static void Take(ref long value, ref ReadOnlySpan<byte> large)
    {
        if (value != uint.MaxValue || large.Length < 8)
            return;
        value = BitConverter.ToInt64(large);
        large = large[8..];
    }

    private static ReadOnlySpan<byte> Zip64(ReadOnlySpan<byte> extra)
    {
        while (extra.Length >= 4)
        {
            var (id, length) = (BitConverter.ToUInt16(extra), BitConverter.ToUInt16(extra[2..]));
            if (length > extra.Length - 4)
                return [];
            if (id == 1)
                return extra.Slice(4, length);
            extra = extra[(4 + length)..];
        }

        return [];
    }

    private static async Task<(long Start, long Length)?> PlaceAsync(IBlobStore blobs, Blob archive, CancellationToken ct)
    {
        var length = Math.Min(archive.Length, EndSize + LongestComment + LocatorSize);
        if (length < EndSize)
            return null;
        var tail = await ZipEntry.ReadAsync(blobs, archive, archive.Length - length, length, ct);
        for (var at = tail.Length - EndSize; at >= 0; at--)
        {
            if (BitConverter.ToUInt32(tail, at) != 0x06054b50)
                continue;
            (long Start, long Length) place = (BitConverter.ToUInt32(tail, at + 16), BitConverter.ToUInt32(tail, at + 12));
            if (at >= LocatorSize && BitConverter.ToUInt32(tail, at - LocatorSize) == 0x07064b50)
                place = await Place64Async(blobs, archive, BitConverter.ToInt64(tail, at - LocatorSize + 8), ct) ?? place;
            return place.Length is >= EntrySize and <= MostBytes && place.Start >= 0 && place.Start <= archive.Length - place.Length
                ? place
                : null;
        }

        return null;
    }

    private static async Task<(long Start, long Length)?> Place64Async(IBlobStore blobs, Blob archive, long at, CancellationToken ct)
    {
        if (at < 0 || at > archive.Length - End64Size)
            return null;
        var end = await ZipEntry.ReadAsync(blobs, archive, at, End64Size, ct);
        return BitConverter.ToUInt32(end, 0) == 0x06064b50 ? (BitConverter.ToInt64(end, 48), BitConverter.ToInt64(end, 40)) : null;
    }

    private static int Short(byte[] bytes, int at) => BitConverter.ToUInt16(bytes, at);
}
