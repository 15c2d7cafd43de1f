using System.Globalization;
using System.Text;

namespace Slipway.Runner.Posix;

/// <summary>Processes that left their job's session and live on, as daemons do.</summary>
internal static unsafe class StrayProcesses
{
    /// <summary>The parent of the kernel's own threads.</summary>
    private const int KernelThreads = 2;

    private const int FewNumbers = 128;
    private const int EnvironmentLimit = 256 * 1024;

    /// <summary>Whether any process stands in a job's folder or was started by the job; also when that cannot be told.</summary>
    /// <param name="first">The job's first process: older ones do not count.</param>
    public static bool AnyIn(string folder, int first)
    {
        var mark = Encoding.UTF8.GetBytes($"{JobPaths.Mark}={folder}\0");
        foreach (var pid in Since(first))
            if (pid != Environment.ProcessId && IsIn(folder, pid, mark))
                return true;
        return false;
    }

    /// <summary>Numbers of processes that are not older, and perhaps of some that have ended.</summary>
    private static IEnumerable<int> Since(int first)
    {
        if (LastProcess() is not { } last || last < first)
            return Processes(1);
        // After a short job it is faster to look for the few there can be than to list all there are.
        return last - first < FewNumbers ? Enumerable.Range(first, last - first + 1) : Processes(first);
    }

    /// <returns><see langword="null"/> when it cannot be told.</returns>
    private static int? LastProcess()
    {
        // 0.20 0.18 0.12 1/80 11206: the last number is that of the process made last. Numbers start again when they are used up.
        Span<byte> text = stackalloc byte[128];
        using var file = File.OpenHandle("/proc/loadavg");
        var line = text[..RandomAccess.Read(file, text, 0)].TrimEnd((byte)'\n');
        return int.TryParse(line[(line.LastIndexOf((byte)' ') + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var pid)
            ? pid
            : null;
    }

    private static List<int> Processes(int from)
    {
        var found = new List<int>();
        var dir = Libc.OpenDir(FileDescriptor.OpenFolder("/proc"));
        for (var entry = Libc.ReadDir(dir); entry is not null; entry = Libc.ReadDir(dir))
        {
            var pid = 0;
            var name = entry->Name;
            for (; *name is >= (byte)'0' and <= (byte)'9'; name++)
                pid = pid * 10 + (*name - '0');
            if (*name == 0 && pid >= from)
                found.Add(pid);
        }

        _ = Libc.CloseDir(dir);
        return found;
    }

    private static bool IsIn(string folder, int pid, byte[] mark)
    {
        const int size = 4096;
        var buffer = stackalloc byte[size];
        nint length;
        fixed (byte* path = CStrings.Terminated($"/proc/{pid}/cwd"))
            length = Libc.ReadLinkAt(Libc.AtFdCwd, path, buffer, size);
        if (length < 0)
            return Errno.Last == Errno.NoPermission && ProcessSession.Parent(pid) is { } parent and not KernelThreads;
        var at = Encoding.UTF8.GetString(buffer, (int)length);
        return at == folder || at.StartsWith(folder + "/", StringComparison.Ordinal) || Environ(pid).IndexOf(mark) >= 0;
    }

    private static ReadOnlySpan<byte> Environ(int pid)
    {
        try
        {
            using var file = File.OpenHandle($"/proc/{pid}/environ");
            var buffer = new byte[16 * 1024];
            var length = 0;
            while (RandomAccess.Read(file, buffer.AsSpan(length), length) is > 0 and var count && (length += count) < EnvironmentLimit)
                if (length == buffer.Length)
                    Array.Resize(ref buffer, length * 2);
            return buffer.AsSpan(0, length);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return []; // It has ended meanwhile.
        }
    }
}
