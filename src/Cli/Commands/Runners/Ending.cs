using System.Runtime.InteropServices;
using Slipway.Runner.Coordinator;

namespace Slipway.Cli.Commands.Runners;

/// <summary>
/// How a runner is told to end: SIGTERM, SIGQUIT or Ctrl-C once, and it takes no more jobs and finishes those it has; twice, and it ends them; a third
/// time, and it is gone. SIGHUP makes it read its configuration again.
/// </summary>
internal sealed class Ending : IDisposable
{
    private readonly CancellationTokenSource _drain = new();
    private readonly CancellationTokenSource _abort = new();
    private readonly List<PosixSignalRegistration> _registrations = [];
    private readonly Action<RunnerEvent> _tell;
    private int _count;
    private int _reloads;

    public Ending(Action<RunnerEvent> tell)
    {
        _tell = tell;
        foreach (var signal in (PosixSignal[])[PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGQUIT])
            _registrations.Add(PosixSignalRegistration.Create(signal, Take));
        _registrations.Add(
            PosixSignalRegistration.Create(
                PosixSignal.SIGHUP,
                context =>
                {
                    context.Cancel = true;
                    Interlocked.Increment(ref _reloads);
                }
            )
        );
    }

    public CancellationToken Drain => _drain.Token;

    public CancellationToken Abort => _abort.Token;

    /// <summary>Whether SIGHUP has come since this was last asked.</summary>
    public bool TakeReload() => Interlocked.Exchange(ref _reloads, 0) > 0;

    public void Dispose()
    {
        foreach (var registration in _registrations)
            registration.Dispose();
        _drain.Dispose();
        _abort.Dispose();
    }

    private void Take(PosixSignalContext context)
    {
        var count = Interlocked.Increment(ref _count);
        if (count > 2)
            return;
        context.Cancel = true;
        var what =
            count == 1 ? "no more jobs are taken; those that run are finished (once more: they are ended)" : "running jobs are ended";
        _tell(new RunnerEvent(RunnerEventLevel.Warning, what, [("signal", context.Signal.ToString())]));
        (count == 1 ? _drain : _abort).Cancel();
    }
}
