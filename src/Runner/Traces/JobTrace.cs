using System.Text;
using Slipway.Runner.Masking;

namespace Slipway.Runner.Traces;

/// <summary>Who wrote a piece of a job's log. Each is masked on its own.</summary>
public enum TraceStream
{
    /// <summary>The runner's own lines.</summary>
    Runner,

    /// <summary>The standard output of the job's processes.</summary>
    Output,

    /// <summary>Their standard error.</summary>
    Error,
}

/// <summary>
/// A job's log (runner-protocol §10). All may write at any time from any thread. What is written is masked, repaired to UTF-8, stamped with the
/// time when that is wanted, cut at the limit, and handed on in order, one piece at a time. A sink that is slow slows down those who call
/// <see cref="WriteAsync"/>; the runner's own lines never wait.
/// </summary>
public sealed class JobTrace : IAsyncDisposable
{
    /// <summary>So much may wait for the sink before writers have to.</summary>
    private const int Room = 256 * 1024;

    private readonly Func<ReadOnlyMemory<byte>, CancellationToken, ValueTask> _sink;
    private readonly TimeProvider _time;
    private readonly bool _sections;
    private readonly Lock _gate = new();
    private readonly StreamFilter[] _filters;
    private readonly Timestamper[]? _stampers;
    private readonly TraceLimit _limit;
    private readonly ByteBuffer _filtered = new();
    private readonly ByteBuffer _stamped = new();
    private ByteBuffer _waiting = new();
    private ByteBuffer _leaving = new();
    private TaskCompletionSource? _draining;
    private Exception? _broken;

    internal JobTrace(
        MaskSet masks,
        JobTraceOptions options,
        Func<ReadOnlyMemory<byte>, CancellationToken, ValueTask> sink,
        TimeProvider time
    )
    {
        (_sink, _time, _sections) = (sink, time, options.Sections);
        _filters = [new(masks), new(masks), new(masks)];
        _stampers = options.Timestamps ? [new(0, 'O', time), new(1, 'O', time), new(1, 'E', time)] : null;
        _limit = new TraceLimit(options.Limit);
    }

    /// <summary>A plain line of the runner's.</summary>
    public void Line(string text) => Runner($"{text}\n");

    /// <summary>A line the runner wants seen: bold green.</summary>
    public void Info(string text) => Runner($"\e[0K\e[32;1m{text}\e[0;m\n");

    public void Warning(string text) => Runner($"\e[0K\e[0;33mWARNING: {text}\e[0;m\n");

    public void Error(string text) => Runner($"\e[0K\e[31;1mERROR: {text}\e[0;m\n");

    /// <summary>Begins a section that viewers fold; disposing what comes back ends it.</summary>
    /// <param name="name">One of runner-protocol §10.2, <c>prepare_executor</c>.</param>
    /// <param name="header">Its first line, bold cyan.</param>
    public IDisposable Section(string name, string header)
    {
        Mark("start", name);
        Runner($"\e[0K\e[36;1m{header}\e[0;m\n");
        return new OpenSection(this, name);
    }

    /// <summary>Takes output of the job's processes, whatever its bytes. Comes back when there is room for more.</summary>
    public ValueTask WriteAsync(TraceStream stream, ReadOnlyMemory<byte> bytes, CancellationToken ct = default)
    {
        Task full;
        lock (_gate)
        {
            Take(stream, bytes.Span);
            full = _waiting.Length > Room && _draining is not null ? _draining.Task : Task.CompletedTask;
        }

        Drain();
        return full.IsCompleted ? ValueTask.CompletedTask : new ValueTask(full.WaitAsync(ct));
    }

    /// <summary>The processes that wrote so far have ended: what was held back as the possible beginning of a secret is written.</summary>
    public void EndOutput()
    {
        lock (_gate)
        {
            End(TraceStream.Output);
            End(TraceStream.Error);
        }

        Drain();
    }

    /// <summary>Waits until the sink has all that was written before.</summary>
    /// <exception cref="IOException">The sink failed: the log is not whole.</exception>
    public async Task FlushAsync()
    {
        await DrainedAsync();
        if (_broken is not null)
            throw new IOException("The job's log cannot be written: " + _broken.Message, _broken);
    }

    /// <summary>Writes the rest. Nothing may be written after it.</summary>
    public async ValueTask DisposeAsync()
    {
        lock (_gate)
        {
            End(TraceStream.Output);
            End(TraceStream.Error);
            End(TraceStream.Runner);
        }

        await DrainedAsync();
        foreach (var filter in _filters)
            filter.Dispose();
        foreach (var stamper in _stampers ?? [])
            stamper.Dispose();
        foreach (var buffer in (ReadOnlySpan<ByteBuffer>)[_filtered, _stamped, _waiting, _leaving])
            buffer.Dispose();
    }

    private void Runner(string text)
    {
        lock (_gate)
        {
            Take(TraceStream.Runner, Encoding.UTF8.GetBytes(text));
            // The runner's lines are whole: no secret of theirs goes on in the next.
            End(TraceStream.Runner);
        }

        Drain();
    }

    private void Mark(string what, string section)
    {
        if (_sections)
            Runner($"section_{what}:{_time.GetUtcNow().ToUnixTimeSeconds()}:{section}\r\e[0K");
    }

    private void Take(TraceStream stream, ReadOnlySpan<byte> bytes) => Pass(stream, _filters[(int)stream].Apply(bytes));

    private void End(TraceStream stream)
    {
        _filtered.Clear();
        _filters[(int)stream].End(_filtered);
        Pass(stream, _filtered.Span);
        if (_stampers is null || stream == TraceStream.Runner)
            return;
        _stamped.Clear();
        _stampers[(int)stream].End(_stamped);
        _limit.Apply(_stamped.Span, _waiting);
    }

    private void Pass(TraceStream stream, ReadOnlySpan<byte> text)
    {
        if (_stampers is null)
        {
            _limit.Apply(text, _waiting);
            return;
        }

        _stamped.Clear();
        _stampers[(int)stream].Apply(text, _stamped);
        _limit.Apply(_stamped.Span, _waiting);
    }

    /// <summary>Whoever finds nobody at it carries what waits to the sink; the others leave theirs to be carried.</summary>
    private void Drain()
    {
        lock (_gate)
        {
            if (_draining is not null || _waiting.Length == 0)
                return;
            _draining = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            (_waiting, _leaving) = (_leaving, _waiting);
        }

        _ = CarryAsync();
    }

    private Task DrainedAsync()
    {
        Drain();
        lock (_gate)
            return _draining?.Task ?? Task.CompletedTask;
    }

    private async Task CarryAsync()
    {
        for (var done = false; !done; )
        {
            try
            {
                if (_broken is null)
                    await _sink(_leaving.Memory, CancellationToken.None);
            }
            catch (Exception e)
            {
                _broken = e;
            }

            done = !CarryOn();
        }
    }

    private bool CarryOn()
    {
        lock (_gate)
        {
            _leaving.Clear();
            if (_waiting.Length > 0)
            {
                (_waiting, _leaving) = (_leaving, _waiting);
                return true;
            }

            _draining!.SetResult();
            _draining = null;
            return false;
        }
    }

    private sealed class OpenSection(JobTrace trace, string name) : IDisposable
    {
        private bool _ended;

        public void Dispose()
        {
            if (!_ended)
                trace.Mark("end", name);
            _ended = true;
        }
    }
}

/// <param name="Limit">Bytes.</param>
/// <param name="Sections">Whether the reader of the log knows section marks.</param>
internal sealed record JobTraceOptions(long Limit, bool Sections, bool Timestamps);
