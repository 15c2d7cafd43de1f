using System.Buffers;
using System.Security.Cryptography;
using Slipway.Server.Blobs;

namespace Slipway.Server.Invariants;

/// <summary>Reads a blob to its end: that it is there says nothing of what is in it.</summary>
internal static class BlobReading
{
    private const int BufferBytes = 128 * 1024;

    /// <returns>What is wrong; nothing when it is the blob of this name and size.</returns>
    public static async Task<string?> WhyNotAsync(IBlobStore blobs, BlobDigest digest, long size, CancellationToken ct)
    {
        try
        {
            await using var stream = await blobs.OpenAsync(digest, null, ct);
            if (stream is null)
                return "its bytes are gone";
            var (length, actual) = await HashAsync(stream, ct);
            return length != size ? $"it has {length} bytes and should have {size}"
                : actual != digest ? "its bytes are not those that were put"
                : null;
        }
        catch (BlobStoreException e)
        {
            return e.Message;
        }
        catch (IOException e)
        {
            return "it cannot be read: " + e.Message;
        }
    }

    private static async Task<(long Length, BlobDigest Digest)> HashAsync(Stream stream, CancellationToken ct)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
        try
        {
            var length = 0L;
            for (int read; (read = await stream.ReadAsync(buffer, ct)) > 0; length += read)
                hash.AppendData(buffer, 0, read);
            return (length, BlobDigest.Of(hash.GetHashAndReset()));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
