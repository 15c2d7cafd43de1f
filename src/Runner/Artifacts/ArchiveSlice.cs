namespace Slipway.Runner.Artifacts;

/// <summary>A part of a seekable stream, read from its beginning. Does not own the stream.</summary>
internal sealed class ArchiveSlice(Stream archive, long start, long length) : Stream
{
    private long _read;

    public override bool CanRead => true;
    public override bool CanSeek => false;
    public override bool CanWrite => false;
    public override long Length => length;

    public override long Position
    {
        get => _read;
        set => throw new NotSupportedException();
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int Read(Span<byte> buffer)
    {
        archive.Position = start + _read;
        var count = archive.Read(buffer[..(int)Math.Min(buffer.Length, length - _read)]);
        _read += count;
        return count;
    }

    public override void Flush() { }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
