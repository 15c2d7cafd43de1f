using Slipway.Server.Ui.Assets;

namespace Slipway.Server.Ui.Logs;

/// <summary>How a terminal would write the next character: what SGR sequences have set so far.</summary>
internal sealed class AnsiState
{
    private const int MostNumbers = 64;

    private int _text = -1;
    private int _ground = -1;
    private bool _bold;
    private bool _dim;
    private bool _italic;
    private bool _underlined;
    private bool _inverse;
    private bool _hidden;
    private bool _struck;

    /// <summary>Its classes in the style sheet.</summary>
    public string Classes { get; private set; } = "";

    /// <summary>Of an OSC 8 sequence.</summary>
    public string? Link { get; set; }

    public AnsiState Copy() => (AnsiState)MemberwiseClone();

    /// <param name="parameters">Between <c>ESC [</c> and <c>m</c>: <c>1;38;5;208</c>. Colons separate as well as semicolons.</param>
    public void Apply(ReadOnlySpan<char> parameters)
    {
        Span<int> numbers = stackalloc int[MostNumbers];
        var count = Read(parameters, numbers);
        for (var at = 0; at < count; at++)
        {
            if (numbers[at] is 38 or 48)
                at += Wide(numbers[at] == 38, numbers[(at + 1)..count]);
            else
                One(numbers[at]);
        }

        Classes = Words();
    }

    private void One(int code)
    {
        switch (code)
        {
            case 0:
                (_text, _ground) = (-1, -1);
                (_bold, _dim, _italic, _underlined) = (false, false, false, false);
                (_inverse, _hidden, _struck) = (false, false, false);
                break;
            case 1 or 2 or 22:
                (_bold, _dim) = (code == 1 || (code == 2 && _bold), code == 2 || (code == 1 && _dim));
                break;
            case 3 or 23:
                _italic = code == 3;
                break;
            case 4 or 21 or 24:
                _underlined = code != 24;
                break;
            case 7 or 27:
                _inverse = code == 7;
                break;
            case 8 or 28:
                _hidden = code == 8;
                break;
            case 9 or 29:
                _struck = code == 9;
                break;
            case >= 30 and <= 39:
                _text = code == 39 ? -1 : code - 30;
                break;
            case >= 40 and <= 49:
                _ground = code == 49 ? -1 : code - 40;
                break;
            case >= 90 and <= 97:
                _text = code - 82;
                break;
            case >= 100 and <= 107:
                _ground = code - 92;
                break;
        }
    }

    /// <returns>How many numbers it took.</returns>
    private int Wide(bool isText, ReadOnlySpan<int> rest)
    {
        var (colour, taken) = rest switch
        {
            [5, >= 0 and < 256 and var index, ..] => (index, 2),
            [2, >= 0 and < 256 and var r, >= 0 and < 256 and var g, >= 0 and < 256 and var b, ..] => (Palette.Nearest(r, g, b), 4),
            _ => (-2, rest.Length),
        };
        if (colour >= 0 && isText)
            _text = colour;
        else if (colour >= 0)
            _ground = colour;
        return taken;
    }

    private static int Read(ReadOnlySpan<char> parameters, Span<int> numbers)
    {
        var count = 0;
        foreach (var part in parameters.SplitAny(';', ':'))
        {
            if (count == numbers.Length)
                break;
            numbers[count++] =
                parameters[part].IsEmpty ? 0
                : int.TryParse(parameters[part], System.Globalization.NumberStyles.None, null, out var number) ? number
                : -1;
        }

        return count;
    }

    private string Words()
    {
        var words = new List<string>(4);
        var (text, ground) =
            _inverse && (_text >= 0 || _ground >= 0) ? (_ground < 0 ? 0 : _ground, _text < 0 ? 7 : _text) : (_text, _ground);
        if (text >= 0)
            words.Add($"f{text}");
        if (ground >= 0)
            words.Add($"b{ground}");
        if (_inverse && _text < 0 && _ground < 0)
            words.Add("in");
        (bool On, string Word)[] flags =
        [
            (_bold, "bo"),
            (_dim, "di"),
            (_italic, "it"),
            (_underlined, "ul"),
            (_hidden, "hi"),
            (_struck, "st"),
        ];
        words.AddRange(flags.Where(flag => flag.On).Select(flag => flag.Word));
        return string.Join(' ', words);
    }
}
