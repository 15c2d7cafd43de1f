using System.Text;

namespace Slipway.Cli.Terminal;

/// <summary>Indented lines of parts, each with its look. What is too wide goes on below, indented alike.</summary>
/// <param name="columns">Cells a line may have; 0: as many as it takes.</param>
internal sealed class Page(Palette palette, int columns)
{
    private readonly StringBuilder _text = new();

    public Palette Palette => palette;

    public override string ToString() => _text.ToString();

    public void Blank() => _text.Append('\n');

    public void Line(int indent, string text) => Line(indent, (text, null));

    /// <param name="parts">Stand beside each other with one blank between; those that do not fit begin a line of their own.</param>
    public void Line(int indent, params ReadOnlySpan<(string Text, Func<string, string>? Look)> parts)
    {
        var used = 0;
        foreach (var part in parts)
        {
            var wide = CellWidth.Of(part.Text);
            if (used > 0 && (columns == 0 || used + 1 + wide <= columns))
            {
                _text.Append(' ').Append(Looking(part));
                used += 1 + wide;
                continue;
            }

            foreach (var line in Paragraph.Lines(part.Text.TrimStart(), columns == 0 ? 0 : Math.Max(8, columns - indent)))
            {
                _text.Append(used > 0 ? "\n" : "").Append(' ', indent).Append(Looking((line, part.Look)));
                used = indent + CellWidth.Of(line);
            }
        }

        _text.Append('\n');
    }

    private static string Looking((string Text, Func<string, string>? Look) part) => part.Look?.Invoke(part.Text) ?? part.Text;
}
