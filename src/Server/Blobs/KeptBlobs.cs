namespace Slipway.Server.Blobs;

/// <summary>
/// Opens what a row says is there. That its bytes are gone, or others, is the server's failure: who asks is told so, and neither that there is no such thing nor
/// that some of it is all. A client that asks for all of it gets no end of anything else.
/// </summary>
internal static class KeptBlobs
{
    /// <exception cref="BlobStoreException">The store fails, or has not what it was given. Reading throws the same, at the latest instead of the last bytes.</exception>
    public static async Task<Stream> OpenKeptAsync(this IBlobStore blobs, Blob blob, BlobRange? range, CancellationToken ct) =>
        await blobs.FindKeptAsync(blob, range, ct) ?? throw Gone(blob.Digest);

    /// <returns>Nothing when its bytes are gone.</returns>
    /// <exception cref="BlobStoreException">The store fails, or has other bytes. Reading throws the same.</exception>
    public static async Task<Stream?> FindKeptAsync(this IBlobStore blobs, Blob blob, BlobRange? range, CancellationToken ct)
    {
        Stream? bytes;
        try
        {
            bytes = await blobs.OpenAsync(blob.Digest, range, ct);
        }
        catch (ArgumentOutOfRangeException)
        {
            throw Damaged(blob.Digest);
        }

        if (bytes is null)
            return null;
        if (range is not null)
            return new BlobOnItsWay(bytes, range.Length, null);
        if (bytes.Length == blob.Length)
            return new BlobOnItsWay(bytes, blob.Length, hash => BlobDigest.Of(hash) == blob.Digest ? default : throw Damaged(blob.Digest));
        await bytes.DisposeAsync();
        throw Damaged(blob.Digest);
    }

    public static BlobStoreException Gone(BlobDigest? digest = null) =>
        new($"{(digest is null ? "What a row names" : $"The blob {digest}")} is gone.", new FileNotFoundException())
        {
            Told = "the server's storage has lost it",
        };

    private static BlobStoreException Damaged(BlobDigest digest) =>
        new($"The blob {digest} is damaged.", new InvalidDataException(digest.ToString()))
        {
            Told = "it is damaged in the server's storage",
        };
}
