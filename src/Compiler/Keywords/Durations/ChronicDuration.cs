using System.Globalization;

namespace Slipway.Compiler.Keywords.Durations;

/// <summary>
/// Durations as people write them: <c>1 week</c>, <c>3 mins 4 sec</c>, <c>2h20min</c>, <c>6 mos and 1 day</c>, <c>1:30:00</c>,
/// <c>one hour</c>; a number without a unit is in seconds. The rules are those of the Ruby library GitLab uses, with its month of 30
/// days and year of 365.25.
/// </summary>
public static class ChronicDuration
{
    private const int LongestText = 255;

    /// <summary>A hundred years and more; nothing in a pipeline takes longer, and sums stay exact.</summary>
    private const double MostSeconds = 4e9;

    private static readonly string[] s_clock = ["seconds", "minutes", "hours", "days", "months", "years"];

    /// <param name="seconds">Above zero when the answer is true.</param>
    /// <returns>False when there is a word that means nothing here, and when the sum is zero or beyond a century.</returns>
    public static bool TryParse(string text, out double seconds)
    {
        seconds = 0;
        if (text.Length > LongestText || Words(text) is not { } words)
            return false;
        for (var i = 0; i < words.Count; i++)
        {
            if (!IsNumber(words[i]))
                continue;
            var unit = i + 1 < words.Count ? words[i + 1] : "seconds";
            seconds += double.Parse(words[i], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture) * SecondsIn(unit);
        }
        return seconds is > 0 and <= MostSeconds;
    }

    /// <summary>Numbers and plural units in order; <see langword="null"/> when there is any other word.</summary>
    private static List<string>? Words(string text)
    {
        var lower = text.ToLowerInvariant();
        if (lower.Contains(':'))
            return Clock(lower);
        var words = new List<string>();
        foreach (var piece in Pieces(lower))
        {
            if (IsNumber(piece))
                words.Add(piece);
            else if (SpelledNumber(piece) is { } number)
                words.Add(number);
            else if (Unit(piece.Trim(',')) is { } unit)
                words.Add(unit);
            else if (piece.Trim(',') is not ("and" or "with" or "plus"))
                return null;
        }
        if (words.Count > 0 && !IsNumber(words[0]))
            words.Insert(0, "1");
        return words;
    }

    /// <summary><c>3:41:59</c>, the last part seconds.</summary>
    private static List<string>? Clock(string text)
    {
        var parts = text.Replace(" ", "", StringComparison.Ordinal).Split(':');
        if (parts.Length > s_clock.Length)
            return null;
        var words = new List<string>();
        for (var i = 0; i < parts.Length; i++)
        {
            if (!IsNumber(parts[i]))
                return null;
            words.Add(parts[i]);
            words.Add(s_clock[parts.Length - 1 - i]);
        }
        return words;
    }

    /// <summary>Cuts at blanks and around each number, <c>2h20min</c> into <c>2 h 20 min</c>.</summary>
    private static IEnumerable<string> Pieces(string text)
    {
        var i = 0;
        while (i < text.Length)
        {
            if (char.IsWhiteSpace(text[i]))
            {
                i++;
                continue;
            }
            var start = i;
            i = NumberEnd(text, start);
            if (i == start)
            {
                while (i < text.Length && !char.IsWhiteSpace(text[i]) && NumberEnd(text, i) == i)
                    i++;
            }
            yield return text[start..i];
        }
    }

    /// <summary>The end of the number at <paramref name="start"/>: digits, or digits with a point and digits behind it.</summary>
    private static int NumberEnd(string text, int start)
    {
        var i = start;
        while (i < text.Length && char.IsAsciiDigit(text[i]))
            i++;
        if (i + 1 >= text.Length || text[i] != '.' || !char.IsAsciiDigit(text[i + 1]))
            return i;
        i++;
        while (i < text.Length && char.IsAsciiDigit(text[i]))
            i++;
        return i;
    }

    private static bool IsNumber(string word) => word.Length > 0 && NumberEnd(word, 0) == word.Length;

    private static string? SpelledNumber(string word) =>
        word switch
        {
            "one" => "1",
            "two" => "2",
            "three" => "3",
            "four" => "4",
            "five" => "5",
            "six" => "6",
            "seven" => "7",
            "eight" => "8",
            "nine" => "9",
            "ten" => "10",
            "eleven" => "11",
            "twelve" => "12",
            "fifteen" => "15",
            "twenty" => "20",
            "thirty" => "30",
            "forty" => "40",
            "fifty" => "50",
            "sixty" => "60",
            "ninety" => "90",
            _ => null,
        };

    private static string? Unit(string word) =>
        word switch
        {
            "seconds" or "second" or "secs" or "sec" or "s" => "seconds",
            "minutes" or "minute" or "mins" or "min" or "m" => "minutes",
            "hours" or "hour" or "hrs" or "hr" or "h" => "hours",
            "days" or "day" or "dy" or "d" => "days",
            "weeks" or "week" or "wks" or "wk" or "w" => "weeks",
            "months" or "month" or "mos" or "mo" => "months",
            "years" or "year" or "yrs" or "yr" or "y" => "years",
            _ => null,
        };

    private static double SecondsIn(string unit) =>
        unit switch
        {
            "seconds" => 1,
            "minutes" => 60,
            "hours" => 3600,
            "days" => 86_400,
            "weeks" => 604_800,
            "months" => 2_592_000,
            "years" => 31_557_600,
            _ => 0,
        };
}
