using System.Buffers;
using System.Security.Cryptography;

namespace Slipway.Server.Blobs;

/// <summary>How a blob was found when it was read.</summary>
/// <param name="Why">What is wrong with it; nothing when it is as it was put.</param>
/// <param name="IsDamaged">Its bytes are gone or others. False while the store fails, which says nothing of them.</param>
internal sealed record BlobLook(string? Why, bool IsDamaged);

/// <summary>Reads a blob to its end: that it is there says nothing of what is in it.</summary>
internal static class BlobReading
{
    private const int BufferBytes = 128 * 1024;

    /// <returns>What is wrong; nothing when it is the blob of this name and size.</returns>
    public static async Task<string?> WhyNotAsync(IBlobStore blobs, BlobDigest digest, long size, CancellationToken ct) =>
        (await LookAsync(blobs, digest, size, ct)).Why;

    public static async Task<BlobLook> LookAsync(IBlobStore blobs, BlobDigest digest, long size, CancellationToken ct)
    {
        try
        {
            await using var stream = await blobs.OpenAsync(digest, null, ct);
            if (stream is null)
                return new("its bytes are gone", true);
            var (length, actual) = await HashAsync(stream, ct);
            return length != size ? new($"it has {length} bytes and should have {size}", true)
                : actual != digest ? new("its bytes are not those that were put", true)
                : new(null, false);
        }
        catch (BlobStoreException e)
        {
            return new(e.Message, false);
        }
        catch (IOException e)
        {
            return new("it cannot be read: " + e.Message, false);
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
