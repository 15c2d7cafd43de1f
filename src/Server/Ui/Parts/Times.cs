using System.Globalization;
using Slipway.Server.Http;
using Slipway.Server.Ui.Markup;

namespace Slipway.Server.Ui.Parts;

/// <summary>Instants and durations, in words, with the exact one behind them.</summary>
internal static class Times
{
    /// <summary><c>5 minutes ago</c>.</summary>
    /// <param name="at">Unix milliseconds; nothing gives nothing.</param>
    public static Html Ago(long? at, DateTimeOffset now)
    {
        if (at is not { } milliseconds)
            return Html.Nothing;
        var instant = milliseconds.Instant().UtcDateTime;
        var exact = instant.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        var shown = instant.ToString("yyyy-MM-dd HH:mm:ss 'UTC'", CultureInfo.InvariantCulture);
        return Html.Of($"<time datetime=\"{exact}\" title=\"{shown}\">{Words(now.UtcDateTime - instant)}</time>");
    }

    /// <summary><c>in 5 minutes</c>, and <c>now</c> for what is past.</summary>
    /// <param name="at">Unix milliseconds.</param>
    public static Html Until(long at, DateTimeOffset now)
    {
        var instant = at.Instant().UtcDateTime;
        var exact = instant.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        var shown = instant.ToString("yyyy-MM-dd HH:mm:ss 'UTC'", CultureInfo.InvariantCulture);
        var (count, unit) = Count(instant - now.UtcDateTime);
        return Html.Of(
            $"<time datetime=\"{exact}\" title=\"{shown}\">{(count == 0 ? "now" : $"in {count} {unit}{(count == 1 ? "" : "s")}")}</time>"
        );
    }

    /// <summary><c>1 h 2 min</c>, <c>3 min 4 s</c>, <c>5 s</c>, <c>&lt; 1 s</c>.</summary>
    public static string Span(long seconds) =>
        seconds >= 3600 ? $"{seconds / 3600} h {seconds % 3600 / 60} min"
        : seconds >= 60 ? $"{seconds / 60} min {seconds % 60} s"
        : seconds > 0 ? $"{seconds} s"
        : "< 1 s";

    /// <summary>From a start to an end, or until now.</summary>
    /// <returns>Nothing when it has not begun.</returns>
    public static string? Between(long? start, long? end, DateTimeOffset now) =>
        start is { } from ? Span(((end ?? now.ToUnixTimeMilliseconds()) - from) / 1000) : null;

    /// <summary>The same on a page, where it goes on as long as it has no end.</summary>
    public static Html Took(long? start, long? end, DateTimeOffset now)
    {
        if (Between(start, end, now) is not { } words)
            return Html.Nothing;
        var seconds = ((end ?? now.ToUnixTimeMilliseconds()) - start!.Value) / 1000;
        return end is null ? Html.Of($"<span data-seconds=\"{seconds}\">{words}</span>") : Html.Of($"<span>{words}</span>");
    }

    internal static string Words(TimeSpan ago)
    {
        var (count, unit) = Count(ago);
        return count == 0 ? "just now" : $"{count} {unit}{(count == 1 ? "" : "s")} ago";
    }

    private static (int Count, string Unit) Count(TimeSpan span) =>
        span switch
        {
            { TotalSeconds: < 5 } => (0, ""),
            { TotalMinutes: < 1 } => ((int)span.TotalSeconds, "second"),
            { TotalHours: < 1 } => ((int)span.TotalMinutes, "minute"),
            { TotalDays: < 1 } => ((int)span.TotalHours, "hour"),
            { TotalDays: < 60 } => ((int)span.TotalDays, "day"),
            _ => ((int)(span.TotalDays / 30.4), "month"),
        };
}
