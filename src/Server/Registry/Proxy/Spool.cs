using Microsoft.Win32.SafeHandles;

namespace Slipway.Server.Registry.Proxy;

/// <summary>
/// Bytes on their way through, in a file without a name: written by one, read by any number, each from where it is. It is gone with the last handle, also when
/// the process is killed.
/// </summary>
internal sealed class Spool : IDisposable
{
    private readonly SafeFileHandle _file;

    public Spool(string folder)
    {
        Directory.CreateDirectory(folder);
        var path = Path.Combine(folder, Guid.NewGuid().ToString("N"));
        const FileOptions options = FileOptions.Asynchronous | FileOptions.DeleteOnClose;
        _file = File.OpenHandle(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.Delete, options);
        if (!OperatingSystem.IsWindows())
            File.Delete(path);
    }

    public ValueTask WriteAsync(long at, ReadOnlyMemory<byte> bytes, CancellationToken ct) => RandomAccess.WriteAsync(_file, bytes, at, ct);

    public ValueTask<int> ReadAsync(long at, Memory<byte> buffer, CancellationToken ct) => RandomAccess.ReadAsync(_file, buffer, at, ct);

    public void Dispose() => _file.Dispose();
}
