namespace Slipway.Server.Schedules;

/// <summary>Which days a cron line means: days of the month, counted from its beginning or its end, and days of the week, all of a month's or the nth.</summary>
internal sealed class CronDays
{
    private static readonly CronField OfMonth = new(1, 31);

    private static readonly CronField OfWeek = new(0, 6, "sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday");

    private readonly HashSet<int> _ofMonth = [];
    private readonly HashSet<int> _ofWeek = [];

    /// <summary>Day of the week, and which of the month's, from 1, or from -1 backwards.</summary>
    private readonly HashSet<(int Day, int Nth)> _nth = [];

    private bool _anyOfMonth;
    private bool _anyOfWeek;

    /// <returns>Nothing when one of them is no such field.</returns>
    public static CronDays? Parse(string month, string week)
    {
        var days = new CronDays();
        return month.Split(',').All(days.AddOfMonth) && week.Split(',').All(days.AddOfWeek) ? days : null;
    }

    public bool Has(DateTime day)
    {
        if (!_anyOfMonth && !_anyOfWeek)
            return HasOfMonth(day) || HasOfWeek(day);
        return (_anyOfMonth || HasOfMonth(day)) && (_anyOfWeek || HasOfWeek(day));
    }

    private bool HasOfMonth(DateTime day) => _ofMonth.Contains(day.Day) || _ofMonth.Contains(day.Day - 1 - Length(day));

    private bool HasOfWeek(DateTime day)
    {
        var weekday = (int)day.DayOfWeek;
        return _ofWeek.Contains(weekday)
            || _nth.Contains((weekday, (day.Day - 1) / 7 + 1))
            || _nth.Contains((weekday, -((Length(day) - day.Day) / 7 + 1)));
    }

    private static int Length(DateTime day) => DateTime.DaysInMonth(day.Year, day.Month);

    private bool AddOfMonth(string text)
    {
        if (text is "l" or "last")
            text = "-1";
        if (OfMonth.Item(text) is not var (from, to, step) || from == 0 || to == 0)
            return false;
        _anyOfMonth |= text is "*" or "*/1";
        if (from > 0 && to > 0)
            _ofMonth.UnionWith(OfMonth.Values(from, to, step));
        else if (from < 0 && from <= to && to < 0)
            _ofMonth.UnionWith(Enumerable.Range(from, to - from + 1).Where(day => (day - from) % step == 0));
        // From -5 on is to the month's end.
        else if (from < 0 && text.Contains('/'))
            _ofMonth.UnionWith(Enumerable.Range(from, -from).Where(day => (day - from) % step == 0));
        else
            return false;
        return true;
    }

    private bool AddOfWeek(string text)
    {
        if (text.Split('#') is [var name, var which])
        {
            if (Day(name) is not { } day || Nth(which) is not { } nth)
                return false;
            _nth.Add((day, nth));
            return true;
        }

        // Sunday is 0 and 7: 5-7 is Friday to Sunday.
        if (text == "7" || text.StartsWith("7-") || text.StartsWith("7/"))
            text = "0" + text[1..];
        var isToSunday = text.Contains("-7");
        if (OfWeek.Item(isToSunday ? text.Replace("-7", "-6") : text) is not var (from, to, step) || from < 0 || to < 0)
            return false;
        _anyOfWeek |= text is "*" or "*/1";
        var toSunday = Enumerable.Range(from, 8 - from).Where(day => (day - from) % step == 0).Select(day => day % 7);
        _ofWeek.UnionWith(isToSunday ? toSunday : OfWeek.Values(from, to, step));
        return true;
    }

    private static int? Day(string text) => OfWeek.Number(text == "7" ? "0" : text) is >= 0 and var day ? day : null;

    private static int? Nth(string text) =>
        text is "l" or "last" ? -1
        : int.TryParse(text, out var nth) && nth is (>= 1 and <= 5) or (>= -5 and <= -1) ? nth
        : null;
}
