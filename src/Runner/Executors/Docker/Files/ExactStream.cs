namespace Slipway.Runner.Executors.Docker.Files;

/// <summary>
/// Reads exactly as many bytes as were promised, from a file that may change meanwhile: what is too long is cut, what is too short is filled
/// with zeros. A tar entry whose length is wrong would spoil all that follow.
/// </summary>
internal sealed class ExactStream(Stream source, long length) : Stream
{
    private long _position;

    public override bool CanRead => true;
    public override bool CanSeek => true;
    public override bool CanWrite => false;
    public override long Length => length;

    public override long Position
    {
        get => _position;
        set => throw new NotSupportedException();
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int Read(Span<byte> buffer)
    {
        var wanted = buffer[..(int)Math.Min(buffer.Length, length - _position)];
        return Fill(wanted, wanted.Length == 0 ? 0 : source.Read(wanted));
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var wanted = buffer[..(int)Math.Min(buffer.Length, length - _position)];
        var read = wanted.Length == 0 ? 0 : await source.ReadAsync(wanted, cancellationToken);
        return Fill(wanted.Span, read);
    }

    public override void Flush() { }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    private int Fill(Span<byte> wanted, int read)
    {
        if (read == 0)
        {
            wanted.Clear();
            read = wanted.Length;
        }

        _position += read;
        return read;
    }
}
