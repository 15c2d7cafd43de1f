namespace Slipway.Server.Registry.Proxy;

/// <summary>A blob on its way, as one who waits for it reads it.</summary>
/// <param name="at">Its first byte that is wanted.</param>
/// <param name="length">How many of them; fewer come when the blob ends before.</param>
internal sealed class FlightStream(BlobFlight flight, long at, long length) : ForwardOnlyStream
{
    private long _at = at;
    private long _left = length;

    /// <exception cref="UpstreamBrokenException">The rest is not going to come.</exception>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_left == 0)
            return 0;
        var read = await flight.ReadAsync(_at, buffer[..(int)Math.Min(buffer.Length, _left)], cancellationToken);
        (_at, _left) = (_at + read, _left - read);
        return read;
    }
}
