using System.Buffers;
using System.Runtime.ExceptionServices;
using Slipway.Runner.Posix;

namespace Slipway.Runner.Sources;

/// <summary>
/// A job's folder, which a later job can have when <see cref="Restore"/> has made it what a new copy would be. Restoring costs a look at each
/// file and a copy of those that are not as they were left; in a new workspace that is all of them. Files, symlinks as symlinks, the executable
/// bits and the files' times are the tree's. Nothing is hard-linked, for a job may write to its files in place.
/// </summary>
internal sealed unsafe class Workspace
{
    /// <summary>Fewer files than this in all are not worth a second thread.</summary>
    public const int ParallelFrom = 400;

    /// <summary>A unit of work for a thread.</summary>
    private const int Portion = 128;

    private const int BufferSize = 128 * 1024;

    private readonly WorkspaceLayout _layout;
    private readonly WorkspaceFolders _folders;
    private readonly FileIdentity[][] _files;

    /// <param name="discards">Where what jobs have added goes; <see langword="null"/>: it is removed.</param>
    public Workspace(WorkspaceLayout layout, string path, Discards? discards = null)
    {
        _layout = layout;
        Path = path;
        _folders = new WorkspaceFolders(layout, discards);
        _files = [.. layout.Folders.Select(folder => new FileIdentity[folder.Starts.Length])];
    }

    public WorkspaceLayout Layout => _layout;

    /// <summary>Absolute.</summary>
    public string Path { get; private set; }

    /// <summary>Nobody has had it since it was restored.</summary>
    public bool IsPristine { get; private set; }

    /// <summary>Makes the folder hold what a new copy holds and nothing else. No process of an earlier job may be left. Cancelled, it can be called again.</summary>
    /// <exception cref="IOException">It cannot be done: the workspace is of no use any more.</exception>
    public void Restore(CancellationToken ct)
    {
        if (IsPristine)
            return;
        var to = _folders.OpenRoot(Path);
        var from = -1;
        try
        {
            from = FileDescriptor.OpenFolder(_layout.Root);
            _folders.Restore(to);
            RestoreFiles(from, to, ct);
            if (_folders.Note(to))
                CoarseClock.Pass();
            IsPristine = true;
        }
        finally
        {
            FileDescriptor.Close(from);
            FileDescriptor.Close(to);
        }
    }

    /// <summary>Hands it out: it lies at <paramref name="path"/> from now on. What was there goes.</summary>
    public void MoveTo(string path)
    {
        IsPristine = false;
        fixed (byte* from = CStrings.Terminated(Path))
        fixed (byte* to = CStrings.Terminated(path))
        {
            if (Path != path && Libc.RenameAt(Libc.AtFdCwd, from, Libc.AtFdCwd, to) < 0)
            {
                if (Errno.Last is Errno.NoEntry)
                    Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
                else
                    TreeRemoval.Remove(path);
                if (Libc.RenameAt(Libc.AtFdCwd, from, Libc.AtFdCwd, to) < 0)
                    throw Errno.Failure($"Cannot move {Path} to {path}");
            }
        }

        Path = path;
    }

    /// <summary>Removes the folder; large ones with all processors. What cannot be removed stays.</summary>
    public void Remove()
    {
        try
        {
            if (_layout.FileCount >= ParallelFrom && FileDescriptor.TryOpenFolder(Path) is >= 0 and var root)
            {
                Parallel.For(0, _files.Length, folder => RemoveFiles(root, folder));
                FileDescriptor.Close(root);
            }

            TreeRemoval.Remove(Path);
        }
        catch (IOException)
        {
            // The next run that clears the folder of this one tries again.
        }
    }

    private void RemoveFiles(int root, int folder)
    {
        var layout = _layout.Folders[folder];
        fixed (byte* path = layout.Path)
        fixed (byte* names = layout.Names)
        {
            var fd = Libc.OpenAt(root, path, Libc.ReadOnly | Libc.Directory | Libc.NoFollow | Libc.CloseOnExec, 0);
            if (fd < 0)
                return;
            foreach (var start in layout.Starts)
                _ = Libc.UnlinkAt(fd, names + start, 0);
            FileDescriptor.Close(fd);
        }
    }

    private void RestoreFiles(int from, int to, CancellationToken ct)
    {
        if (_layout.FileCount < ParallelFrom)
        {
            RestorePortions(Portions(), from, to, ct);
            return;
        }

        var portions = Portions();
        var chunks = portions.Chunk(Math.Max(1, portions.Count / (Environment.ProcessorCount * 8))).ToList();
        try
        {
            Parallel.ForEach(
                chunks,
                new ParallelOptions { CancellationToken = ct, MaxDegreeOfParallelism = Environment.ProcessorCount },
                chunk => RestorePortions(chunk, from, to, ct)
            );
        }
        catch (AggregateException e)
        {
            ExceptionDispatchInfo.Throw(e.InnerExceptions[0]);
        }
    }

    private List<(int Folder, int Start, int End)> Portions()
    {
        var portions = new List<(int, int, int)>(_files.Length);
        for (var folder = 0; folder < _files.Length; folder++)
        for (var start = 0; start < _files[folder].Length; start += Portion)
            portions.Add((folder, start, Math.Min(start + Portion, _files[folder].Length)));
        return portions;
    }

    private void RestorePortions(IReadOnlyList<(int Folder, int Start, int End)> portions, int from, int to, CancellationToken ct)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            fixed (byte* bytes = buffer)
                foreach (var (folder, start, end) in portions)
                {
                    ct.ThrowIfCancellationRequested();
                    RestorePortion(folder, start, end, from, to, bytes);
                }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private void RestorePortion(int folder, int start, int end, int from, int to, byte* buffer)
    {
        var (layout, files) = (_layout.Folders[folder], _files[folder]);
        int source = -1,
            target = -1;
        fixed (byte* path = layout.Path)
        fixed (byte* names = layout.Names)
        {
            try
            {
                target = FileDescriptor.OpenFolderAt(to, path);
                for (var i = start; i < end; i++)
                {
                    var name = names + layout.Starts[i];
                    if (!_folders.IsNew(folder) && !MakeRoom(target, name, files[i]))
                        continue;
                    _folders.Touch(folder);
                    files[i] = default;
                    if (_layout.Content(folder, i) is { } content)
                        files[i] = FileCopy.Write(target, name, content);
                    else if ((source = source < 0 ? FileDescriptor.TryOpenFolderAt(from, path) : source) >= 0)
                        files[i] = FileCopy.Copy(source, target, name, buffer, BufferSize);
                }
            }
            finally
            {
                FileDescriptor.Close(source);
                FileDescriptor.Close(target);
            }
        }
    }

    /// <returns>Whether the file is to be copied again; nothing of its name is there then.</returns>
    private static bool MakeRoom(int folder, byte* name, FileIdentity known)
    {
        var now = FileIdentity.At(folder, name);
        if (now == default)
            return true;
        if (now == known)
            return false;
        TreeRemoval.RemoveAt(folder, name);
        return true;
    }
}
