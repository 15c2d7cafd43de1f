namespace Slipway.Cli.Tests.Support;

/// <summary>A clock that stands still, and on which short waits cost nothing: a timer due within ten seconds fires at once, a longer one never.</summary>
internal sealed class HurriedTime(DateTimeOffset now) : TimeProvider
{
    public DateTimeOffset Now { get; set; } = now;

    public override DateTimeOffset GetUtcNow() => Now;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var isShort = dueTime >= TimeSpan.Zero && dueTime <= TimeSpan.FromSeconds(10);
        // At once and here: what is waited for may be quicker than another thread.
        if (isShort)
            callback(state);
        return System.CreateTimer(callback, state, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }
}
