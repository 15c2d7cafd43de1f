namespace Slipway.Runner.Tests.Coordinator;

/// <summary>A clock on which pauses pass fifty times as fast; long limits are what they are.</summary>
/// <param name="longest">Pauses so long are hurried yet; nothing: a minute.</param>
internal sealed class HurriedTime(TimeSpan? longest = null) : TimeProvider
{
    private const int Haste = 50;

    public override long TimestampFrequency => System.TimestampFrequency / Haste;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        System.CreateTimer(
            callback,
            state,
            dueTime > TimeSpan.Zero && dueTime <= (longest ?? TimeSpan.FromMinutes(1)) ? dueTime / Haste : dueTime,
            period
        );
}
