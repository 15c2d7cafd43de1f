using Slipway.Runner.Posix;
using Slipway.Runner.Sources;

namespace Slipway.Runner.Executors.Shell;

/// <summary>
/// Folders for jobs' file variables. One in which a job has left nothing passes to the next job: making and removing files is much of what a
/// short job costs, above all on ext4, which steps over every lately removed one when it makes the next. Disposing removes them.
/// </summary>
internal sealed unsafe class TemporaryFolders : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private readonly Lock _gate = new();
    private readonly Stack<(string Path, FileIdentity Folder)> _idle = new();

    /// <summary>Makes the folder, which only its owner may enter. What was there goes.</summary>
    /// <returns>What to give it back with.</returns>
    public FileIdentity Take(string path)
    {
        TreeRemoval.Remove(path);
        fixed (byte* to = CStrings.Terminated(path))
        {
            if (!TryReuse(to))
                Directory.CreateDirectory(path, OwnerOnly);
            return FileIdentity.At(Libc.AtFdCwd, to);
        }
    }

    /// <summary>The job is over and nothing of it runs any more.</summary>
    /// <exception cref="IOException">It cannot be removed.</exception>
    public void GiveBack(string path, FileIdentity taken)
    {
        if (!IsAsNew(path, taken))
        {
            TreeRemoval.Remove(path);
            return;
        }

        lock (_gate)
            _idle.Push((path, taken));
    }

    public void Dispose()
    {
        foreach (var (path, _) in _idle)
            TreeRemoval.Remove(path);
        _idle.Clear();
    }

    private bool TryReuse(byte* to)
    {
        while (true)
        {
            (string Path, FileIdentity Folder) idle;
            lock (_gate)
                if (!_idle.TryPop(out idle))
                    return false;
            fixed (byte* from = CStrings.Terminated(idle.Path))
                if (Libc.RenameAt(Libc.AtFdCwd, from, Libc.AtFdCwd, to) == 0)
                    return true;
        }
    }

    /// <summary>Whether it is the folder that was made, and holds nothing but an empty <see cref="JobPaths.EnvFile"/>, of which there is no other name.</summary>
    private static bool IsAsNew(string path, FileIdentity taken)
    {
        var folder = FileDescriptor.TryOpenFolder(path);
        if (folder < 0)
            return false;
        var now = FileIdentity.Of(folder);
        if (!taken.IsSameFolder(now) || now.Mode != taken.Mode || FileDescriptor.HasAttributes(folder))
        {
            FileDescriptor.Close(folder);
            return false;
        }

        var dir = Libc.OpenDir(folder);
        var clean = dir != 0;
        for (var entry = clean ? Libc.ReadDir(dir) : null; entry is not null && clean; entry = Libc.ReadDir(dir))
            clean = entry->IsDots || IsEmptyEnvFile(folder, entry->Name, taken);
        if (dir != 0)
            _ = Libc.CloseDir(dir);
        return clean;
    }

    private static bool IsEmptyEnvFile(int folder, byte* name, FileIdentity owner)
    {
        var text = System.Runtime.InteropServices.MemoryMarshal.CreateReadOnlySpanFromNullTerminated(name);
        if (!text.SequenceEqual(JobPaths.EnvFileName))
            return false;
        var fd = Libc.OpenAt(folder, name, Libc.ReadOnly | Libc.NoFollow | Libc.NonBlocking | Libc.CloseOnExec, 0);
        if (fd < 0)
            return false;
        FileStatus status;
        byte none = 0;
        var empty =
            Libc.Statx(fd, &none, Libc.AtEmptyPath, FileStatus.Wanted, &status) == 0
            && status is { IsFile: true, Size: 0, Links: 1 }
            && (status.User, status.Group, status.Mode & 0xE00) == (owner.User, owner.Group, 0)
            && !FileDescriptor.HasAttributes(fd);
        FileDescriptor.Close(fd);
        return empty;
    }
}
