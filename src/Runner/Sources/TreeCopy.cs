using System.Buffers;
using Slipway.Runner.Posix;

namespace Slipway.Runner.Sources;

/// <summary>
/// Copies a source tree into an empty folder: files, symlinks as symlinks, the executable bits, the times of modification. Large files share
/// their blocks with the original where the file system can do that. Nothing is hard-linked, for a job may write to its files in place.
/// </summary>
internal static unsafe class TreeCopy
{
    /// <summary>Folders with fewer files than this in all are not worth a second thread.</summary>
    private const int ParallelFrom = 400;

    /// <summary>A unit of work for a thread.</summary>
    private const int Portion = 128;

    private const int BufferSize = 128 * 1024;
    private const uint FolderMode = 0x1FF;

    /// <param name="target">An existing folder.</param>
    /// <exception cref="IOException">A file cannot be read or written. Files that vanished since the tree was listed are passed over.</exception>
    public static void Copy(SourcePlan plan, string target, CancellationToken ct)
    {
        var from = OpenFolder(plan.Tree.Root);
        var to = -1;
        try
        {
            to = OpenFolder(target);
            MakeFolders(plan, to);
            var portions = Portions(plan);
            if (plan.Tree.Paths.Count < ParallelFrom)
                CopyPortions(plan, portions, from, to, ct);
            else
                CopyInParallel(plan, portions, from, to, ct);
        }
        finally
        {
            Close(from);
            Close(to);
        }
    }

    private static void CopyInParallel(SourcePlan plan, List<(int, int, int)> portions, int from, int to, CancellationToken ct)
    {
        var chunks = portions.Chunk(Math.Max(1, portions.Count / (Environment.ProcessorCount * 8))).ToList();
        Parallel.ForEach(
            chunks,
            new ParallelOptions { CancellationToken = ct, MaxDegreeOfParallelism = Environment.ProcessorCount },
            chunk => CopyPortions(plan, chunk, from, to, ct)
        );
    }

    private static List<(int Folder, int Start, int End)> Portions(SourcePlan plan)
    {
        var portions = new List<(int, int, int)>(plan.Folders.Count);
        for (var folder = 0; folder < plan.Folders.Count; folder++)
        for (var start = 0; start < plan.Folders[folder].Starts.Length; start += Portion)
            portions.Add((folder, start, Math.Min(start + Portion, plan.Folders[folder].Starts.Length)));
        return portions;
    }

    private static void MakeFolders(SourcePlan plan, int to)
    {
        for (var i = 1; i < plan.Folders.Count; i++)
            fixed (byte* path = plan.Folders[i].Path)
                if (Libc.MakeDirAt(to, path, FolderMode) < 0 && Errno.Last != Errno.Exists)
                    throw Failure("make the folder", path);
    }

    private static void CopyPortions(
        SourcePlan plan,
        IReadOnlyList<(int Folder, int Start, int End)> portions,
        int from,
        int to,
        CancellationToken ct
    )
    {
        var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            fixed (byte* bytes = buffer)
                foreach (var (folder, start, end) in portions)
                {
                    ct.ThrowIfCancellationRequested();
                    CopyPortion(plan.Folders[folder], start, end, from, to, bytes);
                }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static void CopyPortion(SourcePlan.Folder folder, int start, int end, int from, int to, byte* buffer)
    {
        int source = -1,
            target = -1;
        fixed (byte* path = folder.Path)
        fixed (byte* names = folder.Names)
        {
            try
            {
                source = Libc.OpenAt(from, path, Libc.ReadOnly | Libc.Directory | Libc.CloseOnExec, 0);
                if (source < 0 && Errno.Last is Errno.NoEntry or Errno.NotDirectory)
                    return;
                target = Libc.OpenAt(to, path, Libc.ReadOnly | Libc.Directory | Libc.NoFollow | Libc.CloseOnExec, 0);
                if (source < 0 || target < 0)
                    throw Failure("open the folder", path);
                for (var i = start; i < end; i++)
                    FileCopy.Copy(source, target, names + folder.Starts[i], buffer, BufferSize);
            }
            finally
            {
                Close(source);
                Close(target);
            }
        }
    }

    private static int OpenFolder(string path)
    {
        fixed (byte* bytes = CStrings.Terminated(path))
        {
            var fd = Libc.OpenAt(Libc.AtFdCwd, bytes, Libc.ReadOnly | Libc.Directory | Libc.CloseOnExec, 0);
            return fd >= 0 ? fd : throw Failure("open the folder", bytes);
        }
    }

    private static IOException Failure(string what, byte* path) => Errno.Failure($"Cannot {what} {new string((sbyte*)path)}");

    private static void Close(int fd)
    {
        if (fd >= 0)
            _ = Libc.Close(fd);
    }
}
