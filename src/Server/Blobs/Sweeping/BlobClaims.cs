using Slipway.Server.Data;

namespace Slipway.Server.Blobs.Sweeping;

/// <summary>
/// Between those who put blobs and <see cref="BlobSweep"/>, which removes those that no row names. Whoever writes a row that names a blob claims it in the same
/// transaction. The two transactions come one after the other: either the sweep sees the row and lets go, or the claim sees the sweep and is refused, for the
/// bytes may be going while it looks. A row in <c>blob_sweeps</c> is marked, then deleting, then gone.
/// </summary>
internal static class BlobClaims
{
    /// <summary>What the clocks of two instances may differ. 2 s.</summary>
    private const long Skew = 2000;

    /// <param name="begunAt">Unix milliseconds: when the put began that brought the bytes.</param>
    /// <exception cref="BlobStoreException">The bytes are being removed, or were after the put had begun: it must be put again.</exception>
    public static async Task ClaimAsync(Session session, BlobDigest digest, long begunAt, CancellationToken ct)
    {
        var args = new { digest = digest.ToString(), begunAt };
        if (
            await session.FindAsync<SweepRow>("SELECT deleting, deleted_at FROM blob_sweeps WHERE digest = @digest", args, ct)
            is not { } row
        )
            return;
        if (row.Deleting == 1 && !(row.DeletedAt + Skew < begunAt))
            throw new BlobStoreException("The same bytes are just being removed.", new IOException(digest.ToString()));
        await session.ExecuteAsync("DELETE FROM blob_sweeps WHERE digest = @digest", args, ct);
    }

    private sealed record SweepRow(long Deleting, long? DeletedAt);
}
