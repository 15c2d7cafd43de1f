using System.Globalization;

namespace Slipway.Cli.LocalRun;

/// <summary>How long something took, for people.</summary>
internal static class Durations
{
    /// <summary><c>0.4s</c>, <c>12.4s</c>, <c>2m 05s</c>, <c>1h 02m</c>.</summary>
    public static string Of(TimeSpan time) =>
        time < TimeSpan.FromMinutes(1) ? string.Create(CultureInfo.InvariantCulture, $"{Math.Max(0, time.TotalSeconds):0.0}s")
        : time < TimeSpan.FromHours(1) ? $"{(int)time.TotalMinutes}m {time.Seconds:00}s"
        : $"{(int)time.TotalHours}h {time.Minutes:00}m";

    /// <summary><c>00:31</c>, <c>1:02:03</c>: for clocks that tick.</summary>
    public static string Clock(TimeSpan time) =>
        time < TimeSpan.FromHours(1)
            ? $"{(int)time.TotalMinutes:00}:{time.Seconds:00}"
            : $"{(int)time.TotalHours}:{time.Minutes:00}:{time.Seconds:00}";
}
