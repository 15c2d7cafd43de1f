using Slipway.Protocol.Checksums;
using Slipway.Protocol.Coordination;
using Slipway.Runner.Artifacts;

namespace Slipway.Runner.Coordinator;

/// <summary>
/// A job's log between the job, which writes it, and the coordinator, which may ask for any part of it again. Kept in a file without a name, and its last
/// words in memory: they must find room also when that is why they are said.
/// </summary>
internal sealed class TraceSpool : IDisposable
{
    private readonly Lock _gate = new();
    private readonly MemoryStream _last = new();
    private FileStream? _file;
    private long _filed;
    private long _length;
    private uint _sum;
    private byte _end = (byte)'\n';

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
            _file ??= TemporaryFile.Create();
            RandomAccess.Write(_file.SafeFileHandle, bytes.Span, _filed);
            _filed += bytes.Length;
            Count(bytes.Span);
        }

        return ValueTask.CompletedTask;
    }

    /// <summary>Adds what is said when nothing else will be any more, on a line of its own. It fits always, so it must be short.</summary>
    public void WriteLast(ReadOnlySpan<byte> bytes)
    {
        lock (_gate)
        {
            if (_end != '\n')
                Keep("\n"u8);
            Keep(bytes);
        }
    }

    /// <returns>At most <paramref name="most"/> bytes; none where nothing is yet.</returns>
    public ReadOnlyMemory<byte> Read(long start, int most)
    {
        lock (_gate)
        {
            if (start >= _filed)
                return _last.ToArray().AsMemory((int)Math.Min(start - _filed, _last.Length))[..(int)Math.Clamp(_length - start, 0, most)];
            var buffer = new byte[(int)Math.Min(_filed - start, most)];
            var read = 0;
            for (int count; read < buffer.Length; read += count)
                if ((count = RandomAccess.Read(_file!.SafeFileHandle, buffer.AsSpan(read), start + read)) == 0)
                    break;
            return buffer.AsMemory(0, read);
        }
    }

    public void Dispose()
    {
        _file?.Dispose();
        _last.Dispose();
    }

    private void Keep(ReadOnlySpan<byte> bytes)
    {
        _last.Write(bytes);
        Count(bytes);
    }

    private void Count(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty)
            return;
        _length += bytes.Length;
        _sum = Crc32.Append(_sum, bytes);
        _end = bytes[^1];
    }
}
