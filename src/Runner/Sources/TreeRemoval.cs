using Slipway.Runner.Posix;

namespace Slipway.Runner.Sources;

/// <summary>Removes a folder and all below it. Links are removed, never followed. Folders that a job made read-only (Go's module cache does) are opened up first.</summary>
internal static unsafe class TreeRemoval
{
    private const int DepthLimit = 512;
    private const uint OwnerOnly = 0x1C0;

    /// <summary>Does nothing when there is no such folder.</summary>
    /// <exception cref="IOException">Something cannot be removed; the rest is.</exception>
    public static void Remove(string path)
    {
        string? failed = null;
        fixed (byte* bytes = CStrings.Terminated(path))
            RemoveFolder(Libc.AtFdCwd, bytes, 0, ref failed);
        if (failed is not null)
            throw new IOException($"Cannot remove {path}: {failed}");
    }

    /// <summary>Removes whatever has this name, a folder with all below it.</summary>
    /// <param name="name">Within the folder, with an ending zero.</param>
    /// <exception cref="IOException">Something cannot be removed.</exception>
    public static void RemoveAt(int folder, byte* name)
    {
        string? failed = null;
        FileStatus status;
        if (Libc.Statx(folder, name, Libc.AtSymlinkNoFollow, FileStatus.Wanted, &status) == 0 && status.IsDirectory)
            RemoveFolder(folder, name, 0, ref failed);
        else
            Unlink(folder, name, 0, ref failed);
        if (failed is not null)
            throw new IOException($"Cannot remove {new string((sbyte*)name)}: {failed}");
    }

    private static void RemoveFolder(int parent, byte* name, int depth, ref string? failed)
    {
        if (depth > DepthLimit)
        {
            failed ??= $"folders lie more than {DepthLimit} deep";
            return;
        }

        var fd = Open(parent, name);
        if (fd < 0 && Errno.Last == Errno.NoPermission && Libc.ChangeModeAt(parent, name, OwnerOnly, 0) == 0)
            fd = Open(parent, name);
        if (fd >= 0)
            Empty(fd, depth, ref failed);
        else if (Errno.Last == Errno.NoEntry)
            return;
        Unlink(parent, name, Libc.AtRemoveDir, ref failed);
    }

    private static int Open(int parent, byte* name) =>
        Libc.OpenAt(parent, name, Libc.ReadOnly | Libc.Directory | Libc.NoFollow | Libc.CloseOnExec, 0);

    private static void Empty(int fd, int depth, ref string? failed)
    {
        var dir = Libc.OpenDir(fd);
        if (dir == 0)
        {
            _ = Libc.Close(fd);
            return;
        }

        try
        {
            for (var entry = Libc.ReadDir(dir); entry is not null; entry = Libc.ReadDir(dir))
            {
                var name = entry->Name;
                if (entry->IsDots)
                    continue;
                if (entry->Type is not (DirectoryEntry.Directory or DirectoryEntry.Unknown) || IsNoFolder(fd, name, entry->Type))
                    Unlink(fd, name, 0, ref failed);
                else
                    RemoveFolder(fd, name, depth + 1, ref failed);
            }
        }
        finally
        {
            _ = Libc.CloseDir(dir);
        }
    }

    private static bool IsNoFolder(int dir, byte* name, byte type)
    {
        if (type == DirectoryEntry.Directory)
            return false;
        FileStatus status;
        return Libc.Statx(dir, name, Libc.AtSymlinkNoFollow, FileStatus.Wanted, &status) == 0 && !status.IsDirectory;
    }

    private static void Unlink(int dir, byte* name, int flags, ref string? failed)
    {
        if (Libc.UnlinkAt(dir, name, flags) == 0 || Errno.Last == Errno.NoEntry)
            return;
        if (Errno.Last == Errno.NoPermission && Libc.ChangeMode(dir, OwnerOnly) == 0 && Libc.UnlinkAt(dir, name, flags) == 0)
            return;
        failed ??= Errno.Failure(new string((sbyte*)name)).Message;
    }
}
