using System.Security.Cryptography;

namespace Slipway.Server.Registry.Uploads;

/// <summary>Computes the SHA-512 of what is read through it. The store computes SHA-256 alone. The inner stream stays open.</summary>
internal sealed class HashedStream(Stream inner) : ForwardOnlyStream
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA512);

    /// <summary>Of all that was read.</summary>
    public ImageDigest Digest => ImageDigest.OfSha512(_hash.GetCurrentHash());

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var read = await inner.ReadAsync(buffer, cancellationToken);
        _hash.AppendData(buffer.Span[..read]);
        return read;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _hash.Dispose();
        base.Dispose(disposing);
    }
}
