using System.Collections.Concurrent;
using Slipway.Runner.Config;

namespace Slipway.Runner.Coordinator;

/// <summary>What the runners of one process share, and what outlives a change of the configuration.</summary>
internal sealed class LoopState(RunnerLoopSettings settings) : IDisposable
{
    private readonly Lock _gate = new();
    private readonly ConcurrentDictionary<string, SlotTable> _slots = [];
    private readonly ConcurrentDictionary<(string, string, string), Gate> _limits = [];
    private readonly CancellationTokenSource _enough = new();
    private int _count;
    private long _lastJob = settings.Time.GetTimestamp();

    /// <summary><c>concurrent</c>. Whoever asks for a job has a place already.</summary>
    public Gate Jobs { get; } = new(settings.Config.Concurrent);

    /// <summary>As many jobs as were wanted have come.</summary>
    public CancellationToken Enough => _enough.Token;

    public TimeSpan SinceLastJob => settings.Time.GetElapsedTime(Interlocked.Read(ref _lastJob));

    /// <summary>Folders are named after short tokens, so runners that share one share its slots too.</summary>
    public SlotTable SlotsOf(RunnerConfig runner) => _slots.GetOrAdd(runner.ShortToken, _ => new SlotTable());

    public Gate LimitOf(RunnerConfig runner)
    {
        var gate = _limits.GetOrAdd((runner.Name, runner.Url, runner.Token), _ => new Gate(runner.Limit));
        gate.Capacity = runner.Limit;
        return gate;
    }

    /// <returns>Whether one more job may begin. One that may not is left to others: its offer lapses.</returns>
    public bool TryCount()
    {
        Interlocked.Exchange(ref _lastJob, settings.Time.GetTimestamp());
        var count = Interlocked.Increment(ref _count);
        if (count >= settings.MaxJobs)
            _enough.Cancel();
        return settings.MaxJobs is not { } most || count <= most;
    }

    public void Tell(RunnerEvent what)
    {
        lock (_gate)
            settings.Tell(what);
    }

    public void Dispose() => _enough.Dispose();
}
