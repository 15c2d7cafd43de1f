using System.Diagnostics;

namespace Slipway.Cli.LocalRun;

/// <summary>A process, told apart from a later one that got the same number, and from one of another container that shares the folder.</summary>
/// <param name="StartedAt">In ticks of the machine's own; empty when unknown.</param>
/// <param name="Namespace">Of process numbers, and the machine's boot.</param>
internal sealed record ProcessMark(int Pid, string StartedAt, string Namespace)
{
    public static ProcessMark OfThisProcess() => new(Environment.ProcessId, StartOf(Environment.ProcessId) ?? "", Here());

    /// <summary>It cannot be running any more. What cannot be known, because it ran elsewhere, counts as gone only when the machine has started anew.</summary>
    public bool IsGone()
    {
        var here = Here();
        if (Namespace == here)
            return StartOf(Pid) != StartedAt;
        return Namespace.Split(' ')[0] != here.Split(' ')[0];
    }

    private static string Here()
    {
        var boot = File.Exists("/proc/sys/kernel/random/boot_id")
            ? File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim()
            : Environment.MachineName;
        return boot + " " + (File.ResolveLinkTarget("/proc/self/ns/pid", returnFinalTarget: false)?.Name ?? "");
    }

    private static string? StartOf(int pid)
    {
        try
        {
            // Field 22 of stat (proc(5)). A zombie has ended; it only waits for a parent that may be slow to collect it.
            if (OperatingSystem.IsLinux())
                return ProcessTable.Fields(pid) is { Length: > 19 } fields && fields[0] != "Z" ? fields[19] : null;
            using var process = Process.GetProcessById(pid);
            return process.StartTime.ToUniversalTime().Ticks.ToString();
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException)
        {
            return null;
        }
    }
}
