using System.Globalization;

namespace Slipway.Server.Http;

/// <summary>Days as GitLab's clients write them, <c>2026-07-01</c>, and as rows hold them: the instant at which the day begins in UTC.</summary>
internal static class Days
{
    /// <summary>The day of an instant in ISO 8601 counts too.</summary>
    /// <returns>Nothing when it is no day.</returns>
    public static DateOnly? Parse(string text)
    {
        var day = text.Length > 10 && text[10] == 'T' ? text[..10] : text;
        return DateOnly.TryParseExact(day, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var parsed) ? parsed : null;
    }

    public static long Midnight(DateOnly day) =>
        new DateTimeOffset(day.ToDateTime(TimeOnly.MinValue), TimeSpan.Zero).ToUnixTimeMilliseconds();

    public static string? Day(this long? milliseconds) => milliseconds?.Instant().ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
