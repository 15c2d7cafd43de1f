using System.Buffers;
using System.Globalization;

namespace Slipway.Runner.Config;

/// <summary>Durations as Go writes them (pkg.go.dev/time#ParseDuration): <c>1h30m</c>, <c>90s</c>, <c>1.5h</c>, <c>250ms</c>.</summary>
internal static class GoDuration
{
    private static readonly SearchValues<char> Digits = SearchValues.Create("0123456789.");

    public static bool TryParse(string text, out TimeSpan duration)
    {
        duration = TimeSpan.Zero;
        var rest = text.AsSpan().Trim();
        var negative = rest is ['-', ..];
        if (rest is ['+' or '-', ..])
            rest = rest[1..];
        if (rest is "0")
            return true;
        if (rest.IsEmpty)
            return false;
        var seconds = 0.0;
        while (!rest.IsEmpty)
        {
            var digits = rest.IndexOfAnyExcept(Digits);
            if (
                digits <= 0
                || !double.TryParse(rest[..digits], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var amount)
            )
                return false;
            rest = rest[digits..];
            var letters = rest.IndexOfAny(Digits);
            var unit = letters < 0 ? rest : rest[..letters];
            if (Seconds(unit) is not { } worth)
                return false;
            seconds += amount * worth;
            rest = rest[unit.Length..];
        }
        if (seconds > TimeSpan.MaxValue.TotalSeconds / 2)
            return false;
        duration = TimeSpan.FromSeconds(negative ? -seconds : seconds);
        return true;
    }

    /// <summary>As Go prints it: <c>1h0m0s</c>, <c>1m30s</c>, <c>2.5s</c>, <c>100ms</c>, <c>0s</c>.</summary>
    public static string Format(TimeSpan duration)
    {
        if (duration < TimeSpan.Zero)
            return "-" + Format(-duration);
        if (duration > TimeSpan.Zero && duration < TimeSpan.FromSeconds(1))
            return (duration.TotalMilliseconds >= 1 ? $"{duration.TotalMilliseconds:0.####}ms" : $"{duration.TotalMicroseconds:0.#}µs");
        var hours = (long)duration.TotalHours;
        var seconds = duration.Seconds + duration.Ticks % TimeSpan.TicksPerSecond / (double)TimeSpan.TicksPerSecond;
        return (hours > 0 ? $"{hours}h" : "") + (hours > 0 || duration.Minutes > 0 ? $"{duration.Minutes}m" : "") + $"{seconds:0.#######}s";
    }

    private static double? Seconds(ReadOnlySpan<char> unit) =>
        unit switch
        {
            "h" => 3600,
            "m" => 60,
            "s" => 1,
            "ms" => 1e-3,
            "us" or "µs" or "μs" => 1e-6,
            "ns" => 1e-9,
            _ => null,
        };
}
