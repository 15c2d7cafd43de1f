using System.Globalization;
using System.Numerics;

namespace Slipway.Compiler.Yaml;

/// <summary>
/// Base-60 numbers: <c>1:2:3</c> is 3723. Psych gives the first part the weight of hours even when there are only two parts, so
/// <c>12:30</c> is 45000, not 750; pipelines written against GitLab have that number in their variables.
/// </summary>
internal static class SexagesimalNumber
{
    public static PlainScalar.Typed? Read(string text)
    {
        var start = text[0] is '+' or '-' ? 1 : 0;
        var parts = text[start..].Split(':');
        if (parts.Length is < 2 or > 3 || parts[0].Length == 0 || !char.IsAsciiDigit(parts[0][0]) || !PlainScalar.IsDigitsOr(parts[0], "_"))
            return null;
        var point = parts[^1].IndexOf('.');
        var fraction = point < 0 ? null : parts[^1][(point + 1)..];
        if (point >= 0)
            parts[^1] = parts[^1][..point];
        if (fraction is not null && !PlainScalar.IsDigitsOr(fraction, "_"))
            return null;
        for (var i = 1; i < parts.Length; i++)
        {
            if (!IsSixtieth(parts[i]))
                return null;
        }
        return fraction is null ? Integer(parts, text[0] == '-') : Float(parts, fraction, text[0] == '-');
    }

    private static bool IsSixtieth(string part) => part is [>= '0' and <= '9'] or [>= '0' and <= '5', >= '0' and <= '9'];

    private static PlainScalar.Typed Integer(string[] parts, bool negative)
    {
        var first = BigInteger.Parse(LeadingDigits(parts[0]), CultureInfo.InvariantCulture);
        var value = (negative ? -first : first) * 3600 + int.Parse(parts[1], CultureInfo.InvariantCulture) * 60;
        if (parts.Length == 3)
            value += int.Parse(parts[2], CultureInfo.InvariantCulture);
        return new PlainScalar.Typed(ScalarKind.Integer, value.ToString(CultureInfo.InvariantCulture));
    }

    private static PlainScalar.Typed Float(string[] parts, string fraction, bool negative)
    {
        var weight = 3600.0;
        var value = 0.0;
        for (var i = 0; i < parts.Length; i++, weight /= 60)
        {
            var digits =
                LeadingDigits(parts[i]) + (i == parts.Length - 1 && LeadingDigits(fraction) is { Length: > 0 } after ? "." + after : "");
            var part = double.Parse(digits, CultureInfo.InvariantCulture);
            value += (i == 0 && negative ? -part : part) * weight;
        }
        return new PlainScalar.Typed(ScalarKind.Float, RubyText.FromDouble(value));
    }

    /// <summary>Ruby's <c>to_i</c>: single underscores between digits are passed over, anything else ends the number.</summary>
    private static string LeadingDigits(string text)
    {
        var kept = new char[text.Length];
        var count = 0;
        for (var i = 0; i < text.Length; i++)
        {
            if (char.IsAsciiDigit(text[i]))
                kept[count++] = text[i];
            else if (i + 1 == text.Length || !char.IsAsciiDigit(text[i + 1]))
                break;
        }
        return new string(kept, 0, count);
    }
}
