using Slipway.Runner.Artifacts;

namespace Slipway.Runner.Executors.Docker.Files;

/// <summary>A temporary file that takes one content after another and gives them back in any order. It goes when this is disposed.</summary>
internal sealed class Spool : IAsyncDisposable
{
    private FileStream? _file;

    public async Task<SpooledFile> TakeAsync(Stream? content, CancellationToken ct)
    {
        if (content is null)
            return default;
        _file ??= TemporaryFile.Create();
        var start = _file.Length;
        _file.Position = start;
        await content.CopyToAsync(_file, ct);
        await _file.FlushAsync(ct);
        return new SpooledFile(_file, start, _file.Position - start);
    }

    public ValueTask DisposeAsync() => _file?.DisposeAsync() ?? ValueTask.CompletedTask;
}

/// <summary>A part of a <see cref="Spool"/>; the default one is empty.</summary>
internal readonly record struct SpooledFile(FileStream? File, long Start, long Length)
{
    public Stream Open() => File is null ? Stream.Null : new Part(File, Start, Length);

    private sealed class Part(FileStream file, long start, long length) : Stream
    {
        private long _position;

        public override bool CanRead => true;
        public override bool CanSeek => false;
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
            var read = RandomAccess.Read(
                file.SafeFileHandle,
                buffer[..(int)Math.Min(buffer.Length, length - _position)],
                start + _position
            );
            _position += read;
            return read;
        }

        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var wanted = buffer[..(int)Math.Min(buffer.Length, length - _position)];
            var read = await RandomAccess.ReadAsync(file.SafeFileHandle, wanted, start + _position, cancellationToken);
            _position += read;
            return read;
        }

        public override void Flush() { }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
