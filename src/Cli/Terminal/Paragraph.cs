using System.Text;

namespace Slipway.Cli.Terminal;

/// <summary>Text broken into lines that fit.</summary>
internal static class Paragraph
{
    /// <summary>Breaks at blanks; a word that is longer than a line stands alone and is broken where the line ends.</summary>
    /// <param name="width">Cells a line; 0 or less: one line, however long.</param>
    public static List<string> Lines(string text, int width)
    {
        if (width <= 0 || CellWidth.Of(text) <= width)
            return [text];
        var lines = new List<string>();
        var line = new StringBuilder();
        var used = 0;
        foreach (var word in text.Split(' '))
        {
            var wide = CellWidth.Of(word);
            if (used > 0 && used + 1 + wide <= width)
            {
                line.Append(' ').Append(word);
                used += 1 + wide;
                continue;
            }

            if (used > 0)
                lines.Add(line.ToString());
            used = Begin(line, word, width, lines);
        }

        lines.Add(line.ToString());
        return lines;
    }

    /// <summary>Starts a line with a word, after as many whole lines of it as it is too long for one.</summary>
    private static int Begin(StringBuilder line, string word, int width, List<string> lines)
    {
        line.Clear();
        var used = 0;
        foreach (var rune in word.EnumerateRunes())
        {
            var wide = CellWidth.Of(rune.ToString());
            if (used + wide > width && used > 0)
            {
                lines.Add(line.ToString());
                line.Clear();
                used = 0;
            }

            line.Append(rune.ToString());
            used += wide;
        }

        return used;
    }
}
