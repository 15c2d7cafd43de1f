using System.Runtime.InteropServices;
using Slipway.Runner.Posix;

namespace Slipway.Runner.Sources;

/// <summary>
/// What tells whether a file, link or folder is still as it was: any change to its content, mode, owner, links or attributes, and to a folder's
/// entries, moves the time of change, which no program can set. The default value is that of no file.
/// </summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct FileIdentity(ulong Inode, long ChangedSeconds, uint ChangedNanoseconds, ushort Mode, uint User, uint Group)
{
    public FileIdentity(in FileStatus status)
        : this(status.Inode, status.ChangedSeconds, status.ChangedNanoseconds, status.Mode, status.User, status.Group) { }

    /// <summary>Whether it is the same folder in the same hands, whatever happened to its mode and entries.</summary>
    public bool IsSameFolder(FileIdentity now) =>
        (now.Inode, now.User, now.Group) == (Inode, User, Group) && (now.Mode & 0xF000) == (Mode & 0xF000);

    public static unsafe FileIdentity Of(int fd)
    {
        FileStatus status;
        byte none = 0;
        return Libc.Statx(fd, &none, Libc.AtEmptyPath, FileStatus.Wanted, &status) == 0 ? new FileIdentity(status) : default;
    }

    /// <param name="name">With an ending zero; a link is not followed.</param>
    public static unsafe FileIdentity At(int folder, byte* name)
    {
        FileStatus status;
        return Libc.Statx(folder, name, Libc.AtSymlinkNoFollow, FileStatus.Wanted, &status) == 0 ? new FileIdentity(status) : default;
    }
}
