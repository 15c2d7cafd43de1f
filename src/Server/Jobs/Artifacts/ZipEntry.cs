using System.IO.Compression;
using Slipway.Server.Blobs;

namespace Slipway.Server.Jobs.Artifacts;

/// <summary>One file in an archive that lies in the blob store, as the archive's directory tells of it. Nothing of what it tells is trusted.</summary>
/// <param name="Method">0 stored, 8 deflate.</param>
/// <param name="Packed">Bytes in the archive.</param>
/// <param name="Size">Bytes unpacked.</param>
/// <param name="At">Where its local header begins.</param>
internal sealed record ZipEntry(string Name, int Method, bool Encrypted, long Packed, long Size, long At)
{
    private const int LocalHeader = 30;

    public bool IsFolder => Name.EndsWith('/');

    /// <summary>Opens the file, unpacked as it is read. No more comes out than <see cref="Size"/>; a file that is shorter or broken throws <see cref="IOException"/> or <see cref="InvalidDataException"/>.</summary>
    /// <returns>Nothing when it is packed in a way that is not known here, or lies outside its archive.</returns>
    public async Task<Stream?> OpenAsync(IBlobStore blobs, Blob archive, CancellationToken ct)
    {
        if (Encrypted || Method is not (0 or 8) || (Method == 0 && Packed != Size) || !Within(archive, At, LocalHeader))
            return null;
        var header = await ReadAsync(blobs, archive, At, LocalHeader, ct);
        if (BitConverter.ToUInt32(header, 0) != 0x04034b50)
            return null;
        var start = At + LocalHeader + BitConverter.ToUInt16(header, 26) + BitConverter.ToUInt16(header, 28);
        if (Size == 0)
            return Stream.Null;
        if (Packed < 1 || !Within(archive, start, Packed))
            return null;
        var packed = await blobs.OpenKeptAsync(archive, new BlobRange(start, Packed), ct);
        return Method == 0 ? packed : new StreamPart(new DeflateStream(packed, CompressionMode.Decompress), Size);
    }

    public static async Task<byte[]> ReadAsync(IBlobStore blobs, Blob archive, long start, long length, CancellationToken ct)
    {
        await using var part = await blobs.OpenKeptAsync(archive, new BlobRange(start, length), ct);
        var bytes = new byte[length];
        await part.ReadExactlyAsync(bytes, ct);
        return bytes;
    }

    private static bool Within(Blob archive, long start, long length) => start >= 0 && start <= archive.Length - length;
}
