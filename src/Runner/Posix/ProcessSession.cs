using System.Buffers.Text;

namespace Slipway.Runner.Posix;

/// <summary>All processes of one session: a script's shell, what it started, and what that started, unless it made a session of its own.</summary>
internal static class ProcessSession
{
    public const int Terminate = 15;
    public const int Kill = 9;

    /// <summary>Whether any process of the group is left. Cheap; a dead process that nobody has collected counts.</summary>
    public static bool GroupExists(int group) => Libc.Kill(-group, 0) == 0;

    /// <summary>Sends a signal to the leader's group and to the session's other groups, which shells with job control make.</summary>
    public static void Signal(int session, int signal)
    {
        Libc.Kill(-session, signal);
        foreach (var (pid, group) in Members(session))
            if (group != session)
                Libc.Kill(pid, signal);
    }

    /// <summary>The session's living processes, from <c>/proc</c>. Those that are dead and only uncollected do not count.</summary>
    public static List<(int Pid, int Group)> Members(int session)
    {
        var found = new List<(int, int)>();
        Span<byte> buffer = stackalloc byte[512];
        foreach (var path in Directory.EnumerateDirectories("/proc"))
        {
            if (!int.TryParse(path.AsSpan("/proc/".Length), out var pid) || ReadStat(pid, buffer) is not { } stat)
                continue;
            if (stat.Session == session && stat.State is not ('Z' or 'X'))
                found.Add((pid, stat.Group));
        }

        return found;
    }

    /// <returns><see langword="null"/> when there is no such process (any more).</returns>
    public static int? Parent(int pid) => ReadStat(pid, stackalloc byte[512])?.Parent;

    private static (char State, int Parent, int Group, int Session)? ReadStat(int pid, Span<byte> buffer)
    {
        int length;
        try
        {
            using var file = File.OpenHandle($"/proc/{pid}/stat");
            length = RandomAccess.Read(file, buffer, 0);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null; // It has ended meanwhile.
        }

        // pid (name, which may hold anything) state ppid group session …
        var name = buffer[..length].LastIndexOf((byte)')');
        if (name < 0 || name + 4 > length)
            return null;
        var rest = buffer[(name + 2)..length];
        var state = (char)rest[0];
        Span<int> numbers = stackalloc int[3];
        rest = rest[2..];
        for (var i = 0; i < 3; i++)
        {
            if (!Utf8Parser.TryParse(rest, out numbers[i], out var used))
                return null;
            rest = rest[Math.Min(used + 1, rest.Length)..];
        }

        return (state, numbers[0], numbers[1], numbers[2]);
    }
}
