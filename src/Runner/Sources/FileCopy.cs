using Slipway.Runner.Posix;

namespace Slipway.Runner.Sources;

/// <summary>Copies one file from folder to folder: nine system calls for a small one, and no memory of its own.</summary>
internal static unsafe class FileCopy
{
    /// <summary>Sharing blocks costs more than it saves below this.</summary>
    private const long CloneFrom = 64 * 1024;

    private const uint FolderMode = 0x1FF;
    private const uint NewFileMode = 0x1B6;

    /// <param name="name">Within both folders, with an ending zero.</param>
    /// <returns>What was made; nothing when the file is not there (any more).</returns>
    /// <exception cref="IOException">It cannot be read or written.</exception>
    public static FileIdentity Copy(int from, int to, byte* name, byte* buffer, int size)
    {
        var source = Libc.OpenAt(from, name, Libc.ReadOnly | Libc.NoFollow | Libc.NonBlocking | Libc.CloseOnExec, 0);
        if (source < 0)
        {
            if (Errno.Last == Errno.Loop)
                return CopyLink(from, to, name, buffer, size);
            return Errno.Last == Errno.NoEntry ? default : throw Failure("read", name);
        }

        try
        {
            return CopyOpened(source, to, name, buffer, size);
        }
        finally
        {
            _ = Libc.Close(source);
        }
    }

    /// <summary>Writes a file that lies nowhere yet.</summary>
    public static FileIdentity Write(int to, byte* name, ReadOnlySpan<byte> content)
    {
        var target = Libc.OpenAt(to, name, Libc.WriteOnly | Libc.Create | Libc.Exclusive | Libc.NoFollow | Libc.CloseOnExec, NewFileMode);
        if (target < 0)
            throw Failure("write", name);
        try
        {
            if (!FileDescriptor.TryWrite(target, content))
                throw Failure("write", name);
            return FileIdentity.Of(target);
        }
        finally
        {
            _ = Libc.Close(target);
        }
    }

    private static FileIdentity CopyOpened(int source, int to, byte* name, byte* buffer, int size)
    {
        FileStatus status;
        byte none = 0;
        if (Libc.Statx(source, &none, Libc.AtEmptyPath, FileStatus.Wanted, &status) < 0)
            throw Failure("look at", name);
        if (status.IsDirectory)
        {
            // A submodule: git lists its folder as if it were a file. It stays empty, as in a checkout without submodules.
            if (Libc.MakeDirAt(to, name, FolderMode) < 0 && Errno.Last != Errno.Exists)
                throw Failure("make the folder", name);
            return FileIdentity.At(to, name);
        }

        if (!status.IsFile)
            return default;
        var target = Libc.OpenAt(
            to,
            name,
            Libc.WriteOnly | Libc.Create | Libc.Exclusive | Libc.NoFollow | Libc.CloseOnExec,
            status.Mode & 0x1FFu
        );
        if (target < 0)
            throw Failure("write", name);
        try
        {
            if (status.Size < CloneFrom || !Share(source, target, status.Size))
                CopyBytes(source, target, status.Size, name, buffer, size);
            var times = stackalloc TimeSpec[2];
            times[0] = times[1] = new TimeSpec { Seconds = status.ModifiedSeconds, Nanoseconds = status.ModifiedNanoseconds };
            _ = Libc.SetTimes(target, times);
            return FileIdentity.Of(target);
        }
        finally
        {
            _ = Libc.Close(target);
        }
    }

    /// <summary>Lets the file system do it: shared blocks, else a copy within the kernel.</summary>
    /// <returns><see langword="false"/> when it cannot, and nothing is written.</returns>
    private static bool Share(int source, int target, long length)
    {
        if (Libc.Ioctl(target, Libc.FiClone, source) == 0)
            return true;
        for (long done = 0; done < length; )
        {
            var count = Libc.CopyFileRange(source, null, target, null, (nint)Math.Min(length - done, 1 << 30), 0);
            if (count <= 0)
                return done > 0 && count == 0;
            done += count;
        }

        return true;
    }

    private static void CopyBytes(int source, int target, long expected, byte* name, byte* buffer, int size)
    {
        // A read that brings less than was asked for was the last: so one read does for a file that is as long as it says.
        for (long done = 0; ; )
        {
            var ask = (nint)Math.Min(size, Math.Max(expected - done, 0) + 1);
            var count = Libc.Read(source, buffer, ask);
            if (count < 0)
                throw Failure("read", name);
            if (!FileDescriptor.TryWrite(target, new ReadOnlySpan<byte>(buffer, (int)count)))
                throw Failure("write", name);
            done += count;
            if (count < ask)
                return;
        }
    }

    private static FileIdentity CopyLink(int from, int to, byte* name, byte* buffer, int size)
    {
        var length = Libc.ReadLinkAt(from, name, buffer, size - 1);
        if (length < 0)
            throw Failure("read the link", name);
        buffer[length] = 0;
        if (Libc.SymlinkAt(buffer, to, name) < 0 && Errno.Last != Errno.Exists)
            throw Failure("make the link", name);
        return FileIdentity.At(to, name);
    }

    private static IOException Failure(string what, byte* name) => Errno.Failure($"Cannot {what} {new string((sbyte*)name)}");
}
