using System.Runtime.InteropServices;

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

    /// <summary>Whether a file or folder has attributes of somebody's own, such as an access list.</summary>
    public static bool HasAttributes(int fd)
    {
        const int size = 4096;
        var names = stackalloc byte[size];
        var length = Libc.ListAttributes(fd, names, size);
        if (length <= 0)
            return length < 0 && Errno.Last == Errno.OutOfRange;
        // The kernel's own label is on every file where there is one at all.
        foreach (var range in new ReadOnlySpan<byte>(names, (int)length - 1).Split((byte)0))
            if (!new ReadOnlySpan<byte>(names, (int)length)[range].StartsWith("security."u8))
                return true;
        return false;
    }

    /// <returns>Whether all of it is written; if not, <see cref="Errno.Last"/> says why.</returns>
    public static bool TryWrite(int fd, ReadOnlySpan<byte> content)
    {
        fixed (byte* bytes = content)
        {
            for (nint written = 0; written < content.Length; )
            {
                var more = Libc.Write(fd, bytes + written, content.Length - written);
                if (more < 0 && Errno.Last != Errno.Interrupted)
                    return false;
                written += Math.Max(0, more);
            }
        }

        return true;
    }

    /// <summary>Locks a file for its opener alone, until it is closed. The runtime's own lock on files that are not shared can be switched off, and says nothing where a file system has none.</summary>
    /// <returns>Whether it is locked; if not, <see cref="Errno.Last"/> says why.</returns>
    public static bool TryLock(SafeHandle file) =>
        Libc.Lock((int)file.DangerousGetHandle(), Libc.LockExclusive | Libc.LockNonBlocking) == 0;

    public static void Close(int fd)
    {
        if (fd >= 0)
            _ = Libc.Close(fd);
    }

    private static IOException Failure(byte* path) => Errno.Failure($"Cannot open the folder {new string((sbyte*)path)}");
}
