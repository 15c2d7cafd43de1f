using Slipway.Protocol.Checksums;
using Slipway.Protocol.Coordination;
using Slipway.Runner.Artifacts;

namespace Slipway.Runner.Coordinator;

/// <summary>A job's log between the job, which writes it, and the coordinator, which may ask for any part of it again. Kept in a file without a name.</summary>
internal sealed class TraceSpool : IDisposable
{
    private readonly FileStream _file = TemporaryFile.Create();
    private readonly Lock _gate = new();
    private long _length;
    private uint _sum;

    /// <summary>Bytes written, and their checksum.</summary>
    public TraceOutput Output
    {
        get
        {
            lock (_gate)
                return new TraceOutput { Bytesize = _length, Checksum = TraceChecksum.Text(_sum) };
        }
    }

    public long Length
    {
        get
        {
            lock (_gate)
                return _length;
        }
    }

    /// <exception cref="IOException">There is no room.</exception>
    public ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken ct)
    {
        lock (_gate)
        {
            RandomAccess.Write(_file.SafeFileHandle, bytes.Span, _length);
            _length += bytes.Length;
            _sum = Crc32.Append(_sum, bytes.Span);
        }

        return ValueTask.CompletedTask;
    }

    /// <returns>At most <paramref name="most"/> bytes; none where nothing is yet.</returns>
    public ReadOnlyMemory<byte> Read(long start, int most)
    {
        var buffer = new byte[(int)Math.Clamp(Length - start, 0, most)];
        var read = 0;
        for (int count; read < buffer.Length; read += count)
            if ((count = RandomAccess.Read(_file.SafeFileHandle, buffer.AsSpan(read), start + read)) == 0)
                break;
        return buffer.AsMemory(0, read);
    }

    public void Dispose() => _file.Dispose();
}
