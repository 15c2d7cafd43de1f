using System.Runtime.InteropServices;

namespace Slipway.Runner.Posix;

/// <param name="WorkDir">Where it starts. Must exist.</param>
/// <param name="Environment"><c>KEY=VALUE</c>: all of it, nothing is inherited.</param>
internal sealed record ChildStart(string Program, IReadOnlyList<string> Arguments, IReadOnlyList<string> Environment, string WorkDir);

/// <summary>
/// Starts a program as the leader of a session and process group of its own, so that all it starts can be found and ended. Done by
/// <c>posix_spawn</c>, whose cost does not grow with this process's memory, and which leaves the runtime's own child handling alone.
/// </summary>
internal static unsafe class ChildProcess
{
    // Room enough for the C library's opaque structures: glibc's take 336 and 80 bytes, musl's 336 and 80.
    private const int OpaqueSize = 512;

    private const short SetSignalDefault = 0x04;
    private const short SetSignalMask = 0x08;
    private const short SetSession = 0x80;

    /// <summary>Signals 1 to 31: the runtime ignores some (SIGPIPE), and a child must not inherit that.</summary>
    private const ulong OrdinarySignals = 0x7FFFFFFF;

    /// <returns>The process id, which is also its group's and its session's.</returns>
    /// <exception cref="IOException">It cannot be started.</exception>
    public static int Start(ChildStart start, int stdin, int stdout, int stderr)
    {
        var actions = stackalloc byte[OpaqueSize];
        var attributes = stackalloc byte[OpaqueSize];
        using var arguments = new CStrings([start.Program, .. start.Arguments]);
        using var environment = new CStrings(start.Environment);
        var pid = 0;
        var error = Libc.SpawnActionsInit(actions) | Libc.SpawnAttributesInit(attributes);
        try
        {
            fixed (byte* workDir = CStrings.Terminated(start.WorkDir))
                error |= Libc.SpawnActionsAddChangeDir(actions, workDir);
            error |= Libc.SpawnActionsAddDup2(actions, stdin, 0);
            error |= Libc.SpawnActionsAddDup2(actions, stdout, 1);
            error |= Libc.SpawnActionsAddDup2(actions, stderr, 2);
            error |= SetAttributes(attributes);
            if (error == 0)
                error = Libc.Spawn(&pid, arguments.Pointers[0], actions, attributes, arguments.Pointers, environment.Pointers);
        }
        finally
        {
            Libc.SpawnAttributesDestroy(attributes);
            Libc.SpawnActionsDestroy(actions);
        }

        return error == 0 ? pid : throw Errno.Failure($"{start.Program} cannot be started in {start.WorkDir}", error);
    }

    private static int SetAttributes(byte* attributes)
    {
        var signals = stackalloc ulong[16];
        new Span<ulong>(signals, 16).Clear();
        var error = Libc.SpawnAttributesSetSignalMask(attributes, signals);
        signals[0] = OrdinarySignals;
        error |= Libc.SpawnAttributesSetDefaultSignals(attributes, signals);
        return error | Libc.SpawnAttributesSetFlags(attributes, SetSignalDefault | SetSignalMask | SetSession);
    }

    /// <summary>Collects a child that has ended; waits when it has not.</summary>
    /// <returns>Its exit code; 128 and the signal's number when a signal ended it, as shells have it.</returns>
    public static int Reap(int pid)
    {
        int status;
        while (Libc.WaitPid(pid, &status, 0) < 0)
            if (Errno.Last != Errno.Interrupted)
                throw Errno.Failure($"The end of process {pid} cannot be awaited");
        var signal = status & 0x7F;
        return signal == 0 ? (status >> 8) & 0xFF : 128 + signal;
    }

    /// <summary>A descriptor that becomes readable when the process ends.</summary>
    /// <exception cref="IOException">The kernel is older than 5.3. The process, a leader of its group, is killed: nobody could see its end.</exception>
    public static int OpenPidFd(int pid)
    {
        const nint pidfdOpen = 434;
        var fd = (int)Libc.Syscall(pidfdOpen, pid, 0);
        if (fd >= 0)
            return fd;
        var failure = Errno.Failure($"Process {pid} cannot be watched");
        _ = Libc.Kill(-pid, ProcessSession.Kill);
        throw failure;
    }

    /// <summary>A file in memory alone, rewound, for a child to read.</summary>
    public static int MemoryFile(ReadOnlySpan<byte> content)
    {
        int fd;
        fixed (byte* name = "script\0"u8)
            fd = Libc.MemoryFile(name, 1);
        if (fd < 0)
            throw Errno.Failure("A memory file cannot be made");
        if (!FileDescriptor.TryWrite(fd, content))
            throw Errno.Failure("A memory file cannot be written");

        Libc.Seek(fd, 0, 0);
        return fd;
    }
}
