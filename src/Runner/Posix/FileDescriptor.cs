namespace Slipway.Runner.Posix;

/// <summary>Folders, opened for the calls that take a name within one.</summary>
internal static unsafe class FileDescriptor
{
    /// <exception cref="IOException">It cannot be opened.</exception>
    public static int OpenFolder(string path)
    {
        var fd = TryOpenFolder(path);
        return fd >= 0 ? fd : throw Errno.Failure($"Cannot open the folder {path}");
    }

    /// <returns>-1 when it cannot be opened.</returns>
    public static int TryOpenFolder(string path)
    {
        fixed (byte* bytes = CStrings.Terminated(path))
            return Libc.OpenAt(Libc.AtFdCwd, bytes, Libc.ReadOnly | Libc.Directory | Libc.CloseOnExec, 0);
    }

    /// <param name="name">With an ending zero. Must not be a link.</param>
    /// <exception cref="IOException">It cannot be opened.</exception>
    public static int OpenFolderAt(int folder, byte* name)
    {
        var fd = Libc.OpenAt(folder, name, Libc.ReadOnly | Libc.Directory | Libc.NoFollow | Libc.CloseOnExec, 0);
        return fd >= 0 ? fd : throw Failure(name);
    }

    /// <returns>-1 when there is no such folder.</returns>
    /// <exception cref="IOException">There is one and it cannot be opened.</exception>
    public static int TryOpenFolderAt(int folder, byte* name)
    {
        var fd = Libc.OpenAt(folder, name, Libc.ReadOnly | Libc.Directory | Libc.CloseOnExec, 0);
        return fd >= 0 || Errno.Last is Errno.NoEntry or Errno.NotDirectory ? fd : throw Failure(name);
    }

    public static void Close(int fd)
    {
        if (fd >= 0)
            _ = Libc.Close(fd);
    }

    private static IOException Failure(byte* path) => Errno.Failure($"Cannot open the folder {new string((sbyte*)path)}");
}
