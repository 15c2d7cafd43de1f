using Microsoft.Win32.SafeHandles;

namespace Slipway.Server.Blobs;

/// <summary>A file without a name, to be written and read: gone with its handle, also when the process is killed.</summary>
internal static class UnnamedFile
{
    /// <param name="folder">On whose disk it is.</param>
    public static SafeFileHandle Create(string folder)
    {
        var path = Path.Combine(folder, "slipway-" + Guid.NewGuid().ToString("N"));
        const FileOptions options = FileOptions.Asynchronous | FileOptions.DeleteOnClose;
        var file = File.OpenHandle(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.Delete, options);
        if (!OperatingSystem.IsWindows())
            File.Delete(path);
        return file;
    }
}
