using System.Globalization;
using System.Runtime.InteropServices;

namespace Slipway.Cli.Commands.Serving;

/// <summary>
/// The pages of program files that are mapped into this process: the program's own code, the assemblies in it, system libraries. Starting goes through much that a
/// running server never needs again, and for every page that is touched the kernel maps those around it too (64 KiB, <c>fault_around_bytes</c>), so that more than
/// half of them are mapped for nothing.
/// </summary>
internal static partial class ProgramPages
{
    private const int DontNeed = 4;

    private static readonly TimeSpan AfterStart = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Every = TimeSpan.FromMinutes(1);

    /// <summary>Unmaps them when the start is over, and each minute from then on. Those in use come back at the next touch. Ends with the token.</summary>
    public static async Task KeepFewAsync(TimeProvider time, CancellationToken ct)
    {
        if (!OperatingSystem.IsLinux())
            return;
        await Task.Delay(AfterStart, time, ct);
        using var timer = new PeriodicTimer(Every, time);
        do Unmap();
        while (await timer.WaitForNextTickAsync(ct));
    }

    /// <summary>
    /// Those that only say what stands in a file, and so can be had again from the kernel's cache: executable and never written to, or shared and read-only. A
    /// private page that was ever written to (relocations, data) is the only copy, and a mapping with a single one of these is let be.
    /// </summary>
    /// <param name="smaps">Lines as in <c>/proc/PID/smaps</c> (proc_pid_smaps(5)).</param>
    /// <returns>Where each begins, and how many bytes it has.</returns>
    public static IEnumerable<(long Start, long Length)> Renewable(IEnumerable<string> smaps)
    {
        (long, long)? candidate = null;
        foreach (var line in smaps)
        {
            var colon = line.IndexOf(':');
            if (line.IndexOf(' ') is var blank && (colon < 0 || blank < colon))
                candidate = Candidate(line.Split(' ', 6, StringSplitOptions.RemoveEmptyEntries));
            else if (candidate is { } mapping && line.StartsWith("Anonymous:", StringComparison.Ordinal))
            {
                candidate = null;
                if (line[(colon + 1)..].Trim() is "0 kB")
                    yield return mapping;
            }
        }
    }

    /// <param name="words">Addresses, permissions, offset, device, inode, path.</param>
    private static (long, long)? Candidate(string[] words)
    {
        if (words is not [var addresses, "r-xp" or "r--s", _, _, not "0", ['/', ..]])
            return null;
        var ends = addresses.Split('-');
        var (start, end) = (Address(ends[0]), Address(ends[1]));
        return (start, end - start);
    }

    private static long Address(string hex) => long.Parse(hex, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);

    private static void Unmap()
    {
        List<(long, long)> mappings;
        try
        {
            mappings = Renewable(File.ReadLines("/proc/self/smaps")).ToList();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A sandbox without /proc: all stays mapped.
            return;
        }

        // What the kernel will not take back stays mapped too.
        foreach (var (start, length) in mappings)
            _ = Advise((nint)start, (nint)length, DontNeed);
    }

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int Advise(nint start, nint length, int advice);
}
