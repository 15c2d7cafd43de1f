using System.Globalization;
using System.Text;

namespace Slipway.Compiler.Yaml;

/// <summary>Nodes as compact JSON, as Rails' <c>to_json</c> writes them.</summary>
internal static class JsonText
{
    private const int Longest = 1_000_000;

    public static string Of(ConfigNode node)
    {
        var text = new StringBuilder();
        Write(text, node);
        return text.ToString();
    }

    /// <summary>Stops writing once the text has a million characters.</summary>
    private static void Write(StringBuilder text, ConfigNode node)
    {
        if (text.Length > Longest)
            return;
        switch (node)
        {
            case ConfigScalar { Kind: ScalarKind.Null }:
                text.Append("null");
                break;
            case ConfigScalar { Kind: ScalarKind.String } scalar:
                Quote(text, scalar.Text);
                break;
            case ConfigScalar { Kind: ScalarKind.Float, Text: "Infinity" or "-Infinity" or "NaN" }:
                text.Append("null");
                break;
            case ConfigScalar scalar:
                text.Append(scalar.Text);
                break;
            case ConfigReference reference:
                Quote(text, reference.ToString());
                break;
            case ConfigSequence sequence:
                WriteList(text, sequence);
                break;
            case ConfigMapping mapping:
                WriteMap(text, mapping);
                break;
        }
    }

    private static void WriteList(StringBuilder text, ConfigSequence sequence)
    {
        text.Append('[');
        for (var i = 0; i < sequence.Items.Count; i++)
            Write(i == 0 ? text : text.Append(','), sequence.Items[i]);
        text.Append(']');
    }

    private static void WriteMap(StringBuilder text, ConfigMapping mapping)
    {
        text.Append('{');
        for (var i = 0; i < mapping.Entries.Count; i++)
        {
            Quote(i == 0 ? text : text.Append(','), mapping.Entries[i].Key).Append(':');
            Write(text, mapping.Entries[i].Value);
        }
        text.Append('}');
    }

    private static StringBuilder Quote(StringBuilder text, string value)
    {
        text.Append('"');
        foreach (var c in value)
        {
            _ = c switch
            {
                '"' or '\\' => text.Append('\\').Append(c),
                '\n' => text.Append("\\n"),
                '\t' => text.Append("\\t"),
                '\r' => text.Append("\\r"),
                '\b' => text.Append("\\b"),
                '\f' => text.Append("\\f"),
                < ' ' or '<' or '>' or '&' or '\u2028' or '\u2029' => text.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}"),
                _ => text.Append(c),
            };
        }
        return text.Append('"');
    }
}
