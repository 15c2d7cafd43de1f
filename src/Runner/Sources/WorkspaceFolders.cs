using Slipway.Runner.Posix;

namespace Slipway.Runner.Sources;

/// <summary>
/// The folders of a <see cref="Workspace"/>. One that is as it was left has gained and lost nothing, so only its files need a look; any other is
/// read through. The root always is, for moving the workspace changes it.
/// </summary>
/// <param name="discards">Takes what belongs in none.</param>
internal sealed unsafe class WorkspaceFolders(WorkspaceLayout layout, Discards? discards)
{
    private const uint NewMode = 0x1FF;
    private const uint ModeBits = 0xFFF;

    private readonly FileIdentity[] _known = new FileIdentity[layout.Folders.Count];
    private readonly State[] _states = new State[layout.Folders.Count];

    private enum State : byte
    {
        Same,
        Touched,
        New,
    }

    /// <summary>It was made just now, and is empty but for what was put there since.</summary>
    public bool IsNew(int folder) => _states[folder] == State.New;

    /// <summary>Something in it is made anew, so that it must be noted again. Several threads may say so at once.</summary>
    public void Touch(int folder)
    {
        if (_states[folder] == State.Same)
            _states[folder] = State.Touched;
    }

    /// <returns>The root's descriptor. The folder is made when it is not there, or not the one that was left.</returns>
    public int OpenRoot(string path)
    {
        Array.Clear(_states);
        fixed (byte* name = CStrings.Terminated(path))
        {
            if (!IsKept(Libc.AtFdCwd, name, 0))
            {
                TreeRemoval.RemoveAt(Libc.AtFdCwd, name);
                Directory.CreateDirectory(path);
                _known[0] = FileIdentity.At(Libc.AtFdCwd, name);
                _states[0] = State.New;
            }

            return FileDescriptor.OpenFolderAt(Libc.AtFdCwd, name);
        }
    }

    /// <summary>Makes the missing folders, gives the others their modes back, and removes what belongs in none.</summary>
    public void Restore(int root)
    {
        for (var i = 0; i < _known.Length; i++)
            fixed (byte* path = layout.Folders[i].Path)
                RestoreFolder(root, path, i);
    }

    /// <summary>Notes the folders in which something was changed as they are now.</summary>
    /// <returns>Whether there was any.</returns>
    public bool Note(int root)
    {
        var any = false;
        for (var i = 0; i < _known.Length; i++)
        {
            if (_states[i] == State.Same)
                continue;
            any = true;
            fixed (byte* path = layout.Folders[i].Path)
                _known[i] = FileIdentity.At(root, path);
        }

        return any;
    }

    private void RestoreFolder(int root, byte* path, int folder)
    {
        if (folder == 0)
        {
            if (!IsNew(0) && !Sweep(root, path, 0))
                throw new IOException($"{layout.Root}: the copy's folder has attributes of the job's");
            return;
        }

        if (_states[layout.Parent(folder)] != State.New)
        {
            if (_known[folder] is var known && known != default && known == FileIdentity.At(root, path))
                return;
            if (IsKept(root, path, folder) && Sweep(root, path, folder))
            {
                Touch(folder);
                return;
            }

            Discard(root, path);
            Touch(layout.Parent(folder));
        }

        if (Libc.MakeDirAt(root, path, NewMode) < 0)
            throw Errno.Failure($"Cannot make the folder {new string((sbyte*)path)}");
        _known[folder] = FileIdentity.At(root, path);
        _states[folder] = State.New;
    }

    /// <summary>Whether it is the folder that was left there, which then has its mode back.</summary>
    private bool IsKept(int root, byte* path, int folder)
    {
        var now = FileIdentity.At(root, path);
        if (now == default || !_known[folder].IsSameFolder(now))
            return false;
        return now.Mode == _known[folder].Mode || Libc.ChangeModeAt(root, path, _known[folder].Mode & ModeBits, 0) == 0;
    }

    /// <summary>Removes what does not belong in a folder.</summary>
    /// <returns><see langword="false"/> when it has attributes, such as a default ACL: they would be passed on to what is made in it.</returns>
    private bool Sweep(int root, byte* path, int folder)
    {
        var fd = FileDescriptor.OpenFolderAt(root, path);
        if (FileDescriptor.HasAttributes(fd))
        {
            FileDescriptor.Close(fd);
            return false;
        }

        var dir = Libc.OpenDir(fd);
        if (dir == 0)
        {
            FileDescriptor.Close(fd);
            throw Errno.Failure($"Cannot list {new string((sbyte*)path)}");
        }

        try
        {
            RemoveUnknown(dir, fd, folder);
        }
        finally
        {
            _ = Libc.CloseDir(dir);
        }

        return true;
    }

    private void Discard(int folder, byte* name)
    {
        if (discards is null)
            TreeRemoval.RemoveAt(folder, name);
        else
            discards.Take(folder, name);
    }

    private void RemoveUnknown(nint dir, int fd, int folder)
    {
        var belonging = layout.Names(folder);
        Span<char> text = stackalloc char[256];
        for (var entry = Libc.ReadDir(dir); entry is not null; entry = Libc.ReadDir(dir))
        {
            var name = entry->Name;
            if (entry->IsDots)
                continue;
            var length = 0;
            for (; name[length] != 0; length++)
                text[length] = (char)name[length];
            if (belonging.Contains(text[..length]))
                continue;
            Discard(fd, name);
            Touch(folder);
        }

        if (Errno.Last != 0)
            throw Errno.Failure("A folder cannot be listed to its end");
    }
}
