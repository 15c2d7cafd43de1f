using Slipway.Runner.Posix;

namespace Slipway.Runner.Sources;

/// <summary>How much a file or a folder with all below it is. Links are not followed; what cannot be entered counts as empty.</summary>
internal static unsafe class TreeSize
{
    private const int DepthLimit = 512;

    /// <param name="name">Within <paramref name="folder"/>, with an ending zero.</param>
    /// <param name="most">Counting ends when there are more files.</param>
    public static (int Files, long Bytes) Of(int folder, byte* name, int most)
    {
        var sum = (Files: 0, Bytes: 0L);
        Add(folder, name, most, 0, ref sum);
        return sum;
    }

    private static void Add(int folder, byte* name, int most, int depth, ref (int Files, long Bytes) sum)
    {
        FileStatus status;
        if (sum.Files > most || Libc.Statx(folder, name, Libc.AtSymlinkNoFollow, FileStatus.Wanted, &status) < 0)
            return;
        sum.Files++;
        sum.Bytes += status.IsFile ? status.Size : 0;
        if (!status.IsDirectory || depth > DepthLimit)
            return;
        var fd = Libc.OpenAt(folder, name, Libc.ReadOnly | Libc.Directory | Libc.NoFollow | Libc.CloseOnExec, 0);
        if (fd < 0)
            return;
        var dir = Libc.OpenDir(fd);
        if (dir == 0)
        {
            FileDescriptor.Close(fd);
            return;
        }

        for (var entry = Libc.ReadDir(dir); entry is not null && sum.Files <= most; entry = Libc.ReadDir(dir))
            if (!entry->IsDots)
                Add(fd, entry->Name, most, depth + 1, ref sum);
        _ = Libc.CloseDir(dir);
    }
}
