namespace Slipway.Server.Blobs;

/// <summary>
/// So many bytes of a stream, no more and no fewer: where the stream ends before, reading throws instead of ending, so that nobody takes a part for the
/// whole; and where the stream says nothing for too long. Closes the stream.
/// </summary>
internal sealed class StreamPart : ForwardOnlyStream
{
    private readonly Stream _whole;
    private readonly TimeSpan _patience;
    private long _left;

    /// <summary>A range of a stream that can be moved to its start.</summary>
    public StreamPart(Stream whole, long length, BlobRange range)
        : this(whole, range.Length)
    {
        if (range.Start < 0 || range.Length < 1 || range.Start > length - range.Length)
        {
            whole.Dispose();
            throw new ArgumentOutOfRangeException(nameof(range), range, $"The blob has {length} bytes.");
        }

        whole.Position = range.Start;
    }

    /// <summary>The next so many bytes of a stream.</summary>
    /// <param name="patience">How long one read may take; nothing: for ever.</param>
    public StreamPart(Stream whole, long length, TimeSpan? patience = null) =>
        (_whole, _left, Length, _patience) = (whole, length, length, patience ?? Timeout.InfiniteTimeSpan);

    public override long Length { get; }

    public override long Position
    {
        get => Length - _left;
        set => throw new NotSupportedException();
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int Read(Span<byte> buffer)
    {
        try
        {
            return Took(_whole.Read(buffer[..(int)Math.Min(buffer.Length, _left)]), buffer.Length);
        }
        catch (Exception e) when (IsStrange(e))
        {
            throw new IOException(e.Message, e);
        }
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        using var limit = _patience == Timeout.InfiniteTimeSpan ? null : CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit?.CancelAfter(_patience);
        try
        {
            var part = buffer[..(int)Math.Min(buffer.Length, _left)];
            return Took(await _whole.ReadAsync(part, limit?.Token ?? cancellationToken), buffer.Length);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested && limit is not null)
        {
            throw new IOException($"Nothing came of a blob for {_patience.TotalSeconds:0.###} s.", e);
        }
        catch (Exception e) when (IsStrange(e))
        {
            throw new IOException(e.Message, e);
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _whole.Dispose();
        base.Dispose(disposing);
    }

    // S3's streams have errors of their own: the checksum is wrong, say.
    private static bool IsStrange(Exception e) => e is not (IOException or OperationCanceledException or ObjectDisposedException);

    private int Took(int read, int asked)
    {
        if (read == 0 && _left > 0 && asked > 0)
            throw new EndOfStreamException($"A blob ended {_left} bytes early.");
        _left -= read;
        return read;
    }
}
