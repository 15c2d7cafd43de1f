using System.Collections.Concurrent;
using Slipway.Server.Blobs;
using Slipway.Server.Data;
using Slipway.Server.Http;

namespace Slipway.Server.Registry.Damage;

/// <summary>
/// Opens blobs for who pulls. One that was not held against its digest within a day, when it came or when it was last read to its end, is on its way, and when it is
/// not what was pushed it never ends as if it were. All other times, and ranges, cost nothing: clients compare what they have with its digest too.
/// </summary>
internal sealed class BlobReads(IBlobStore blobs, Damages damages, TimeProvider time)
{
    /// <summary>How long a blob that was found whole is believed to be. 1 day.</summary>
    private const long Trust = 24L * 60 * 60 * 1000;

    /// <summary>Of blobs that are remembered; then all are forgotten, which costs a look.</summary>
    private const int Most = 100_000;

    private readonly ConcurrentDictionary<string, long> _whole = [];

    /// <exception cref="BlobStoreException">
    /// The store fails, or a row names bytes that are not there: that is our failure, and not that there is no such blob. Reading throws the same, at the latest
    /// instead of the last bytes.
    /// </exception>
    public async Task<Stream> OpenAsync(RegistryBlobRow row, BlobRange? range, CancellationToken ct)
    {
        var digest = BlobDigest.Parse(row.Blob, null);
        Stream? bytes;
        try
        {
            bytes = await blobs.OpenAsync(digest, range, ct);
        }
        catch (ArgumentOutOfRangeException)
        {
            // It has fewer bytes than its row says.
            bytes = null;
        }

        if (bytes is not null && (range is not null || bytes.Length == row.Size))
            return new BlobOnItsWay(bytes, row.Size, range is null && IsDue(row) ? hash => EndAsync(row, digest, hash, ct) : null);
        if (bytes is not null)
            await bytes.DisposeAsync();
        throw await FailureAsync(row, digest, ct);
    }

    /// <summary>Its bytes have just come, and were held against their digest.</summary>
    public void Came(BlobDigest digest)
    {
        if (_whole.Count >= Most)
            _whole.Clear();
        _whole[digest.ToString()] = time.Milliseconds();
    }

    /// <summary>Where a client gets the bytes itself.</summary>
    /// <param name="lifetime">Of the address.</param>
    /// <returns>Nothing when the store has no addresses.</returns>
    public Uri? LinkTo(RegistryBlobRow row, TimeSpan lifetime) =>
        blobs.LinkTo(BlobDigest.Parse(row.Blob, null), time.GetUtcNow() + lifetime);

    private bool IsDue(RegistryBlobRow row) => !_whole.TryGetValue(row.Blob, out var at) || time.Milliseconds() - at > Trust;

    private async ValueTask EndAsync(RegistryBlobRow row, BlobDigest digest, byte[] hash, CancellationToken ct)
    {
        if (BlobDigest.Of(hash) != digest)
            throw await FailureAsync(row, digest, ct);
        Came(digest);
    }

    /// <summary>One look is not enough to call it damaged: it may have been on the way that it changed, or have been mended meanwhile.</summary>
    private async Task<BlobStoreException> FailureAsync(RegistryBlobRow row, BlobDigest digest, CancellationToken ct)
    {
        _whole.TryRemove(row.Blob, out _);
        var isDamaged = await damages.LookAsync(digest, row.Size, ct);
        return new BlobStoreException(
            $"The blob {row.Blob} is {(isDamaged ? "damaged" : "not read as it is")}.",
            new InvalidDataException(row.Blob)
        )
        {
            Told = isDamaged ? RegistryError.Damaged(row.Digest).Message : $"{row.Digest} could not be read",
        };
    }
}
