using System.Buffers;
using Slipway.Runner.Posix;
using Slipway.Runner.Traces;

namespace Slipway.Runner.Executors.Shell;

/// <summary>
/// One script, running. Its output is carried to the log by one of the <see cref="OutputThreads"/>. The script's processes form a session, which
/// is what signals go to.
/// </summary>
internal sealed class ShellProcess
{
    /// <summary>How long after the shell's end to wait for processes that still hold its output (<c>&gt; &gt;(tee log)</c>).</summary>
    private const int AfterlifeMilliseconds = 500;

    /// <summary>How long the kernel may take to end what was killed.</summary>
    private static readonly TimeSpan KillLimit = TimeSpan.FromSeconds(10);

    /// <summary>Times ten milliseconds.</summary>
    private const int LeftoverWaits = 50;

    private const short PollIn = 1;
    private const int BufferSize = 64 * 1024;

    private readonly Lock _gate = new();
    private readonly JobTrace _trace;
    private readonly TimeProvider _time;
    private readonly int _exit;
    private int _output;
    private int _error;
    private bool _reaped;
    private bool _signalled;
    private long _killAt = long.MaxValue;

    private ShellProcess(int session, int exit, int output, int error, JobTrace trace, TimeProvider time) =>
        (Session, _exit, _output, _error, _trace, _time) = (session, exit, output, error, trace, time);

    /// <summary>Also the group of its first processes.</summary>
    public int Session { get; }

    /// <summary>Completes with the exit code when the shell and, if it was stopped, all of its session have ended.</summary>
    public Task<int> Exited { get; private set; } = Task.FromResult(0);

    /// <param name="script">What the program reads from its standard input.</param>
    public static ShellProcess Start(ChildStart start, ReadOnlySpan<byte> script, JobTrace trace, TimeProvider time)
    {
        var (readOutput, writeOutput) = Pipe();
        var (readError, writeError) = Pipe();
        var input = ChildProcess.MemoryFile(script);
        try
        {
            var session = ChildProcess.Start(start, input, writeOutput, writeError);
            var process = new ShellProcess(session, ChildProcess.OpenPidFd(session), readOutput, readError, trace, time);
            (readOutput, readError) = (-1, -1);
            process.Exited = process.RunThread();
            return process;
        }
        finally
        {
            Close(input);
            Close(writeOutput);
            Close(writeError);
            Close(readOutput);
            Close(readError);
        }
    }

    /// <summary>Tells the session to end, and kills what is left of it after <paramref name="grace"/>. May be called again with less.</summary>
    public void Stop(TimeSpan grace)
    {
        lock (_gate)
        {
            _killAt = Math.Min(_killAt, _time.GetTimestamp() + (long)(grace.TotalSeconds * _time.TimestampFrequency));
            if (!_reaped || ProcessSession.GroupExists(Session))
                ProcessSession.Signal(Session, grace <= TimeSpan.Zero ? ProcessSession.Kill : ProcessSession.Terminate);
            _signalled = true;
        }
    }

    /// <summary>Ends what the script left running in the background: a moment to end by itself, then not.</summary>
    /// <returns>Whether all have ended.</returns>
    public async Task<bool> EndLeftoversAsync()
    {
        ProcessSession.Signal(Session, ProcessSession.Terminate);
        for (var waits = 0; ProcessSession.Members(Session).Count > 0; waits++)
        {
            if (waits >= LeftoverWaits)
                ProcessSession.Signal(Session, ProcessSession.Kill);
            if (waits > LeftoverWaits * 20)
                return false;
            await Task.Delay(TimeSpan.FromMilliseconds(10), _time);
        }

        return true;
    }

    private Task<int> RunThread()
    {
        var done = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
        OutputThreads.Start(() =>
        {
            try
            {
                done.SetResult(Run());
            }
            catch (Exception e)
            {
                done.SetException(e);
            }
        });
        return done.Task;
    }

    private int Run()
    {
        var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            while (!Carry(buffer, _exit, milliseconds: 100))
                KillWhenDue();
            var code = Reap();
            var end = _time.GetTimestamp();
            while ((_output >= 0 || _error >= 0) && !_signalled && _time.GetElapsedTime(end).TotalMilliseconds < AfterlifeMilliseconds)
                Carry(buffer, -1, milliseconds: 50);
            if (_signalled)
                EndSession(buffer);
            return code;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
            Close(_output);
            Close(_error);
            Close(_exit);
        }
    }

    /// <summary>Waits for output, or for <paramref name="exit"/>, and hands on what there is.</summary>
    /// <returns>Whether the process has ended and all it wrote before is carried.</returns>
    private unsafe bool Carry(byte[] buffer, int exit, int milliseconds)
    {
        var fds = stackalloc PollFd[3];
        fds[0] = new PollFd { Fd = _output, Events = PollIn };
        fds[1] = new PollFd { Fd = _error, Events = PollIn };
        fds[2] = new PollFd { Fd = exit, Events = PollIn };
        if (Libc.Poll(fds, 3, milliseconds) <= 0)
            return false;
        var some =
            (fds[0].Returned != 0 && Read(ref _output, TraceStream.Output, buffer))
            | (fds[1].Returned != 0 && Read(ref _error, TraceStream.Error, buffer));
        return fds[2].Returned != 0 && !some;
    }

    private unsafe bool Read(ref int fd, TraceStream stream, byte[] buffer)
    {
        nint count;
        fixed (byte* start = buffer)
            count = Libc.Read(fd, start, buffer.Length);
        if (count > 0)
        {
            var write = _trace.WriteAsync(stream, buffer.AsMemory(0, (int)count));
            if (!write.IsCompletedSuccessfully)
                write.AsTask().GetAwaiter().GetResult();
            return true;
        }

        if (count < 0 && Errno.Last == Errno.Interrupted)
            return true;
        Close(fd);
        fd = -1;
        return false;
    }

    private int Reap()
    {
        lock (_gate)
        {
            _reaped = true;
            return ChildProcess.Reap(Session);
        }
    }

    private bool KillWhenDue()
    {
        lock (_gate)
        {
            if (_time.GetTimestamp() < _killAt)
                return false;
            ProcessSession.Signal(Session, ProcessSession.Kill);
            return true;
        }
    }

    /// <summary>The shell was stopped and is gone; this sees to it that nothing it started lives on.</summary>
    private void EndSession(byte[] buffer)
    {
        for (long? killed = null; ProcessSession.Members(Session).Count > 0; )
        {
            Carry(buffer, -1, milliseconds: 10);
            if (_output < 0 && _error < 0)
                Nap();
            if (KillWhenDue())
                killed ??= _time.GetTimestamp();
            if (killed is { } since && _time.GetElapsedTime(since) > KillLimit)
                throw new IOException($"Processes of the job do not end although they were killed: session {Session}");
        }
    }

    private static unsafe void Nap()
    {
        PollFd none;
        _ = Libc.Poll(&none, 0, 10);
    }

    private static unsafe (int Read, int Write) Pipe()
    {
        var ends = stackalloc int[2];
        return Libc.Pipe(ends, Libc.CloseOnExec) == 0 ? (ends[0], ends[1]) : throw Errno.Failure("A pipe cannot be made");
    }

    private static void Close(int fd)
    {
        if (fd >= 0)
            _ = Libc.Close(fd);
    }
}
