namespace Slipway.Runner.Posix;

/// <summary>Times of files where .NET would follow a link.</summary>
internal static unsafe class FileTimes
{
    /// <summary>Sets when a file, or a link itself, was changed. A file that cannot have it keeps its time.</summary>
    public static void SetModified(string path, DateTimeOffset time)
    {
        var times = stackalloc TimeSpec[2];
        if (!Write(time, times))
            return;
        fixed (byte* bytes = CStrings.Terminated(path))
            _ = Libc.SetTimesAt(Libc.AtFdCwd, bytes, times, Libc.AtSymlinkNoFollow);
    }

    /// <inheritdoc cref="SetModified(string, DateTimeOffset)"/>
    public static void SetModified(int fd, DateTimeOffset time)
    {
        var times = stackalloc TimeSpec[2];
        if (Write(time, times))
            _ = Libc.SetTimes(fd, times);
    }

    private static bool Write(DateTimeOffset time, TimeSpec* times)
    {
        var ticks = time.UtcTicks - DateTimeOffset.UnixEpoch.Ticks;
        times[0] = times[1] = new TimeSpec
        {
            Seconds = Math.DivRem(ticks, TimeSpan.TicksPerSecond, out var rest),
            Nanoseconds = rest * 100,
        };
        return rest >= 0;
    }
}
