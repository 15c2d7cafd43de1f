namespace Slipway.Server.Registry.Proxy;

/// <summary>What is read of an answer, shown to all who wait for it before whoever reads gets it. The inner stream stays open.</summary>
/// <param name="patience">How long the next bytes may take.</param>
internal sealed class TeeStream(Stream inner, BlobFlight flight, TimeSpan patience, TimeProvider time) : ForwardOnlyStream
{
    private readonly CancellationTokenSource _silence = new(Timeout.InfiniteTimeSpan, time);

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        using var both = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _silence.Token);
        _silence.CancelAfter(patience);
        int read;
        try
        {
            read = await inner.ReadAsync(buffer, both.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new UpstreamBrokenException($"has sent nothing for {patience.TotalSeconds:0} s");
        }
        catch (Exception e) when (e is IOException or HttpRequestException)
        {
            throw new UpstreamBrokenException("has broken off: " + e.Message);
        }

        _silence.CancelAfter(Timeout.InfiniteTimeSpan);
        await flight.WriteAsync(buffer[..read], cancellationToken);
        return read;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _silence.Dispose();
        base.Dispose(disposing);
    }
}

/// <summary>Another registry has begun to answer and has not ended.</summary>
internal sealed class UpstreamBrokenException(string message) : Exception(message);
