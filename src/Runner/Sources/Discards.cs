using System.Globalization;
using Slipway.Runner.Posix;

namespace Slipway.Runner.Sources;

/// <summary>
/// What jobs have left in their workspaces and nobody wants. It is moved out of the way at once, and removed at the end, all of it together: on
/// a file system without a journal (ext4 in many a virtual machine) making a file takes a thousand times as long for a minute after thousands
/// were removed. What is more than a little is removed at once all the same, for a disk is only so large.
/// </summary>
/// <param name="folder">Where it goes, on the same file system as the workspaces. Made when it is needed.</param>
/// <param name="fileLimit">So many files may wait for the end.</param>
/// <param name="byteLimit">Of so many bytes together.</param>
internal sealed unsafe class Discards(string folder, int fileLimit = 100_000, long byteLimit = 256L * 1024 * 1024) : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private readonly Lock _gate = new();
    private int _target = -1;
    private int _count;
    private int _files;
    private long _bytes;

    /// <summary>Takes away whatever has this name.</summary>
    /// <param name="name">Within the folder <paramref name="from"/>, with an ending zero.</param>
    /// <exception cref="IOException">It cannot be taken away.</exception>
    public void Take(int from, byte* name)
    {
        var size = TreeSize.Of(from, name, fileLimit);
        if (Admit(size) is not { } number || !Move(from, name, number))
            TreeRemoval.RemoveAt(from, name);
    }

    public void Dispose()
    {
        FileDescriptor.Close(_target);
        if (_target >= 0)
            TreeRemoval.Remove(folder);
        _target = -1;
    }

    /// <returns>The number it goes by; <see langword="null"/> when there is no room for it.</returns>
    private int? Admit((int Files, long Bytes) size)
    {
        lock (_gate)
        {
            if (_files + size.Files > fileLimit || _bytes + size.Bytes > byteLimit)
                return null;
            if (_target < 0)
            {
                Directory.CreateDirectory(folder, OwnerOnly);
                _target = FileDescriptor.OpenFolder(folder);
            }

            _files += size.Files;
            _bytes += size.Bytes;
            return _count++;
        }
    }

    private bool Move(int from, byte* name, int number)
    {
        fixed (byte* to = CStrings.Terminated(number.ToString(CultureInfo.InvariantCulture)))
            return Libc.RenameAt(from, name, _target, to) == 0;
    }
}
