using System.Globalization;

namespace Slipway.Runner.Config;

/// <summary>TOML's booleans, numbers, dates and times.</summary>
internal static class TomlScalars
{
    public static object Read(TomlCursor at)
    {
        var (from, line, column) = (at.Offset, at.Line, at.Column);
        while (at.Current is (>= '0' and <= '9') or (>= 'A' and <= 'Z') or (>= 'a' and <= 'z') or '+' or '-' or '_' or '.' or ':')
            at.Move();
        // A space may stand between a date and its time.
        if (at.Offset - from == 10 && at.Current == ' ' && at.Slice(from)[4] == '-')
        {
            at.Move();
            while (at.Current is (>= '0' and <= '9') or ':' or '.' or '+' or '-' or 'Z' or 'z')
                at.Move();
        }
        var text = at.Slice(from).TrimEnd();
        return Parse(text)
            ?? throw new TomlSyntaxException(text.Length == 0 ? "expected a value" : $"'{text}' is not a value", line, column);
    }

    private static object? Parse(string text) =>
        text switch
        {
            "" => null,
            "true" => true,
            "false" => false,
            "inf" or "+inf" => double.PositiveInfinity,
            "-inf" => double.NegativeInfinity,
            "nan" or "+nan" or "-nan" => double.NaN,
            ['0', 'x', ..] => Based(text[2..], 16),
            ['0', 'o', ..] => Based(text[2..], 8),
            ['0', 'b', ..] => Based(text[2..], 2),
            _ => Number(text) ?? Instant(text),
        };

    private static long? Based(string digits, int radix)
    {
        if (Bare(digits) is not { Length: > 0 } bare)
            return null;
        var value = 0L;
        foreach (var digit in bare)
        {
            var worth = char.IsAsciiHexDigit(digit) ? Convert.ToInt32(digit.ToString(), 16) : 99;
            if (worth >= radix || value > (long.MaxValue - worth) / radix)
                return null;
            value = (value * radix) + worth;
        }
        return value;
    }

    private static object? Number(string text)
    {
        if (Bare(text) is not { } bare)
            return null;
        var digits = bare.AsSpan().TrimStart("+-");
        if (digits.Length > 1 && digits[0] == '0' && char.IsAsciiDigit(digits[1]))
            return null;
        if (long.TryParse(bare, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole))
            return whole;
        const NumberStyles Style = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;
        var pointed = digits.Length > 0 && char.IsAsciiDigit(digits[0]) && char.IsAsciiDigit(digits[^1]);
        return pointed && double.TryParse(bare, Style, CultureInfo.InvariantCulture, out var real) ? real : null;
    }

    private static DateTimeOffset? Instant(string text) =>
        text.Length >= 8
        && char.IsAsciiDigit(text[0])
        && DateTimeOffset.TryParse(
            text,
            CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal,
            out var instant
        )
            ? instant
            : null;

    /// <summary>Without the underscores, each of which must stand between two digits.</summary>
    private static string? Bare(string text)
    {
        for (var i = 0; i < text.Length; i++)
            if (
                text[i] == '_'
                && (i == 0 || i == text.Length - 1 || !char.IsAsciiHexDigit(text[i - 1]) || !char.IsAsciiHexDigit(text[i + 1]))
            )
                return null;
        return text.Replace("_", "");
    }
}
