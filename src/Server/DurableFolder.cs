using System.Runtime.InteropServices;

namespace Slipway.Server;

/// <summary>A folder's entries: how they survive a power cut (fsync of a file alone does not save its name), and who of many gives a name first.</summary>
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

    /// <summary>
    /// Gives a file its name in the same folder, unless there is a file of that name. Of many who do so at once one is first and the others fail, which
    /// <see cref="File.Move(string, string)"/> does not promise: on Unix it looks for the name, and then renames over whatever has it by now.
    /// </summary>
    /// <exception cref="IOException">The name is taken, or it cannot be given.</exception>
    public static void NameFirst(string file, string name)
    {
        if (OperatingSystem.IsWindows())
        {
            File.Move(file, name, overwrite: false);
            return;
        }

        if (Link(file, name) == 0)
            File.Delete(file);
        else if (Marshal.GetLastPInvokeError() is var code && HasNoLinks(code))
            File.Move(file, name, overwrite: false);
        else
            throw Failed(name);
    }

    /// <summary>link(2): EPERM and EOPNOTSUPP are what file systems without hard links say; the numbers are Linux's and macOS's.</summary>
    private static bool HasNoLinks(int code) => code is 1 or 45 or 95 or 102;

    private static IOException Failed(string path)
    {
        var code = Marshal.GetLastPInvokeError();
        return new IOException($"{path}: {Marshal.GetPInvokeErrorMessage(code)}", code);
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "link", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Link(string file, string name);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Fsync(int file);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int file);
}
