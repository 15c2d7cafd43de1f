using System.Globalization;
using System.Text;

namespace Slipway.Compiler.Yaml;

/// <summary>Scalars on one line: without quotes when that reads back as the same text, else in single or double quotes.</summary>
internal static class ScalarWriter
{
    /// <summary>A key without <c>?</c> may have 1,024 characters.</summary>
    public const int LongestKey = 1_000;

    public static string OneLine(string text)
    {
        if (IsPlain(text))
            return text;
        return IsPrintable(text) ? Quoted(text) : Escaped(text);
    }

    public static string Typed(ScalarKind kind, string text) =>
        kind == ScalarKind.Float
            ? text switch
            {
                "Infinity" => ".inf",
                "-Infinity" => "-.inf",
                "NaN" => ".nan",
                _ => text,
            }
            : text;

    /// <summary>In single quotes, or in double ones when it has what single ones cannot hold.</summary>
    public static string Quoted(string text) => IsPrintable(text) ? $"'{text.Replace("'", "''")}'" : Escaped(text);

    private static bool IsPlain(string text)
    {
        if (text.Length == 0 || text[0] is ' ' || text[^1] is ' ' or ':' || !IsPrintable(text) || BeginsSpecial(text))
            return false;
        if (text.Contains(": ") || text.Contains(" #"))
            return false;
        var typed = PlainScalar.Read(text);
        return typed.Kind == ScalarKind.String && typed.ForbiddenClass is null && typed.Text == text;
    }

    private static bool BeginsSpecial(string text) =>
        text[0] switch
        {
            '-' => text.Length == 1 || text[1] is ' ' or '-',
            '?' or ':' => text.Length == 1 || text[1] == ' ',
            '.' => text.StartsWith("...", StringComparison.Ordinal),
            var c => ",[]{}#&*!|>'\"%@`".Contains(c),
        };

    /// <summary>No tab, line break, control character or invisible one; what is left survives every kind of quoting.</summary>
    private static bool IsPrintable(string text)
    {
        foreach (var c in text)
        {
            if (c is < ' ' or (>= '\x7f' and < '\u00a0') or '\u2028' or '\u2029' or '\ufeff' or '\ufffe' or '\uffff' || char.IsSurrogate(c))
                return IsPrintableWithPairs(text);
        }
        return true;
    }

    private static bool IsPrintableWithPairs(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (char.IsHighSurrogate(text[i]) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]))
                i++;
            else if (
                text[i] is < ' ' or (>= '\x7f' and < '\u00a0') or '\u2028' or '\u2029' or '\ufeff' or '\ufffe' or '\uffff'
                || char.IsSurrogate(text[i])
            )
                return false;
        }
        return true;
    }

    private static string Escaped(string text)
    {
        var result = new StringBuilder(text.Length + 8).Append('"');
        foreach (var c in text)
        {
            _ = c switch
            {
                '"' or '\\' => result.Append('\\').Append(c),
                '\n' => result.Append("\\n"),
                '\t' => result.Append("\\t"),
                '\r' => result.Append("\\r"),
                '\e' => result.Append("\\e"),
                < ' ' or (>= '\x7f' and < '\u00a0') => result.Append(CultureInfo.InvariantCulture, $"\\x{(int)c:X2}"),
                '\u2028' or '\u2029' or '\ufeff' or '\ufffe' or '\uffff' => result.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:X4}"),
                _ => result.Append(c),
            };
        }
        return result.Append('"').ToString();
    }
}
