using System.Globalization;
using System.Text;

namespace Slipway.Compiler.Yaml;

/// <summary>Values as Ruby prints them; GitLab's messages and variables contain such text.</summary>
internal static class RubyText
{
    /// <summary><c>["a", "b"]</c>.</summary>
    public static string Inspect(IReadOnlyList<string> items)
    {
        var text = new StringBuilder("[");
        for (var i = 0; i < items.Count; i++)
            Quote(text.Append(i == 0 ? "" : ", "), items[i]);
        return text.Append(']').ToString();
    }

    /// <summary><c>{"a"=>[1, nil]}</c>. At most about 1,000 characters; the rest becomes <c>...</c>.</summary>
    public static string Inspect(ConfigNode node)
    {
        var text = new StringBuilder();
        Write(text, node);
        return text.ToString();
    }

    public static string Inspect(string text) => Quote(new StringBuilder(), text).ToString();

    /// <summary>Shortest digits that read back the same, with a decimal; exponent form below 0.0001 and from 1e15 up.</summary>
    public static string FromDouble(double value)
    {
        if (double.IsNaN(value))
            return "NaN";
        if (double.IsInfinity(value))
            return value > 0 ? "Infinity" : "-Infinity";
        if (value == 0)
            return double.IsNegative(value) ? "-0.0" : "0.0";
        var (digits, exponent) = Shortest(value.ToString("R", CultureInfo.InvariantCulture));
        return (value < 0 ? "-" : "") + Place(digits, exponent);
    }

    private static string Place(string digits, int exponent)
    {
        if (exponent is < -4 or >= 15)
        {
            var rest = digits.Length > 1 ? digits[1..] : "0";
            return $"{digits[0]}.{rest}e{(exponent < 0 ? '-' : '+')}{Math.Abs(exponent):00}";
        }
        if (exponent < 0)
            return "0." + new string('0', -exponent - 1) + digits;
        return digits.Length <= exponent + 1
            ? digits.PadRight(exponent + 1, '0') + ".0"
            : digits[..(exponent + 1)] + "." + digits[(exponent + 1)..];
    }

    /// <summary>The significant digits of .NET's shortest text, and the power of ten of the first of them.</summary>
    private static (string Digits, int Exponent) Shortest(string text)
    {
        var end = text.IndexOf('E');
        var power = end < 0 ? 0 : int.Parse(text.AsSpan(end + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        var mantissa = text.AsSpan(0, end < 0 ? text.Length : end).TrimStart('-');
        var point = mantissa.IndexOf('.');
        var digits = point < 0 ? mantissa.ToString() : string.Concat(mantissa[..point], mantissa[(point + 1)..]);
        var leading = digits.Length - digits.TrimStart('0').Length;
        return (digits.Trim('0'), power + (point < 0 ? mantissa.Length : point) - 1 - leading);
    }

    private static void Write(StringBuilder text, ConfigNode node)
    {
        if (text.Length > 1000)
        {
            text.Append("...");
            return;
        }
        switch (node)
        {
            case ConfigScalar { Kind: ScalarKind.Null }:
                text.Append("nil");
                break;
            case ConfigScalar { Kind: ScalarKind.String } scalar:
                Quote(text, scalar.Text);
                break;
            case ConfigScalar scalar:
                text.Append(scalar.Text);
                break;
            case ConfigReference reference:
                text.Append(reference);
                break;
            case ConfigSequence sequence:
                WriteList(text, sequence);
                break;
            case ConfigMapping mapping:
                WriteHash(text, mapping);
                break;
        }
    }

    private static void WriteList(StringBuilder text, ConfigSequence sequence)
    {
        text.Append('[');
        for (var i = 0; i < sequence.Items.Count && text.Length <= 1000; i++)
            Write(text.Append(i == 0 ? "" : ", "), sequence.Items[i]);
        text.Append(']');
    }

    private static void WriteHash(StringBuilder text, ConfigMapping mapping)
    {
        text.Append('{');
        for (var i = 0; i < mapping.Entries.Count && text.Length <= 1000; i++)
            Write(Quote(text.Append(i == 0 ? "" : ", "), mapping.Entries[i].Key).Append("=>"), mapping.Entries[i].Value);
        text.Append('}');
    }

    private static StringBuilder Quote(StringBuilder text, string value)
    {
        text.Append('"');
        for (var i = 0; i < value.Length; i++)
        {
            var c = value[i];
            var next = i + 1 < value.Length ? value[i + 1] : '\0';
            _ = c switch
            {
                '"' or '\\' => text.Append('\\').Append(c),
                '#' when next is '{' or '$' or '@' => text.Append("\\#"),
                '\n' => text.Append("\\n"),
                '\t' => text.Append("\\t"),
                '\r' => text.Append("\\r"),
                '\e' => text.Append("\\e"),
                '\a' => text.Append("\\a"),
                '\b' => text.Append("\\b"),
                '\v' => text.Append("\\v"),
                '\f' => text.Append("\\f"),
                < ' ' or '\x7f' => text.Append($"\\u{(int)c:X4}"),
                _ => text.Append(c),
            };
        }
        return text.Append('"');
    }
}
