using System.Globalization;
using System.Text;
using Slipway.Compiler.Yaml;

namespace Slipway.Compiler.Evaluation;

/// <summary>Writes a merged configuration as YAML, in the shape Ruby gives it: two spaces for maps, none for lists in maps, long texts as blocks.</summary>
internal static class MergedYaml
{
    private const string Indent = "  ";

    /// <param name="stages">All of them; <see langword="null"/> when mistakes leave them unknown: then they stay as written.</param>
    public static string Write(ConfigMapping root, IReadOnlyList<string>? stages)
    {
        var text = new StringBuilder("---\n");
        if (stages is not null && !root.Has("stages"))
            WriteEntry(text, "stages", StagesNode(root, stages), 0);
        foreach (var entry in root.Entries)
            WriteEntry(text, entry.Key, stages is not null && entry.Key == "stages" ? StagesNode(root, stages) : entry.Value, 0);
        return text.ToString();
    }

    /// <summary>As they are once <c>.pre</c> and <c>.post</c> have been put in.</summary>
    private static ConfigSequence StagesNode(ConfigMapping root, IReadOnlyList<string> stages) =>
        new(root.At, [.. stages.Select(stage => new ConfigScalar(root.At, ScalarKind.String, stage))]);

    private static void WriteEntry(StringBuilder text, string key, ConfigNode value, int depth)
    {
        Pad(text, depth).Append(Plain(key) ? key : Quoted(key)).Append(':');
        switch (value)
        {
            case ConfigMapping { Entries.Count: > 0 } map:
                text.Append('\n');
                foreach (var entry in map.Entries)
                    WriteEntry(text, entry.Key, entry.Value, depth + 1);
                break;
            case ConfigSequence { Items.Count: > 0 } list:
                text.Append('\n');
                foreach (var item in list.Items)
                    WriteItem(text, item, depth);
                break;
            default:
                WriteLeaf(text.Append(value is ConfigScalar { IsNull: true } ? "" : " "), value, depth);
                break;
        }
    }

    private static void WriteItem(StringBuilder text, ConfigNode item, int depth)
    {
        Pad(text, depth).Append('-');
        switch (item)
        {
            case ConfigMapping { Entries.Count: > 0 } map:
                WriteInline(text, inner =>
                {
                    foreach (var entry in map.Entries)
                        WriteEntry(inner, entry.Key, entry.Value, depth + 1);
                }, depth);
                break;
            case ConfigSequence { Items.Count: > 0 } list:
                WriteInline(text, inner =>
                {
                    foreach (var nested in list.Items)
                        WriteItem(inner, nested, depth + 1);
                }, depth);
                break;
            default:
                WriteLeaf(text.Append(item is ConfigScalar { IsNull: true } ? "" : " "), item, depth);
                break;
        }
    }

    /// <summary>Behind the dash, where the first line's indent would be.</summary>
    private static void WriteInline(StringBuilder text, Action<StringBuilder> write, int depth)
    {
        var start = text.Length;
        write(text);
        text.Remove(start, (depth + 1) * Indent.Length).Insert(start, " ");
    }

    private static void WriteLeaf(StringBuilder text, ConfigNode value, int depth)
    {
        switch (value)
        {
            case ConfigMapping:
                text.Append("{}\n");
                break;
            case ConfigSequence:
                text.Append("[]\n");
                break;
            case ConfigScalar { IsString: true } scalar when scalar.Text.Contains('\n') && IsBlock(scalar.Text):
                WriteBlock(text, scalar.Text, depth);
                break;
            case ConfigScalar { IsString: true } scalar:
                text.Append(Plain(scalar.Text) ? scalar.Text : Quoted(scalar.Text)).Append('\n');
                break;
            case ConfigScalar scalar:
                text.Append(scalar.Text).Append('\n');
                break;
            default:
                text.Append(value).Append('\n');
                break;
        }
    }

    /// <summary>Whether a block keeps it as it is: no characters that need an escape, and no line whose leading space would be taken for indent.</summary>
    private static bool IsBlock(string value) =>
        value[0] is not (' ' or '\n') && !value.AsSpan().ContainsAnyExceptInRange(' ', '\uD7FF', '\n', '\t');

    private static bool ContainsAnyExceptInRange(this ReadOnlySpan<char> value, char low, char high, char also, char too)
    {
        foreach (var c in value)
            if ((c < low || c > high || c == '\x7F' || c is '\u0085' or '\u2028' or '\u2029') && c != also && c != too)
                return true;
        return false;
    }

    private static void WriteBlock(StringBuilder text, string value, int depth)
    {
        var body = value.TrimEnd('\n');
        var newlines = value.Length - body.Length;
        text.Append('|').Append(newlines == 0 ? "-" : newlines == 1 ? "" : "+").Append('\n');
        foreach (var line in body.Split('\n'))
            (line.Length == 0 ? text : Pad(text, depth + 1).Append(line)).Append('\n');
        text.Append('\n', Math.Max(0, newlines - 1));
    }

    private static StringBuilder Pad(StringBuilder text, int depth)
    {
        for (var i = 0; i < depth; i++)
            text.Append(Indent);
        return text;
    }

    /// <summary>Whether it reads as this very text without quotes, in any YAML.</summary>
    private static bool Plain(string value)
    {
        if (value.Length == 0 || !(char.IsAsciiLetter(value[0]) || value[0] is '.' or '/' or '_' or '$') || value[^1] is ' ' or ':')
            return false;
        if (value.Length <= 5 && value.ToLowerInvariant() is "y" or "n" or "yes" or "no" or "on" or "off" or "true" or "false" or "null" or ".inf" or ".nan")
            return false;
        if (value[0] == '.' && value.Length > 1 && char.IsAsciiDigit(value[1]))
            return false;
        for (var i = 0; i < value.Length; i++)
        {
            var c = value[i];
            if (c < ' ' || c > '~' || (c == ':' && value[i + 1] == ' ') || (c == '#' && value[i - 1] == ' '))
                return false;
        }

        return true;
    }

    private static string Quoted(string value)
    {
        var text = new StringBuilder(value.Length + 8).Append('"');
        foreach (var c in value)
            switch (c)
            {
                case '"' or '\\':
                    text.Append('\\').Append(c);
                    break;
                case '\n':
                    text.Append("\\n");
                    break;
                case '\t':
                    text.Append("\\t");
                    break;
                case '\r':
                    text.Append("\\r");
                    break;
                case < ' ' or '\x7F' or '\u0085' or '\u2028' or '\u2029' or '\uFEFF':
                    text.Append("\\u").Append(((int)c).ToString("X4", CultureInfo.InvariantCulture));
                    break;
                default:
                    text.Append(c);
                    break;
            }

        return text.Append('"').ToString();
    }
}
