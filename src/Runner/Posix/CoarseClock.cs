namespace Slipway.Runner.Posix;

/// <summary>The clock that the kernel stamps files by. It stands still for up to ten milliseconds at a time.</summary>
internal static unsafe class CoarseClock
{
    private const int RealTime = 0;
    private const int RealTimeCoarse = 5;

    /// <summary>Waits until any further change of a file gets another stamp than those made so far.</summary>
    public static void Pass()
    {
        TimeSpec now,
            stamp;
        _ = Libc.GetTime(RealTime, &now);
        // Should the clock be set back meanwhile, a wait that has been long enough ends too.
        for (var naps = 0; naps < 50 && Libc.GetTime(RealTimeCoarse, &stamp) == 0 && !IsLater(stamp, now); naps++)
        {
            PollFd none;
            _ = Libc.Poll(&none, 0, 1);
        }
    }

    private static bool IsLater(TimeSpec stamp, TimeSpec than) =>
        (stamp.Seconds, stamp.Nanoseconds).CompareTo((than.Seconds, than.Nanoseconds)) > 0;
}
