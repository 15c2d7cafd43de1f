using System.Diagnostics;
using System.Globalization;

namespace Slipway.Runner.Executors.Docker;

/// <summary>Which process made a container, network or volume, in a way that cannot be taken for a later process of the same number.</summary>
/// <param name="Run">One run of jobs: unique.</param>
/// <param name="Machine">Name, boot and process namespace of the machine: process numbers mean something only within one of them.</param>
/// <param name="Pid">Its number.</param>
/// <param name="StartedAt">When it began, in a unit of the machine's own.</param>
internal sealed record OwnerMark(string Run, MachineMark Machine, int Pid, string StartedAt)
{
    public const string RunLabel = "slipway.run";
    private const string OwnerLabel = "slipway.owner";

    public static OwnerMark OfThisProcess(string run) =>
        new(run, MachineMark.Here(), Environment.ProcessId, StartOf(Environment.ProcessId) ?? "");

    public void WriteTo(Dictionary<string, string> labels)
    {
        labels[RunLabel] = Run;
        labels[OwnerLabel] = string.Join(
            ' ',
            Machine.Name,
            Machine.Boot,
            Machine.Namespace,
            Pid.ToString(CultureInfo.InvariantCulture),
            StartedAt
        );
    }

    /// <returns><see langword="null"/>: not ours, or not readable; leave it alone.</returns>
    public static OwnerMark? Read(IReadOnlyDictionary<string, string>? labels) =>
        labels is not null
        && labels.TryGetValue(RunLabel, out var run)
        && labels.TryGetValue(OwnerLabel, out var owner)
        && owner.Split(' ') is [var name, var boot, var space, var number, var start]
        && int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var pid)
            ? new OwnerMark(run, new MachineMark(name, boot, space), pid, start)
            : null;

    /// <summary>Its process is known to be gone. What cannot be known (another machine, another namespace) counts as alive.</summary>
    public bool IsDead(MachineMark here)
    {
        if (Machine.Name != here.Name)
            return false;
        if (Machine.Boot != here.Boot)
            return true;
        return Machine.Namespace == here.Namespace && StartOf(Pid) != StartedAt;
    }

    /// <returns><see langword="null"/>: there is no such process.</returns>
    private static string? StartOf(int pid)
    {
        try
        {
            if (!OperatingSystem.IsLinux())
            {
                using var process = Process.GetProcessById(pid);
                return process.StartTime.ToUniversalTime().Ticks.ToString(CultureInfo.InvariantCulture);
            }

            // Field 22 of stat; the name in field 2 may hold spaces, so count from its closing bracket (proc(5)).
            var stat = File.ReadAllText($"/proc/{pid}/stat");
            // A zombie (Z) has ended and only waits to be collected.
            return stat[(stat.LastIndexOf(')') + 2)..].Split(' ') is { Length: > 19 } fields && fields[0] != "Z" ? fields[19] : null;
        }
        catch (Exception e) when (e is IOException or ArgumentException or InvalidOperationException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}

/// <param name="Name">The host's.</param>
/// <param name="Boot">Changes with every start of the machine; empty where that is not told.</param>
/// <param name="Namespace">Of process numbers; differs between a machine and its containers.</param>
internal sealed record MachineMark(string Name, string Boot, string Namespace)
{
    public static MachineMark Here() => new(Environment.MachineName.Replace(' ', '_'), ThisBoot(), ThisNamespace());

    private static string ThisBoot() =>
        File.Exists("/proc/sys/kernel/random/boot_id") ? File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim() : "";

    private static string ThisNamespace() => File.ResolveLinkTarget("/proc/self/ns/pid", returnFinalTarget: false)?.Name ?? "";
}
