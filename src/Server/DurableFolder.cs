using System.Runtime.InteropServices;

namespace Slipway.Server;

/// <summary>Makes a folder's entries survive a power cut: fsync of a file alone does not save its name.</summary>
internal static partial class DurableFolder
{
    private const int ReadOnly = 0;

    /// <summary>Waits until the names in the folder are on the disk. Does nothing on Windows, which has no such call.</summary>
    /// <exception cref="IOException">The folder cannot be opened, or the disk has failed.</exception>
    public static void Sync(string path)
    {
        if (OperatingSystem.IsWindows())
            return;
        var folder = Open(path, ReadOnly);
        if (folder < 0)
            throw Failed(path);
        try
        {
            if (Fsync(folder) != 0)
                throw Failed(path);
        }
        finally
        {
            _ = Close(folder);
        }
    }

    private static IOException Failed(string path)
    {
        var code = Marshal.GetLastPInvokeError();
        return new IOException($"{path}: {Marshal.GetPInvokeErrorMessage(code)}", code);
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Fsync(int file);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int file);
}
