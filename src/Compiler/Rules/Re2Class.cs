using System.Globalization;
using System.Text;

namespace Slipway.Compiler.Rules;

/// <summary>The parts of RE2's syntax that stand for one character: <c>[a-z]</c>, <c>[[:alpha:]]</c>, <c>\d</c>, <c>\pL</c>, <c>\x41</c>.</summary>
internal static class Re2Class
{
    /// <summary>At <c>[</c>; on success behind <c>]</c>.</summary>
    public static bool TryTranslate(string pattern, ref int at, StringBuilder output)
    {
        var items = new StringBuilder();
        var i = at + 1;
        var negated = i < pattern.Length && pattern[i] == '^';
        if (negated)
            i++;
        for (var first = true; i < pattern.Length && (pattern[i] != ']' || first); first = false)
            if (!TryItem(pattern, ref i, items))
                return false;
        if (i >= pattern.Length)
            return false;
        at = i + 1;
        output.Append(negated ? "[^" : "[").Append(items).Append(']');
        return true;
    }

    private static bool TryItem(string pattern, ref int at, StringBuilder items)
    {
        if (
            pattern[at] == '['
            && at + 1 < pattern.Length
            && pattern[at + 1] == ':'
            && pattern.IndexOf(":]", at + 2, StringComparison.Ordinal) is > 0 and var close
        )
        {
            if (Posix(pattern[(at + 2)..close]) is not { } posix)
                return false;
            items.Append(posix);
            at = close + 2;
            return true;
        }

        if (pattern[at] == '\\' && TryEscapedClass(pattern, ref at, items, inClass: true))
            return true;
        if (!TryChar(pattern, ref at, out var low))
            return false;
        var high = low;
        if (at + 1 < pattern.Length && pattern[at] == '-' && pattern[at + 1] != ']')
        {
            at++;
            if (!TryChar(pattern, ref at, out high))
                return false;
        }

        if (high < low)
            return false;
        AppendRange(items, low, high);
        return true;
    }

    /// <summary>Beyond U+FFFF a class holds the halves of the pairs, which takes in a little more than was asked for.</summary>
    private static void AppendRange(StringBuilder items, int low, int high)
    {
        if (low <= char.MaxValue)
        {
            AppendChar(items, (char)low);
            if (high > low)
                AppendChar(items.Append('-'), (char)Math.Min(high, char.MaxValue));
        }

        if (high > char.MaxValue)
            items.Append("\\uD800-\\uDFFF");
    }

    private static bool TryChar(string pattern, ref int at, out int value)
    {
        if (pattern[at] == '\\')
            return TryEscaped(pattern, ref at, out value);
        value = char.IsSurrogatePair(pattern, at) ? char.ConvertToUtf32(pattern, at) : pattern[at];
        at += value > char.MaxValue ? 2 : 1;
        return true;
    }

    /// <summary><c>\d</c>, <c>\W</c>, <c>\pL</c>, <c>\p{^Lu}</c>. At the backslash; on success behind it all.</summary>
    public static bool TryEscapedClass(string pattern, ref int at, StringBuilder output, bool inClass)
    {
        var letter = at + 1 < pattern.Length ? pattern[at + 1] : '\0';
        if (letter is 'p' or 'P')
            return TryUnicode(pattern, ref at, output, inClass);
        if (Perl(letter) is not { } set)
            return false;
        at += 2;
        output.Append(inClass ? set : "[" + set + "]");
        return true;
    }

    // The negated ones are written as what is left of U+0000 to U+FFFF: they also stand inside other classes.
    private static string? Perl(char letter) =>
        letter switch
        {
            'd' => "0-9",
            'D' => "\\x00-/:-\\uFFFF",
            's' => "\\t\\n\\f\\r ",
            'S' => "\\x00-\\x08\\x0B\\x0E-\\x1F!-\\uFFFF",
            'w' => "0-9A-Z_a-z",
            'W' => "\\x00-/:-@\\[-\\^`\\{-\\uFFFF",
            _ => null,
        };

    private static string? Posix(string name)
    {
        var (plain, rest) = name.TrimStart('^') switch
        {
            "alnum" => ("0-9A-Za-z", "\\x00-/:-@\\[-`\\{-\\uFFFF"),
            "alpha" => ("A-Za-z", "\\x00-@\\[-`\\{-\\uFFFF"),
            "ascii" => ("\\x00-\\x7F", "\\x80-\\uFFFF"),
            "blank" => ("\\t ", "\\x00-\\x08\\x0A-\\x1F!-\\uFFFF"),
            "cntrl" => ("\\x00-\\x1F\\x7F", " -~\\x80-\\uFFFF"),
            "digit" => ("0-9", "\\x00-/:-\\uFFFF"),
            "graph" => ("!-~", "\\x00- \\x7F-\\uFFFF"),
            "lower" => ("a-z", "\\x00-`\\{-\\uFFFF"),
            "print" => (" -~", "\\x00-\\x1F\\x7F-\\uFFFF"),
            "punct" => ("!-/:-@\\[-`\\{-~", "\\x00- 0-9A-Za-z\\x7F-\\uFFFF"),
            "space" => ("\\t-\\r ", "\\x00-\\x08\\x0E-\\x1F!-\\uFFFF"),
            "upper" => ("A-Z", "\\x00-@\\[-\\uFFFF"),
            "word" => ("0-9A-Z_a-z", "\\x00-/:-@\\[-\\^`\\{-\\uFFFF"),
            "xdigit" => ("0-9A-Fa-f", "\\x00-/:-@G-`g-\\uFFFF"),
            _ => ((string?)null, (string?)null),
        };
        return name.StartsWith('^')
            ? name.Length > 1 && name[1] == '^'
                ? null
                : rest
            : plain;
    }

    private static bool TryUnicode(string pattern, ref int at, StringBuilder output, bool inClass)
    {
        var start = at + 2;
        if (start >= pattern.Length)
            return false;
        var close = pattern[start] == '{' ? pattern.IndexOf('}', start) : start;
        if (close < 0)
            return false;
        var name = close == start ? pattern[start].ToString() : pattern[(start + 1)..close];
        var negated = (pattern[at + 1] == 'P') != name.StartsWith('^');
        name = name.StartsWith('^') ? name[1..] : name;
        if (name == "Any")
            output.Append(inClass ? "\\s\\S" : "[\\s\\S]");
        else if (IsCategory(name))
            output.Append(negated ? "\\P{" : "\\p{").Append(name).Append('}');
        else
            return false;
        at = close + 1;
        return true;
    }

    // csharpier-ignore
    private static bool IsCategory(string name) =>
        name
            is "L" or "Lu" or "Ll" or "Lt" or "Lm" or "Lo"
                or "M" or "Mn" or "Mc" or "Me"
                or "N" or "Nd" or "Nl" or "No"
                or "P" or "Pc" or "Pd" or "Ps" or "Pe" or "Pi" or "Pf" or "Po"
                or "S" or "Sm" or "Sc" or "Sk" or "So"
                or "Z" or "Zs" or "Zl" or "Zp"
                or "C" or "Cc" or "Cf" or "Cs" or "Co";

    /// <summary>An escape that stands for one character, outside a class.</summary>
    public static bool TryEscapedChar(string pattern, ref int at, StringBuilder output)
    {
        if (!TryEscaped(pattern, ref at, out var value))
            return false;
        foreach (var c in value is >= 0xD800 and <= 0xDFFF ? "\uFFFD" : char.ConvertFromUtf32(value))
            AppendChar(output, c);
        return true;
    }

    private static bool TryEscaped(string pattern, ref int at, out int value)
    {
        value = 0;
        if (at + 1 >= pattern.Length)
            return false;
        var c = pattern[at + 1];
        var i = at + 2;
        switch (c)
        {
            case >= '0' and <= '7' when c == '0' || (i < pattern.Length && IsOctal(pattern[i])):
                value = c - '0';
                for (var n = 0; n < 2 && i < pattern.Length && IsOctal(pattern[i]); n++)
                    value = (value * 8) + pattern[i++] - '0';
                break;
            case 'x' when TryHex(pattern, ref i, out value):
                break;
            case 'a' or 'f' or 'n' or 'r' or 't' or 'v':
                value = "\a\f\n\r\t\v"["afnrtv".IndexOf(c)];
                break;
            case < '\x80' when !char.IsAsciiLetterOrDigit(c) && c != '_':
                value = c;
                break;
            default:
                return false;
        }

        at = i;
        return true;
    }

    private static bool IsOctal(char c) => c is >= '0' and <= '7';

    /// <summary>Behind <c>\x</c>: two digits, or up to six in braces.</summary>
    private static bool TryHex(string pattern, ref int at, out int value)
    {
        value = 0;
        var braced = at < pattern.Length && pattern[at] == '{';
        var start = braced ? at + 1 : at;
        var end = braced ? pattern.IndexOf('}', at) : at + 2;
        if (end > pattern.Length || end - start is < 1 or > 6)
            return false;
        if (!int.TryParse(pattern.AsSpan(start, end - start), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value))
            return false;
        at = braced ? end + 1 : end;
        return value <= 0x10FFFF;
    }

    /// <summary>A character as itself, safe inside and outside a class.</summary>
    public static void AppendChar(StringBuilder output, char c)
    {
        if (char.IsAsciiLetterOrDigit(c))
            output.Append(c);
        else
            output.Append("\\u").Append(((int)c).ToString("X4", CultureInfo.InvariantCulture));
    }
}
