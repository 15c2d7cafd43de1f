namespace Slipway.Server.Blobs;

/// <summary>
/// Bytes too large for a row, under their own SHA-256: artifacts, layers, archived traces, uploads. A blob is whole or not there. It belongs to
/// nobody by being here; rows say whose it is, and who deletes one must know from them that nobody needs it or is putting it.
/// All members may be called at once, for the same blob too.
/// </summary>
internal interface IBlobStore : IDisposable
{
    /// <summary>Reads the stream to its end and keeps it. When this returns <see cref="BlobPut.Stored"/>, the bytes are on the disk or in the bucket.</summary>
    /// <param name="expected">What it is said to be. Something else is not kept.</param>
    /// <param name="maxBytes">A byte more is not kept.</param>
    /// <exception cref="BlobStoreException">The store failed. What the stream itself throws passes through. Nothing is kept in either case.</exception>
    Task<BlobPut> PutAsync(Stream content, BlobDigest? expected, long maxBytes, CancellationToken ct);

    /// <summary>The same, and whatever is there under the name is replaced: it may be damaged. <see cref="PutAsync"/> may leave it.</summary>
    Task<BlobPut> ReplaceAsync(Stream content, BlobDigest? expected, long maxBytes, CancellationToken ct);

    /// <returns>Nothing when there is no such blob.</returns>
    Task<Blob?> StatAsync(BlobDigest digest, CancellationToken ct);

    /// <summary>Opens a blob, or a range of it. The stream throws <see cref="IOException"/> rather than end early.</summary>
    /// <param name="range">Must lie within the blob.</param>
    /// <returns>Nothing when there is no such blob.</returns>
    Task<Stream?> OpenAsync(BlobDigest digest, BlobRange? range, CancellationToken ct);

    /// <summary>Where whoever has this address can get a blob until a moment without asking the server. Whether it is there is not looked at.</summary>
    /// <param name="until">At most seven days from now.</param>
    /// <returns>Nothing when the store speaks to nobody but the server.</returns>
    Uri? LinkTo(BlobDigest digest, DateTimeOffset until);

    /// <summary>Removes a blob. One that is not there is none.</summary>
    Task DeleteAsync(BlobDigest digest, CancellationToken ct);

    /// <summary>All blobs that are there from the call to the end, in no order; of those that come or go meanwhile, some.</summary>
    IAsyncEnumerable<Blob> ListAsync(CancellationToken ct);

    /// <summary>Removes what puts left behind that were begun before this moment and never ended, because their process did first.</summary>
    /// <returns>How many there were.</returns>
    Task<int> SweepAsync(DateTimeOffset begunBefore, CancellationToken ct);
}

/// <param name="Length">In bytes.</param>
internal sealed record Blob(BlobDigest Digest, long Length);

/// <param name="Start">The first byte, from 0.</param>
/// <param name="Length">At least one.</param>
internal sealed record BlobRange(long Start, long Length);

/// <summary>What became of a put. Whoever sent the bytes answers for the last two.</summary>
internal abstract record BlobPut
{
    private BlobPut() { }

    public sealed record Stored(Blob Blob) : BlobPut;

    public sealed record TooLarge(long MaxBytes) : BlobPut;

    public sealed record Mismatch(BlobDigest Actual) : BlobPut;
}

/// <summary>The store could not do it: the disk is full or failing, the bucket does not answer. 503 to a client, never 404.</summary>
internal sealed class BlobStoreException(string message, Exception inner) : IOException(message, inner)
{
    /// <summary>The same for who asked, who need not know where the store is.</summary>
    public string Told { get; init; } = "the server's store for large files fails";
}
