using System.Buffers;
using Slipway.Protocol.Jobs;
using Slipway.Runner.Executors;
using Slipway.Runner.Posix;
using Slipway.Runner.Sources;

namespace Slipway.Runner.Artifacts;

/// <summary>
/// Writes files into a folder on this machine and nowhere else, whatever links lie in it: a file takes the place of a link instead of being
/// written through it, and a folder that a link leads outside is refused.
/// </summary>
internal sealed class ProjectWriter(string root) : IDisposable
{
    private const int BufferSize = 64 * 1024;

    private const UnixFileMode OwnerWrites = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode OwnerEnters = OwnerWrites | UnixFileMode.UserExecute;

    private readonly byte[] _buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
    private readonly HashSet<string> _known = [""];
    private readonly List<(string Path, FileEntry Entry)> _folders = [];

    /// <exception cref="JobFailedException">The path leads outside the folder.</exception>
    public void Write(FileEntry entry)
    {
        var slash = entry.Path.LastIndexOf('/');
        EnterFolder(slash < 0 ? "" : entry.Path[..slash]);
        var path = Path.Combine(root, entry.Path);
        switch (entry.Kind)
        {
            case FileKind.Directory:
                EnterFolder(entry.Path);
                _folders.Add((path, entry));
                break;
            case FileKind.Symlink:
                Clear(path);
                File.CreateSymbolicLink(path, entry.LinkTarget ?? "");
                FileTimes.SetModified(path, entry.ModifiedAt);
                break;
            default:
                WriteFile(path, entry);
                break;
        }
    }

    /// <summary>Gives the folders their modes and times, which they can only keep once nothing more is written into them.</summary>
    public void Finish()
    {
        for (var i = _folders.Count - 1; i >= 0; i--)
        {
            var (path, entry) = _folders[i];
            File.SetUnixFileMode(path, (entry.Mode & Bits) | OwnerEnters);
            FileTimes.SetModified(path, entry.ModifiedAt);
        }
    }

    public void Dispose() => ArrayPool<byte>.Shared.Return(_buffer);

    /// <summary>No set-user-id, set-group-id or sticky bit comes out of an archive.</summary>
    private static UnixFileMode Bits => (UnixFileMode)0x1FF;

    /// <summary>Four system calls for a small file: an archive may hold very many.</summary>
    private unsafe void WriteFile(string path, FileEntry entry)
    {
        using var source = entry.Open!();
        fixed (byte* name = CStrings.Terminated(path))
        {
            var fd = Create(name, entry.Mode);
            if (fd < 0 && Errno.Last is Errno.Exists or Errno.Loop)
            {
                Clear(path);
                fd = Create(name, entry.Mode);
            }

            if (fd < 0)
                throw Errno.Failure($"Cannot write {path}");
            try
            {
                for (int count; (count = source.Read(_buffer)) > 0; )
                    if (!FileDescriptor.TryWrite(fd, _buffer.AsSpan(0, count)))
                        throw Errno.Failure($"Cannot write {path}");
                FileTimes.SetModified(fd, entry.ModifiedAt);
            }
            finally
            {
                FileDescriptor.Close(fd);
            }
        }
    }

    private static unsafe int Create(byte* path, UnixFileMode mode) =>
        Libc.OpenAt(
            Libc.AtFdCwd,
            path,
            Libc.WriteOnly | Libc.Create | Libc.Exclusive | Libc.NoFollow | Libc.CloseOnExec,
            (uint)((mode & Bits) | OwnerWrites)
        );

    private static void Clear(string path)
    {
        var there = new FileInfo(path);
        if (there.LinkTarget is not null || there.Exists)
            there.Delete();
        else if (Directory.Exists(path))
            TreeRemoval.Remove(path);
    }

    private void EnterFolder(string folder)
    {
        if (!_known.Add(folder))
            return;
        var slash = folder.LastIndexOf('/');
        EnterFolder(slash < 0 ? "" : folder[..slash]);
        var path = Path.Combine(root, folder);
        var there = new DirectoryInfo(path);
        if (there.LinkTarget is not null)
            EnterLink(folder, there);
        else if (!there.Exists)
        {
            if (File.Exists(path))
                File.Delete(path);
            Directory.CreateDirectory(path);
        }
    }

    /// <summary>A link to a folder of the same project is as good as a folder; any other is an attempt to write elsewhere.</summary>
    private void EnterLink(string folder, DirectoryInfo link)
    {
        var home = Real(new DirectoryInfo(root));
        var target = Real(link);
        if (home is null || target is null || !(target + "/").StartsWith(home + "/", StringComparison.Ordinal) || !Directory.Exists(target))
            throw new JobFailedException(
                FailureReason.Script,
                $"{folder} is a link that leads out of the project: nothing is written there"
            );
    }

    /// <summary>A folder's path without any link in it.</summary>
    private static string? Real(DirectoryInfo folder)
    {
        var path = folder.FullName;
        var real = "/";
        var names = new Stack<string>(path.Split('/', StringSplitOptions.RemoveEmptyEntries).Reverse());
        for (var links = 0; names.TryPop(out var name); )
        {
            if (name == "..")
            {
                real = Path.GetDirectoryName(real) ?? "/";
                continue;
            }

            var next = Path.Combine(real, name);
            if (name == "." || new FileInfo(next).LinkTarget is not { } target)
            {
                real = name == "." ? real : next;
                continue;
            }

            if (++links > 40)
                return null;
            real = target.StartsWith('/') ? "/" : real;
            foreach (var part in target.Split('/', StringSplitOptions.RemoveEmptyEntries).Reverse())
                names.Push(part);
        }

        return real;
    }
}
