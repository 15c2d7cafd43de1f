namespace Slipway.Server.Schedules;

/// <summary>
/// When something comes again, as GitLab reads it (https://docs.gitlab.com/topics/cron/): minute, hour, day of the month, month, day of the week. Lists, ranges
/// (<c>22-2</c> goes over midnight), steps, English names; <c>L</c> and <c>-1</c> for a month's last day, <c>mon#1</c> and <c>fri#L</c> for its first Monday and
/// last Friday; <c>@daily</c> and its like. Where day of month and day of week are both said, either will do. Not read: seconds, <c>%</c> and <c>&amp;</c>.
/// </summary>
internal sealed class Cron
{
    private const int MaxLength = 255;

    /// <summary>Between two 29ths of February there may be eight.</summary>
    private const int YearsAhead = 9;

    private readonly ulong _minutes;
    private readonly ulong _hours;
    private readonly ulong _months;
    private readonly CronDays _days;

    private Cron(ulong minutes, ulong hours, ulong months, CronDays days) =>
        (_minutes, _hours, _months, _days) = (minutes, hours, months, days);

    /// <returns>Nothing when it is no such text, or no day is ever meant.</returns>
    public static Cron? Parse(string text)
    {
        if (text.Length > MaxLength)
            return null;
        var fields = Plain(text.Trim()).Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
        if (
            fields.Length != 5
            || CronField.Minutes.Parse(fields[0]) is not { } minutes
            || CronField.Hours.Parse(fields[1]) is not { } hours
            || CronField.Months.Parse(fields[3]) is not { } months
            || CronDays.Parse(fields[2], fields[4]) is not { } days
        )
            return null;
        var cron = new Cron(minutes, hours, months, days);
        return cron.Next(DateTimeOffset.UnixEpoch, TimeZoneInfo.Utc) is null ? null : cron;
    }

    /// <summary>
    /// The first moment after another. A time that summer time leaves out is no time on that day; one that comes twice is meant the first time, but every hour
    /// and every minute go on.
    /// </summary>
    /// <returns>Nothing when there is none for nine years.</returns>
    public DateTimeOffset? Next(DateTimeOffset after, TimeZoneInfo zone)
    {
        var begun = TimeZoneInfo.ConvertTime(after, zone).DateTime;
        var at = after.ToUniversalTime().AddTicks(-(after.UtcTicks % TimeSpan.TicksPerMinute)).AddMinutes(1);
        var end = after.AddYears(YearsAhead);
        while (at < end)
        {
            var there = TimeZoneInfo.ConvertTime(at, zone).DateTime;
            if (!Has(_months, there.Month))
                at = Midnight(new DateTime(there.Year, there.Month, 1).AddMonths(1), zone);
            else if (!_days.Has(there))
                at = Midnight(there.Date.AddDays(1), zone);
            else if (!Has(_hours, there.Hour))
                at = at.AddMinutes(60 - there.Minute);
            else if (!Has(_minutes, there.Minute) || IsSameMinute(there, begun))
                at = at.AddMinutes(1);
            else
                return at;
        }

        return null;
    }

    private static bool Has(ulong set, int value) => (set >> value & 1) == 1;

    /// <summary>The same words on the clock as at the beginning: the hour that summer time repeats.</summary>
    private static bool IsSameMinute(DateTime one, DateTime other) =>
        one.Ticks / TimeSpan.TicksPerMinute == other.Ticks / TimeSpan.TicksPerMinute;

    /// <summary>When a day begins: where it has no midnight, an hour later; where it has two, with the first.</summary>
    private static DateTimeOffset Midnight(DateTime day, TimeZoneInfo zone)
    {
        while (zone.IsInvalidTime(day))
            day = day.AddMinutes(30);
        var offset = zone.IsAmbiguousTime(day) ? zone.GetAmbiguousTimeOffsets(day).Max() : zone.GetUtcOffset(day);
        return new DateTimeOffset(day, offset).ToUniversalTime();
    }

    private static string Plain(string text) =>
        text.ToLowerInvariant() switch
        {
            "@yearly" or "@annually" => "0 0 1 1 *",
            "@monthly" => "0 0 1 * *",
            "@weekly" => "0 0 * * 0",
            "@daily" or "@midnight" => "0 0 * * *",
            "@noon" => "0 12 * * *",
            "@hourly" => "0 * * * *",
            var said => said,
        };
}
