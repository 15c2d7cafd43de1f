using System.Text;
using Slipway.Cli.Terminal;

namespace Slipway.Cli.Drawing;

/// <summary>A grid of cells to draw lines and texts on; lines that meet join.</summary>
internal sealed class Canvas(int width, int height, Strokes strokes)
{
    private const byte Up = 1;
    private const byte Down = 2;
    private const byte ToLeft = 4;
    private const byte ToRight = 8;

    private readonly byte[,] _lines = new byte[height, width];
    private readonly string?[,] _texts = new string?[height, width];
    private readonly Func<string, string>?[,] _looks = new Func<string, string>?[height, width];

    public void Across(int y, int from, int to)
    {
        for (var x = Math.Min(from, to); x < Math.Max(from, to); x++)
        {
            _lines[y, x] |= ToRight;
            _lines[y, x + 1] |= ToLeft;
        }
    }

    public void Along(int x, int from, int to)
    {
        for (var y = Math.Min(from, to); y < Math.Max(from, to); y++)
        {
            _lines[y, x] |= Down;
            _lines[y + 1, x] |= Up;
        }
    }

    public void Put(int x, int y, char mark) => _texts[y, x] = mark.ToString();

    /// <param name="look">How it is coloured; <see langword="null"/>: not at all.</param>
    public void Write(int x, int y, string text, Func<string, string>? look = null)
    {
        var last = x;
        foreach (var rune in text.EnumerateRunes())
        {
            var wide = CellWidth.Of(rune.ToString());
            if (wide == 0)
            {
                _texts[y, last] += rune.ToString();
                continue;
            }

            (_texts[y, x], _looks[y, x], last) = (rune.ToString(), look, x);
            for (var i = 1; i < wide; i++)
                _texts[y, x + i] = "";
            x += wide;
        }
    }

    /// <param name="line">How lines are coloured.</param>
    public string ToText(Func<string, string> line)
    {
        var text = new StringBuilder();
        for (var y = 0; y < height; y++)
        {
            var end = width;
            while (end > 0 && IsBlank(y, end - 1))
                end--;
            Row(text, y, end, line);
            text.Append('\n');
        }

        return text.ToString();
    }

    private void Row(StringBuilder text, int y, int end, Func<string, string> line)
    {
        for (var x = 0; x < end; )
        {
            var (look, start) = (LookAt(y, x, line), x);
            var part = new StringBuilder();
            for (; x < end && LookAt(y, x, line) == look; x++)
                part.Append(_texts[y, x] ?? strokes.Lines[_lines[y, x]].ToString());
            text.Append(look is null || string.IsNullOrWhiteSpace(part.ToString()) ? part.ToString() : look(part.ToString()));
        }
    }

    /// <summary>The second cell of a wide character goes with the first.</summary>
    private Func<string, string>? LookAt(int y, int x, Func<string, string> line) =>
        _texts[y, x] is "" && x > 0 ? LookAt(y, x - 1, line)
        : _looks[y, x] is { } own ? own
        : _texts[y, x] is null && _lines[y, x] != 0 ? line
        : null;

    private bool IsBlank(int y, int x) => _texts[y, x] is null or " " && _lines[y, x] == 0;
}
