using System.Text;

namespace Slipway.Compiler.Yaml;

/// <summary>Text of several lines, written with <c>|</c> so that scripts stay readable.</summary>
internal static class BlockText
{
    /// <summary>Whether a literal block can hold it: it has lines, and nothing in them that a reader would change.</summary>
    public static bool Fits(string text)
    {
        if (!text.Contains('\n') || text.AsSpan().Trim('\n').IsEmpty)
            return false;
        foreach (var c in text)
        {
            if (
                c
                is (< ' ' and not ('\n' or '\t'))
                    or (>= '\x7f' and < '\u00a0')
                    or '\u2028'
                    or '\u2029'
                    or '\ufeff'
                    or '\ufffe'
                    or '\uffff'
            )
                return false;
        }
        return true;
    }

    /// <param name="column">Where the lines are to begin: two to the right of the block they stand in.</param>
    public static void Write(StringBuilder into, string text, int column)
    {
        into.Append('|');
        // Where the first line does not show the column, the header must.
        if (text[0] is ' ' or '\t' or '\n')
            into.Append('2');
        if (text[^1] != '\n')
            into.Append('-');
        else if (text is [.., '\n', '\n'])
            into.Append('+');
        into.Append('\n');
        var rest = text[^1] == '\n' ? text.AsSpan(0, text.Length - 1) : text;
        for (var end = rest.IndexOf('\n'); ; end = rest.IndexOf('\n'))
        {
            var line = end < 0 ? rest : rest[..end];
            if (!line.IsEmpty)
                into.Append(' ', column).Append(line);
            into.Append('\n');
            if (end < 0)
                return;
            rest = rest[(end + 1)..];
        }
    }
}
