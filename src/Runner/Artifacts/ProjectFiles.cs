using System.Runtime.InteropServices;
using System.Text;
using Slipway.Protocol.Jobs;
using Slipway.Runner.Executors;
using Slipway.Runner.Posix;

namespace Slipway.Runner.Artifacts;

/// <summary>The files of a folder on this machine that a selector picks. Links are listed, never followed; sockets, pipes and devices are left out.</summary>
internal static unsafe class ProjectFiles
{
    private const int DepthLimit = 256;

    /// <summary>A job that makes more files than this is not meant to keep them.</summary>
    private const int CountLimit = 5_000_000;

    /// <returns>Sorted by path, byte by byte.</returns>
    /// <exception cref="JobFailedException">There are too many.</exception>
    public static List<FileEntry> List(string root, FileSelector selector, CancellationToken ct)
    {
        var found = new List<FileEntry>();
        fixed (byte* path = CStrings.Terminated(root))
        {
            var fd = Libc.OpenAt(Libc.AtFdCwd, path, Libc.ReadOnly | Libc.Directory | Libc.CloseOnExec, 0);
            if (fd >= 0)
                Walk(fd, "", 0, (root, selector, found, ct));
        }

        found.Sort((a, b) => string.CompareOrdinal(a.Path, b.Path));
        return found;
    }

    private static void Walk(
        int fd,
        string folder,
        int depth,
        (string Root, FileSelector Selector, List<FileEntry> Found, CancellationToken Ct) walk
    )
    {
        walk.Ct.ThrowIfCancellationRequested();
        var dir = Libc.OpenDir(fd);
        if (dir == 0)
        {
            _ = Libc.Close(fd);
            return;
        }

        try
        {
            for (var entry = Libc.ReadDir(dir); entry is not null; entry = Libc.ReadDir(dir))
                if (Look(fd, entry->Name, folder, walk.Root, walk.Selector, walk.Found) is { } below && depth < DepthLimit)
                {
                    var child = Libc.OpenAt(fd, entry->Name, Libc.ReadOnly | Libc.Directory | Libc.NoFollow | Libc.CloseOnExec, 0);
                    if (child >= 0)
                        Walk(child, below, depth + 1, walk);
                }
        }
        finally
        {
            _ = Libc.CloseDir(dir);
        }
    }

    /// <returns>The path, when it is a folder to be entered.</returns>
    private static string? Look(int dir, byte* name, string folder, string root, FileSelector selector, List<FileEntry> found)
    {
        var bytes = MemoryMarshal.CreateReadOnlySpanFromNullTerminated(name);
        if (bytes.SequenceEqual("."u8) || bytes.SequenceEqual(".."u8))
            return null;
        FileStatus status;
        if (Libc.Statx(dir, name, Libc.AtSymlinkNoFollow, FileStatus.Wanted, &status) < 0)
            return null;
        var path = folder.Length == 0 ? Encoding.UTF8.GetString(bytes) : $"{folder}/{Encoding.UTF8.GetString(bytes)}";
        var enters = status.IsDirectory && selector.Enters(path);
        if (!status.IsFile && !status.IsDirectory && !status.IsSymlink)
            return null;
        var kind =
            status.IsDirectory ? FileKind.Directory
            : status.IsSymlink ? FileKind.Symlink
            : FileKind.File;
        if ((kind != FileKind.Directory || enters) && selector.Picks(path, kind))
            Add(found, Describe(root, path, kind, status, kind == FileKind.Symlink ? LinkTarget(dir, name) : null));
        return enters ? path : null;
    }

    private static void Add(List<FileEntry> found, FileEntry entry)
    {
        if (found.Count == CountLimit)
            throw new JobFailedException(FailureReason.Script, $"more than {CountLimit} files match");
        found.Add(entry);
    }

    private static FileEntry Describe(string root, string path, FileKind kind, in FileStatus status, string? target)
    {
        var modified = DateTimeOffset
            .UnixEpoch.AddSeconds(Math.Clamp(status.ModifiedSeconds, 0, 253402300799))
            .AddTicks(status.ModifiedNanoseconds / 100);
        Func<Stream>? open =
            kind == FileKind.File
                ? () =>
                    new FileStream($"{root}/{path}", FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0)
                : null;
        return new FileEntry(
            path,
            kind,
            (UnixFileMode)(status.Mode & 0xFFF),
            modified,
            kind == FileKind.File ? status.Size : 0,
            target,
            open
        );
    }

    private static string LinkTarget(int dir, byte* name)
    {
        var buffer = stackalloc byte[4096];
        var length = Libc.ReadLinkAt(dir, name, buffer, 4096);
        return length < 0 ? "" : Encoding.UTF8.GetString(buffer, (int)length);
    }
}
