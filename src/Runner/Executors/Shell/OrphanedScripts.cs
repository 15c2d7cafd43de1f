using System.Globalization;
using System.Text;
using Slipway.Runner.Posix;

namespace Slipway.Runner.Executors.Shell;

/// <summary>
/// Scripts that run on although their runner was killed, in a folder that the next job of their project may get. What has left its script's session, as daemons do, is left
/// alone: it may be what the job was to start.
/// </summary>
internal static class OrphanedScripts
{
    /// <summary>In the environment of scripts: the <see cref="OwnerLock"/> of the process that started them.</summary>
    public const string OwnerVariable = "SLIPWAY_OWNER";

    /// <summary>Times ten milliseconds, for the kernel to end what was killed.</summary>
    private const int Waits = 200;

    /// <summary>Kills the scripts of processes that are dead, with all that they have started.</summary>
    /// <param name="dead">Each is told whether it may be forgotten.</param>
    /// <returns>How many scripts there were.</returns>
    public static async Task<int> EndAsync(IReadOnlyList<OwnerLock> dead, TimeProvider time, CancellationToken ct)
    {
        if (dead.Count == 0)
            return 0;
        var scripts = Processes().Select(pid => (Session: pid, Owner: OwnerOf(pid))).Where(script => script.Owner is not null).ToList();
        var count = 0;
        foreach (var owner in dead)
        {
            var sessions = scripts.Where(script => script.Owner == owner.Name).Select(script => script.Session).ToList();
            foreach (var session in sessions)
                await EndAsync(session, time, ct);
            owner.Note(foundNothing: sessions.Count == 0, time);
            count += sessions.Count;
        }

        return count;
    }

    /// <summary>Again and again, for what is killed may have started something just before.</summary>
    private static async Task EndAsync(int session, TimeProvider time, CancellationToken ct)
    {
        for (var waits = 0; waits < Waits && ProcessSession.Members(session).Count > 0; waits++)
        {
            ProcessSession.Signal(session, ProcessSession.Kill);
            await Task.Delay(TimeSpan.FromMilliseconds(10), time, ct);
        }
    }

    /// <summary>Only a script's own shell has it open, as its input or, while that is another for a command, put aside.</summary>
    private static bool IsReadingScript(int pid) =>
        Directory
            .EnumerateFileSystemEntries($"/proc/{pid}/fd")
            .Any(file => new FileInfo(file).LinkTarget?.StartsWith("/memfd:script", StringComparison.Ordinal) == true);

    private static IEnumerable<int> Processes()
    {
        foreach (var path in Directory.EnumerateDirectories("/proc"))
            if (int.TryParse(path.AsSpan("/proc/".Length), NumberStyles.None, CultureInfo.InvariantCulture, out var pid))
                yield return pid;
    }

    /// <returns>The owner of a script of ours; <see langword="null"/> for a process that is none, or cannot be looked into.</returns>
    private static string? OwnerOf(int pid)
    {
        try
        {
            if (!IsReadingScript(pid) || !ProcessSession.Members(pid).Exists(member => member.Pid == pid))
                return null;
            return Encoding
                .UTF8.GetString(File.ReadAllBytes($"/proc/{pid}/environ"))
                .Split('\0')
                .FirstOrDefault(variable => variable.StartsWith(OwnerVariable + "=", StringComparison.Ordinal))
                ?[(OwnerVariable.Length + 1)..];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
