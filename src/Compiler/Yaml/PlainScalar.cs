using System.Globalization;
using System.Numerics;

namespace Slipway.Compiler.Yaml;

/// <summary>
/// The type of a scalar without quotes, by the rules of Ruby's Psych 4 (YAML 1.1 with its own turns): <c>yes</c> is a boolean, <c>012</c> is
/// ten, <c>12:30</c> is 45000, <c>1e5</c> is text. Written as one pass over the characters, since it sees every value of every file.
/// </summary>
internal static class PlainScalar
{
    /// <summary>Longer runs of digits are not computed with (GitLab would; nobody means it).</summary>
    private const int LongestNumber = 1000;

    /// <summary>What a text is.</summary>
    /// <param name="ForbiddenClass">The Ruby class GitLab's loader refuses to make of it: <c>Date</c> or <c>Time</c>; then the rest means nothing.</param>
    internal readonly record struct Typed(ScalarKind Kind, string Text, string? ForbiddenClass = null);

    public static Typed Read(string text)
    {
        if (text.Length == 0)
            return new Typed(ScalarKind.Null, "");
        if (StartsAsWord(text) || text.Contains('\n'))
            return Word(text);
        if (text[0] is >= '1' and <= '9' && text.Length <= LongestNumber && IsDigitsOr(text, ""))
            return new Typed(ScalarKind.Integer, text);
        return text[0] switch
        {
            ':' => Symbol(text),
            '+' or '-' or '.' or (>= '0' and <= '9') when text.Length <= LongestNumber => Numeric(text),
            _ => new Typed(ScalarKind.String, text),
        };
    }

    /// <summary>Psych's first question: a letter or sign no number has, at the first or (after something that is not <c>0-9 . : -</c>) second place.</summary>
    private static bool StartsAsWord(string text) =>
        IsWordChar(text[0]) || (text.Length > 1 && text[0] is not (>= '0' and <= '9' or '.' or ':' or '-') && IsWordChar(text[1]));

    private static bool IsWordChar(char c) =>
        char.IsAsciiLetter(c)
        || (c < 128 ? c is '_' or ' ' or (>= '\t' and <= '\r') || "!@#$%^&*(){}<>|/\\~;=".Contains(c) : char.IsLetter(c));

    private static Typed Word(string text)
    {
        if (text.Length > 5)
            return new Typed(ScalarKind.String, text);
        if (text == "~" || Is(text, "null"))
            return new Typed(ScalarKind.Null, "");
        if (Is(text, "true") || Is(text, "yes") || Is(text, "on"))
            return new Typed(ScalarKind.Boolean, "true");
        if (Is(text, "false") || Is(text, "no") || Is(text, "off"))
            return new Typed(ScalarKind.Boolean, "false");
        return new Typed(ScalarKind.String, text);
    }

    private static bool Is(string text, string word) => text.Equals(word, StringComparison.OrdinalIgnoreCase);

    /// <summary><c>:name</c> and <c>:"a name"</c>: Ruby symbols, which GitLab prints as their name.</summary>
    private static Typed Symbol(string text)
    {
        if (text.Length == 1)
            return new Typed(ScalarKind.String, text);
        var name = text[1..];
        if (name[0] is '"' or '\'' && name.LastIndexOf(name[0]) is > 0 and var end)
            name = name[1] == ':' ? name[2..end] : name[1..end];
        return new Typed(ScalarKind.String, name);
    }

    private static Typed Numeric(string text)
    {
        if (DateOrTime(text) is { } forbidden)
            return new Typed(ScalarKind.String, text, forbidden);
        if (Special(text) is { } special)
            return new Typed(ScalarKind.Float, special);
        var number = text.Contains(':') ? SexagesimalNumber.Read(text) : Float(text) ?? Integer(text);
        return number ?? new Typed(ScalarKind.String, text);
    }

    private static string? Special(string text)
    {
        if (Is(text, ".inf") || Is(text, "+.inf"))
            return "Infinity";
        if (Is(text, "-.inf"))
            return "-Infinity";
        return Is(text, ".nan") ? "NaN" : null;
    }

    /// <summary>Digits (with <c>_</c> and <c>,</c>), a point, digits, and perhaps an exponent that has a sign.</summary>
    private static Typed? Float(string text)
    {
        var point = text.IndexOf('.');
        if (point < 0)
            return null;
        var start = text[0] is '+' or '-' ? 1 : 0;
        if (point > start && !(char.IsAsciiDigit(text[start]) && IsDigitsOr(text.AsSpan(start, point - start), "_,")))
            return null;
        var end = point + 1;
        while (end < text.Length && char.IsAsciiDigit(text[end]))
            end++;
        if (end < text.Length && !IsExponent(text.AsSpan(end)))
            return null;
        if (end == point + 1 && point == start)
            return null;
        var plain = text.Replace("_", "").Replace(",", "");
        return new Typed(ScalarKind.Float, RubyText.FromDouble(double.Parse(plain, NumberStyles.Float, CultureInfo.InvariantCulture)));
    }

    internal static bool IsDigitsOr(ReadOnlySpan<char> text, string others)
    {
        foreach (var c in text)
        {
            if (!char.IsAsciiDigit(c) && !others.Contains(c))
                return false;
        }
        return true;
    }

    private static bool IsExponent(ReadOnlySpan<char> text) =>
        text.Length > 2 && text[0] is 'e' or 'E' && text[1] is '+' or '-' && IsDigitsOr(text[2..], "");

    private static Typed? Integer(string text)
    {
        var start = text[0] is '+' or '-' ? 1 : 0;
        var body = text.AsSpan(start);
        var value = body switch
        {
            ['0', 'b', _, ..] => InBase(body[2..], 2),
            ['0', 'x', _, ..] => InBase(body[2..], 16),
            ['0', _, ..] => InBase(body, 8),
            ['0'] => "0",
            [>= '1' and <= '9', ..] => Decimal(body),
            _ => null,
        };
        if (value is null)
            return null;
        return new Typed(ScalarKind.Integer, text[0] == '-' && value != "0" ? "-" + value : value);
    }

    private static string? InBase(ReadOnlySpan<char> digits, int radix)
    {
        var value = BigInteger.Zero;
        var any = false;
        foreach (var c in digits)
        {
            if (c is '_' or ',')
                continue;
            var digit = char.IsAsciiHexDigit(c) ? Convert.ToInt32(char.ToString(c), 16) : radix;
            if (digit >= radix)
                return null;
            value = value * radix + digit;
            any = true;
        }
        return any ? value.ToString(CultureInfo.InvariantCulture) : null;
    }

    /// <summary>Each <c>_</c> or <c>,</c> has a digit after it.</summary>
    private static string? Decimal(ReadOnlySpan<char> digits)
    {
        for (var i = 1; i < digits.Length; i++)
        {
            var separator = digits[i] is '_' or ',';
            if (separator ? i + 1 == digits.Length || !char.IsAsciiDigit(digits[i + 1]) : !char.IsAsciiDigit(digits[i]))
                return null;
        }
        return digits.ContainsAny('_', ',') ? digits.ToString().Replace("_", "").Replace(",", "") : digits.ToString();
    }

    /// <summary><c>2024-01-31</c>, with a time or without. Psych looks at the form only; whether such a day exists it would ask later.</summary>
    private static string? DateOrTime(string text)
    {
        var rest = text.AsSpan(text[0] == '-' ? 1 : 0);
        if (rest.Length < 8 || rest[4] != '-' || !IsDigitsOr(rest[..4], ""))
            return null;
        rest = rest[5..];
        if (!Take(ref rest, 1, 2, out var month) || rest is not ['-', ..])
            return null;
        rest = rest[1..];
        if (!Take(ref rest, 1, 2, out var day))
            return null;
        if (rest.IsEmpty)
            return text[0] != '-' && month <= 12 && day <= 31 ? "Date" : null;
        return IsTimeOfDay(rest) ? "Time" : null;
    }

    private static bool IsTimeOfDay(ReadOnlySpan<char> rest)
    {
        if (rest[0] is not ('T' or 't' or ' ' or '\t'))
            return false;
        rest = rest[0] is 'T' or 't' ? rest[1..] : rest.TrimStart(" \t");
        if (!Take(ref rest, 1, 2, out _) || !TakeColonAndTwo(ref rest) || !TakeColonAndTwo(ref rest))
            return false;
        if (rest is ['.', ..])
            rest = rest[1..].TrimStart("0123456789");
        rest = rest.TrimStart(" \t");
        if (rest.IsEmpty || rest is ['Z'])
            return true;
        if (rest[0] is not ('+' or '-'))
            return false;
        rest = rest[1..];
        if (!Take(ref rest, 1, 2, out _))
            return false;
        if (rest is [':', ..])
            rest = rest[1..];
        return rest.IsEmpty || (rest.Length == 2 && IsDigitsOr(rest, ""));
    }

    private static bool TakeColonAndTwo(ref ReadOnlySpan<char> rest)
    {
        if (rest is not [':', ..])
            return false;
        rest = rest[1..];
        return Take(ref rest, 2, 2, out _);
    }

    private static bool Take(ref ReadOnlySpan<char> rest, int least, int most, out int value)
    {
        var count = 0;
        value = 0;
        while (count < most && count < rest.Length && char.IsAsciiDigit(rest[count]))
            value = value * 10 + (rest[count++] - '0');
        rest = rest[count..];
        return count >= least;
    }
}
