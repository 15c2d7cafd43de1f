namespace Slipway.Scenarios;

/// <summary>
/// A clock on which waiting costs nothing. It goes as the real one does, and when no work is left in the process but timers, it jumps to the next. Work is what the
/// thread pool is doing or has queued, so a job that copies files for a while is never overtaken by its own timeout.
/// </summary>
internal sealed class VirtualTime : TimeProvider, IDisposable
{
    /// <summary>The thread pool tells nobody that it has nothing to do; it has to be asked.</summary>
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(1);

    private readonly Lock _gate = new();
    private readonly ManualResetEventSlim _ended = new(false, spinCount: 0);
    private readonly PriorityQueue<VirtualTimer, (DateTimeOffset Due, long Order)> _timers = new();
    private readonly Thread _jumper;
    private TimeSpan _skipped;
    private long _order;

    public VirtualTime()
    {
        _jumper = new Thread(JumpWhenIdle) { IsBackground = true, Name = nameof(VirtualTime) };
        _jumper.Start();
    }

    public override DateTimeOffset GetUtcNow()
    {
        lock (_gate)
            return System.GetUtcNow() + _skipped;
    }

    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;
    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => GetUtcNow().UtcTicks;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new VirtualTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    public void Dispose()
    {
        _ended.Set();
        _jumper.Join();
        _ended.Dispose();
    }

    private void JumpWhenIdle()
    {
        var idle = false;
        while (!_ended.Wait(s_pause))
        {
            var wasIdle = idle;
            idle = IsIdle();
            if (idle && wasIdle)
                idle = !JumpToNext();
        }
    }

    private static bool IsIdle()
    {
        ThreadPool.GetMaxThreads(out var all, out _);
        ThreadPool.GetAvailableThreads(out var free, out _);
        return ThreadPool.PendingWorkItemCount == 0 && all == free;
    }

    private bool JumpToNext()
    {
        VirtualTimer? due;
        lock (_gate)
        {
            if (!_timers.TryDequeue(out due, out var at))
                return false;
            if (!due.IsSetFor(at.Order))
                return true;
            var early = at.Due - GetUtcNow();
            _skipped += early > TimeSpan.Zero ? early : TimeSpan.Zero;
        }
        ThreadPool.UnsafeQueueUserWorkItem(static timer => timer.Fire(), due, preferLocal: false);
        return true;
    }

    private sealed class VirtualTimer(VirtualTime clock, TimerCallback callback, object? state) : ITimer
    {
        private TimeSpan _period = Timeout.InfiniteTimeSpan;
        private long _set = -1;

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (clock._gate)
            {
                _period = period;
                _set = -1;
                if (dueTime == Timeout.InfiniteTimeSpan)
                    return true;
                _set = clock._order++;
                clock._timers.Enqueue(this, (clock.GetUtcNow() + dueTime, _set));
                return true;
            }
        }

        public bool IsSetFor(long order) => _set == order;

        public void Fire()
        {
            var period = _period;
            Change(period > TimeSpan.Zero ? period : Timeout.InfiniteTimeSpan, period);
            callback(state);
        }

        public void Dispose() => Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
