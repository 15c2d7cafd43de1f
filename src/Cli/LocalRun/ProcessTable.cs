using System.Diagnostics;
using System.Text;
using Slipway.Runner;

namespace Slipway.Cli.LocalRun;

/// <summary>Finds and ends what jobs of a killed run have left running on this machine (Linux's /proc; elsewhere nothing is found).</summary>
internal static class ProcessTable
{
    /// <summary>Set in the interactive shell of <c>--shell-on-failure</c>: that one is the user's and not a leftover.</summary>
    public const string SparedBy = "SLIPWAY_SHELL";

    /// <summary>
    /// Kills the sessions whose processes are jobs of a folder: they carry <see cref="JobPaths.Mark"/>, or are a script of the runner's
    /// standing in it. A user's own shell that merely stands in the folder is neither.
    /// </summary>
    public static void KillJobsIn(string folder)
    {
        if (!Directory.Exists("/proc"))
            return;
        var prefix = folder.TrimEnd('/') + "/";
        var own = Fields(Environment.ProcessId)?[3];
        var sessions = new HashSet<string>(StringComparer.Ordinal);
        var all = All();
        foreach (var pid in all)
        {
            if (Fields(pid) is { Length: > 3 } fields && fields[3] != own && IsJobIn(pid, prefix))
                sessions.Add(fields[3]);
        }

        foreach (var pid in all)
        {
            if (Fields(pid) is { Length: > 3 } fields && sessions.Contains(fields[3]))
                Kill(pid);
        }
    }

    /// <summary>What stands behind the name in <c>/proc/PID/stat</c>: 0 state, 1 parent, 2 group, 3 session … 19 start time.</summary>
    internal static string[]? Fields(int pid)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{pid}/stat");
            return stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static List<int> All()
    {
        var all = new List<int>();
        foreach (var entry in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(entry), out var pid))
                all.Add(pid);
        }

        return all;
    }

    private static bool IsJobIn(int pid, string prefix)
    {
        try
        {
            var environment = "\0" + Encoding.UTF8.GetString(File.ReadAllBytes($"/proc/{pid}/environ"));
            if (environment.Contains($"\0{SparedBy}=", StringComparison.Ordinal))
                return false;
            if (environment.Contains($"\0{JobPaths.Mark}={prefix}", StringComparison.Ordinal))
                return true;
            return Link($"/proc/{pid}/cwd") is { } at
                && (at + "/").StartsWith(prefix, StringComparison.Ordinal)
                && Link($"/proc/{pid}/fd/0")?.StartsWith("/memfd:script", StringComparison.Ordinal) == true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static string? Link(string path) => new FileInfo(path).LinkTarget;

    private static void Kill(int pid)
    {
        try
        {
            using var process = Process.GetProcessById(pid);
            process.Kill();
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException or System.ComponentModel.Win32Exception)
        {
            // It has ended by itself meanwhile, or is not ours to end.
        }
    }
}
