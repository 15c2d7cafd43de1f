using System.Text;

namespace Slipway.Compiler.Yaml;

/// <summary>Writes nodes as YAML in Psych's manner, as GitLab shows a merged configuration. Reading it gives the same nodes again.</summary>
internal sealed class YamlWriter
{
    /// <summary>Characters; a configuration whose jobs share a great deal could be written without end.</summary>
    private const int Longest = 16 * 1024 * 1024;

    private readonly StringBuilder _text = new("---\n");

    /// <returns>The document, with <c>---</c> before it; <see langword="null"/> when it would have more than 16 Mi characters.</returns>
    public static string? Write(ConfigMapping root)
    {
        var writer = new YamlWriter();
        if (root.Entries.Count == 0)
            writer._text.Clear().Append("--- {}\n");
        else
            writer.Entries(root, 0);
        return writer._text.Length > Longest ? null : writer._text.ToString();
    }

    /// <param name="column">Where the keys stand. The first is written where the text ends, its column is already reached.</param>
    private void Entries(ConfigMapping mapping, int column)
    {
        for (var i = 0; i < mapping.Entries.Count && _text.Length <= Longest; i++)
        {
            if (i > 0)
                _text.Append(' ', column);
            Entry(mapping.Entries[i], column);
        }
    }

    private void Entry(ConfigEntry entry, int column)
    {
        var key = Key(entry);
        if (key.Length > ScalarWriter.LongestKey)
            _text.Append("? ").Append(key).Append('\n').Append(' ', column);
        else
            _text.Append(key);
        _text.Append(':');
        switch (entry.Value)
        {
            case ConfigMapping { Entries.Count: > 0 } mapping:
                _text.Append('\n').Append(' ', column + 2);
                Entries(mapping, column + 2);
                break;
            case ConfigSequence { Items.Count: > 0 } sequence:
                _text.Append('\n').Append(' ', column);
                Items(sequence, column);
                break;
            default:
                Leaf(entry.Value, column);
                break;
        }
    }

    private static string Key(ConfigEntry entry)
    {
        if (entry.KeyKind == ScalarKind.Null)
            return "~";
        var key = entry.KeyKind == ScalarKind.String ? ScalarWriter.OneLine(entry.Key) : ScalarWriter.Typed(entry.KeyKind, entry.Key);
        // Even in quotes << would merge what follows.
        return key == "<<" && entry.Value is not ConfigScalar ? "!!str <<" : key;
    }

    private void Items(ConfigSequence sequence, int column)
    {
        for (var i = 0; i < sequence.Items.Count && _text.Length <= Longest; i++)
        {
            if (i > 0)
                _text.Append(' ', column);
            _text.Append('-');
            switch (sequence.Items[i])
            {
                case ConfigMapping { Entries.Count: > 0 } mapping:
                    _text.Append(' ');
                    Entries(mapping, column + 2);
                    break;
                case ConfigSequence { Items.Count: > 0 } inner:
                    _text.Append(' ');
                    Items(inner, column + 2);
                    break;
                default:
                    Leaf(sequence.Items[i], column);
                    break;
            }
        }
    }

    /// <summary>What stands behind <c>:</c> or <c>-</c> on the same line, and the line's end.</summary>
    private void Leaf(ConfigNode node, int column)
    {
        switch (node)
        {
            case ConfigScalar { IsNull: true }:
                _text.Append('\n');
                break;
            case ConfigScalar { IsString: true } scalar when BlockText.Fits(scalar.Text):
                BlockText.Write(_text.Append(' '), scalar.Text, column + 2);
                break;
            case ConfigScalar { IsString: true } scalar:
                _text.Append(' ').Append(ScalarWriter.OneLine(scalar.Text)).Append('\n');
                break;
            case ConfigScalar scalar:
                _text.Append(' ').Append(ScalarWriter.Typed(scalar.Kind, scalar.Text)).Append('\n');
                break;
            case ConfigReference reference:
                _text.Append(" !reference [").AppendJoin(", ", reference.Path.Select(ScalarWriter.Quoted)).Append("]\n");
                break;
            default:
                _text.Append(node is ConfigMapping ? " {}\n" : " []\n");
                break;
        }
    }
}
