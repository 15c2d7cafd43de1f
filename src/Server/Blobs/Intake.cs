using System.Buffers;
using System.Security.Cryptography;

namespace Slipway.Server.Blobs;

/// <summary>Takes a stream into a temporary file while its digest is computed, so that a store knows what it has before it keeps it.</summary>
internal static class Intake
{
    private const int BufferBytes = 128 * 1024;

    /// <returns>What the file then holds: <see cref="BlobPut.Stored"/> when it may be kept.</returns>
    public static async Task<BlobPut> ReadAsync(Stream content, FileStream file, BlobDigest? expected, long maxBytes, CancellationToken ct)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
        try
        {
            long length = 0;
            for (int read; (read = await content.ReadAsync(buffer, ct)) > 0; )
            {
                length += read;
                if (length > maxBytes)
                    return new BlobPut.TooLarge(maxBytes);
                hash.AppendData(buffer, 0, read);
                await WriteAsync(file, buffer.AsMemory(0, read), ct);
            }

            var digest = BlobDigest.Of(hash.GetHashAndReset());
            return expected is not null && expected != digest ? new BlobPut.Mismatch(digest) : new BlobPut.Stored(new Blob(digest, length));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static async Task WriteAsync(FileStream file, ReadOnlyMemory<byte> bytes, CancellationToken ct)
    {
        try
        {
            await file.WriteAsync(bytes, ct);
        }
        catch (IOException e)
        {
            throw new BlobStoreException("A blob cannot be written: " + e.Message, e);
        }
    }
}
