namespace Slipway.Server.Tests.Support;

/// <summary>
/// A clock that stands still until it is told to move; timers that fall due then fire at once, in the order of their times. Who looks at the clock meanwhile sees
/// where it has moved to.
/// </summary>
internal sealed class Clock(DateTimeOffset now) : TimeProvider
{
    private readonly Lock _gate = new();
    private readonly List<Timer> _timers = [];
    private DateTimeOffset _now = now;

    public Clock()
        : this(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero)) { }

    /// <summary>
    /// Whether timers with a period fall due again after the first time. Most tests go round themselves when they have moved the clock, and the server's own rounds
    /// would take away what they look for.
    /// </summary>
    public bool Repeats { get; init; }

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow()
    {
        lock (_gate)
            return _now;
    }

    public override long GetTimestamp() => GetUtcNow().UtcTicks;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new Timer(this, () => callback(state));
        timer.Change(dueTime, period);
        return timer;
    }

    public void Advance(TimeSpan by)
    {
        lock (_gate)
            _now += by;
        while (TakeDue() is { } timer)
            timer.Fire();
    }

    /// <returns>The timer that has been due the longest, set to when it is due again; nothing when none is.</returns>
    private Timer? TakeDue()
    {
        lock (_gate)
        {
            var timer = _timers.Where(timer => timer.Due <= _now).MinBy(timer => timer.Due);
            timer?.GoOn();
            return timer;
        }
    }

    private sealed class Timer(Clock clock, Action fire) : ITimer
    {
        private TimeSpan _period;

        public DateTimeOffset Due { get; private set; }

        public void Fire() => fire();

        /// <summary>Only while the clock is held.</summary>
        public void GoOn()
        {
            // As the system's timers: no period, and none that is infinite, is once.
            if (_period > TimeSpan.Zero && clock.Repeats)
                Due += _period;
            else
                clock._timers.Remove(this);
        }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (clock._gate)
            {
                clock._timers.Remove(this);
                if (dueTime == Timeout.InfiniteTimeSpan)
                    return true;
                (_period, Due) = (period, clock._now + dueTime);
                clock._timers.Add(this);
                if (dueTime > TimeSpan.Zero)
                    return true;
                GoOn();
            }

            Fire();
            return true;
        }

        public void Dispose() => Change(Timeout.InfiniteTimeSpan, default);

        public ValueTask DisposeAsync()
        {
            Dispose();
            return default;
        }
    }
}
