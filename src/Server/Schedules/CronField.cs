using System.Globalization;
using System.Text.RegularExpressions;

namespace Slipway.Server.Schedules;

/// <summary>One of a cron line's fields: which numbers it may hold, and their names. A set of them is one word, a bit for each.</summary>
/// <param name="Names">Of the first number and on, in lower case; three letters of one will do.</param>
internal sealed partial record CronField(int Least, int Most, params string[] Names)
{
    public static readonly CronField Minutes = new(0, 59);
    public static readonly CronField Hours = new(0, 23);

    public static readonly CronField Months = new(
        1,
        12,
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december"
    );

    /// <returns>Nothing when it is not one.</returns>
    public ulong? Parse(string text)
    {
        ulong set = 0;
        foreach (var item in text.Split(','))
        {
            if (Item(item) is not var (from, to, step) || from < Least || to < Least)
                return null;
            foreach (var value in Values(from, to, step))
                set |= 1UL << value;
        }

        return set;
    }

    /// <summary><c>*</c>, <c>5</c>, <c>5-9</c>, each with or without <c>/2</c>.</summary>
    public (int From, int To, int Step)? Item(string text)
    {
        var match = ItemShape().Match(text);
        if (!match.Success)
            return null;
        var step = match.Groups["step"].Success ? int.Parse(match.Groups["step"].ValueSpan, CultureInfo.InvariantCulture) : 1;
        if (step == 0)
            return null;
        if (match.Groups["star"].Success)
            return (Least, Most, step);
        if (Number(match.Groups["from"].Value) is not { } from)
            return null;
        // 5/15 is from 5 on.
        if (!match.Groups["to"].Success)
            return (from, match.Groups["step"].Success ? Most : from, step);
        return Number(match.Groups["to"].Value) is { } to ? (from, to, step) : null;
    }

    /// <summary>From one number to another; from a larger to a smaller one over the end.</summary>
    public IEnumerable<int> Values(int from, int to, int step)
    {
        var size = Most - Least + 1;
        var last = to >= from ? to : to + size;
        for (var at = from; at <= last; at += step)
            yield return at > Most ? at - size : at;
    }

    /// <returns>Nothing when it is no number this field has, and no name.</returns>
    public int? Number(string text)
    {
        if (int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number))
            return Math.Abs(number) <= Most ? number : null;
        var at = text.Length < 3 ? -1 : Array.FindIndex(Names, name => name == text || (text.Length == 3 && name.StartsWith(text)));
        return at < 0 ? null : Least + at;
    }

    [GeneratedRegex(@"\A(?:(?<star>\*)|(?<from>-?[0-9]{1,2}|[a-z]{1,9})(?:-(?<to>-?[0-9]{1,2}|[a-z]{1,9}))?)(?:/(?<step>[0-9]{1,2}))?\z")]
    private static partial Regex ItemShape();
}
