using System.Text;

namespace Slipway.Compiler.Yaml;

/// <summary>Writes nodes as YAML in Psych's manner, as GitLab shows a merged configuration. Reading it gives the same nodes again.</summary>
internal sealed class YamlWriter(YamlComments? comments = null)
{
    /// <summary>Characters; a configuration whose jobs share a great deal could be written without end.</summary>
    private const int Longest = 16 * 1024 * 1024;

    private readonly StringBuilder _text = new("---\n");

    /// <summary>The top-level entry being written.</summary>
    private string _top = "";

    /// <returns>The document, with <c>---</c> before it; <see langword="null"/> when it would have more than 16 Mi characters.</returns>
    public static string? Write(ConfigMapping root, YamlComments? comments = null)
    {
        var writer = new YamlWriter(comments);
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
            if (column == 0)
                _top = mapping.Entries[i].Key;
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
        var comment = comments?.OfKey(_top, entry);
        switch (entry.Value)
        {
            case ConfigMapping { Entries.Count: > 0 } mapping:
                EndLine(comment).Append(' ', column + 2);
                Entries(mapping, column + 2);
                break;
            case ConfigSequence { Items.Count: > 0 } sequence:
                EndLine(comment).Append(' ', column);
                Items(sequence, column);
                break;
            default:
                Leaf(entry.Value, column, comment);
                break;
        }
    }

    private StringBuilder EndLine(string? comment) => (comment is null ? _text : _text.Append("  # ").Append(comment)).Append('\n');

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
                    Leaf(sequence.Items[i], column, comments?.OfItem(_top, sequence.Items[i].At, sequence.At));
                    break;
            }
        }
    }

    /// <summary>What stands behind <c>:</c> or <c>-</c> on the same line, and the line's end.</summary>
    private void Leaf(ConfigNode node, int column, string? comment)
    {
        switch (node)
        {
            case ConfigScalar { IsNull: true }:
                break;
            case ConfigScalar { IsString: true } scalar when BlockText.Fits(scalar.Text):
                Block(scalar.Text, column + 2, comment);
                return;
            case ConfigScalar { IsString: true } scalar:
                _text.Append(' ').Append(ScalarWriter.OneLine(scalar.Text));
                break;
            case ConfigScalar scalar:
                _text.Append(' ').Append(ScalarWriter.Typed(scalar.Kind, scalar.Text));
                break;
            case ConfigReference reference:
                _text.Append(" !reference [").AppendJoin(", ", reference.Path.Select(ScalarWriter.Quoted)).Append(']');
                break;
            default:
                _text.Append(node is ConfigMapping ? " {}" : " []");
                break;
        }

        EndLine(comment);
    }

    /// <summary>The comment of a block stands in its first line, behind the <c>|</c>.</summary>
    private void Block(string text, int column, string? comment)
    {
        var block = new StringBuilder();
        BlockText.Write(block, text, column);
        var lines = block.ToString();
        var end = lines.IndexOf('\n');
        _text.Append(' ').Append(lines, 0, end);
        EndLine(comment).Append(lines, end + 1, lines.Length - end - 1);
    }
}
