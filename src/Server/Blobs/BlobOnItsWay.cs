using System.Security.Cryptography;

namespace Slipway.Server.Blobs;

/// <summary>A blob between the store and a client. What the store's own stream throws is the store's failure.</summary>
/// <param name="whole">Given the SHA-256 of all of it before its last bytes are given out, which it prevents when it throws; nothing: nobody wants to know.</param>
internal sealed class BlobOnItsWay(Stream inner, long size, Func<byte[], ValueTask>? whole) : ForwardOnlyStream
{
    private readonly IncrementalHash? _hash = whole is null ? null : IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private long _read;
    private bool _isOver;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        int read;
        try
        {
            read = await inner.ReadAsync(buffer, cancellationToken);
        }
        catch (IOException e) when (e is not BlobStoreException)
        {
            throw new BlobStoreException("A blob cannot be read: " + e.Message, e);
        }

        if (_hash is null || _isOver)
            return read;
        _hash.AppendData(buffer.Span[..read]);
        _read += read;
        if (_read < size)
            return read;
        _isOver = true;
        await whole!(_hash.GetHashAndReset());
        return read;
    }

    public override async ValueTask DisposeAsync()
    {
        await inner.DisposeAsync();
        _hash?.Dispose();
        await base.DisposeAsync();
    }
}
