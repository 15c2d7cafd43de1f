using Microsoft.Win32.SafeHandles;
using Slipway.Server.Blobs;

namespace Slipway.Server.Registry.Proxy;

/// <summary>Bytes on their way through: written by one, read by any number, each from where it is.</summary>
internal sealed class Spool : IDisposable
{
    private readonly SafeFileHandle _file;

    public Spool(string folder)
    {
        Directory.CreateDirectory(folder);
        _file = UnnamedFile.Create(folder);
    }

    public ValueTask WriteAsync(long at, ReadOnlyMemory<byte> bytes, CancellationToken ct) => RandomAccess.WriteAsync(_file, bytes, at, ct);

    public ValueTask<int> ReadAsync(long at, Memory<byte> buffer, CancellationToken ct) => RandomAccess.ReadAsync(_file, buffer, at, ct);

    public void Dispose() => _file.Dispose();
}
