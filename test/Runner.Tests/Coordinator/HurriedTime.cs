namespace Slipway.Runner.Tests.Coordinator;

/// <summary>A clock on which pauses of up to a minute pass fifty times as fast; longer limits are what they are.</summary>
internal sealed class HurriedTime : TimeProvider
{
    private const int Haste = 50;

    public override long TimestampFrequency => System.TimestampFrequency / Haste;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        System.CreateTimer(
            callback,
            state,
            dueTime > TimeSpan.Zero && dueTime <= TimeSpan.FromMinutes(1) ? dueTime / Haste : dueTime,
            period
        );
}
