namespace Slipway.Runner.Posix;

/// <summary>Times of files where .NET would follow a link.</summary>
internal static unsafe class FileTimes
{
    /// <summary>Sets when a file, or a link itself, was changed. A file that cannot have it keeps its time.</summary>
    public static void SetModified(string path, DateTimeOffset time)
    {
        var ticks = time.UtcTicks - DateTimeOffset.UnixEpoch.Ticks;
        var times = stackalloc TimeSpec[2];
        times[0] = times[1] = new TimeSpec
        {
            Seconds = Math.DivRem(ticks, TimeSpan.TicksPerSecond, out var rest),
            Nanoseconds = rest * 100,
        };
        if (rest < 0)
            return;
        fixed (byte* bytes = CStrings.Terminated(path))
            _ = Libc.SetTimesAt(Libc.AtFdCwd, bytes, times, Libc.AtSymlinkNoFollow);
    }
}
