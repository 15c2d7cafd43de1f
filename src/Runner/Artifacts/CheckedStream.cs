using Slipway.Protocol.Checksums;

namespace Slipway.Runner.Artifacts;

/// <summary>An entry's content as it is unpacked: never more than the directory promised, and the checksum must be right at its end.</summary>
internal sealed class CheckedStream(Stream content, string name, long size, uint crc) : Stream
{
    private long _read;
    private uint _sum;

    public override bool CanRead => true;
    public override bool CanSeek => false;
    public override bool CanWrite => false;
    public override long Length => size;

    public override long Position
    {
        get => _read;
        set => throw new NotSupportedException();
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int Read(Span<byte> buffer)
    {
        int count;
        try
        {
            count = content.Read(buffer);
        }
        catch (InvalidDataException)
        {
            throw new BadArchiveException($"{name}: its content is broken");
        }

        _read += count;
        _sum = Crc32.Append(_sum, buffer[..count]);
        if (_read > size || (count == 0 && !buffer.IsEmpty && (_read < size || _sum != crc)))
            throw new BadArchiveException($"{name}: its content is not what the directory says");
        return count;
    }

    public override void Flush() { }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        content.Dispose();
        base.Dispose(disposing);
    }
}
