using System.Text;

namespace Slipway.Server.Ui.Assets;

/// <summary>
/// The 256 colours of a terminal as classes <c>f0</c>…<c>f255</c> for text and <c>b0</c>…<c>b255</c> behind it, for a page may not style a single element. Colours of text
/// are made light enough to be read on the log's dark ground; what stands on a coloured ground is black or white, whichever can be read.
/// </summary>
internal static class Palette
{
    private const double LeastContrast = 4.5;
    private static readonly (int R, int G, int B) Ground = (0x14, 0x17, 0x1c);

    private static readonly (int R, int G, int B)[] Named =
    [
        (0x14, 0x17, 0x1c),
        (0xf0, 0x6a, 0x62),
        (0x5f, 0xc9, 0x7c),
        (0xe0, 0xb0, 0x4c),
        (0x6c, 0xa8, 0xff),
        (0xd0, 0x86, 0xe8),
        (0x4f, 0xc4, 0xcf),
        (0xd9, 0xde, 0xe5),
        (0x8a, 0x93, 0xa0),
        (0xff, 0x93, 0x8c),
        (0x8a, 0xe2, 0xa2),
        (0xff, 0xd4, 0x7d),
        (0x9b, 0xc6, 0xff),
        (0xe7, 0xad, 0xf7),
        (0x8a, 0xe5, 0xee),
        (0xff, 0xff, 0xff),
    ];

    public static (int R, int G, int B) Colour(int index)
    {
        if (index < 16)
            return Named[index];
        if (index >= 232)
            return (8 + ((index - 232) * 10), 8 + ((index - 232) * 10), 8 + ((index - 232) * 10));
        var cube = index - 16;
        return (Step(cube / 36), Step(cube / 6 % 6), Step(cube % 6));
    }

    /// <summary>Of the 240 that are not named, the one that is nearest to a colour of 24 bits.</summary>
    public static int Nearest(int r, int g, int b)
    {
        var best = (Index: 16, Distance: int.MaxValue);
        for (var index = 16; index < 256; index++)
        {
            var (x, y, z) = Colour(index);
            var distance = ((x - r) * (x - r)) + ((y - g) * (y - g)) + ((z - b) * (z - b));
            if (distance < best.Distance)
                best = (index, distance);
        }

        return best.Index;
    }

    public static string Css()
    {
        var css = new StringBuilder();
        for (var index = 0; index < 256; index++)
        {
            css.Append($".f{index}{{color:{Hex(Readable(Colour(index)))}}}\n");
            var isLight = Contrast(Colour(index), (0, 0, 0)) > Contrast(Colour(index), (255, 255, 255));
            css.Append($".b{index}{{background:{Hex(Colour(index))};color:{(isLight ? "#000" : "#fff")}}}\n");
        }

        return css.ToString();
    }

    /// <summary>https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio</summary>
    internal static double Contrast((int R, int G, int B) one, (int R, int G, int B) other)
    {
        var (high, low) = (Math.Max(Light(one), Light(other)), Math.Min(Light(one), Light(other)));
        return (high + 0.05) / (low + 0.05);
    }

    internal static (int R, int G, int B) Readable((int R, int G, int B) colour)
    {
        while (Contrast(colour, Ground) < LeastContrast)
            colour = (Lighter(colour.R), Lighter(colour.G), Lighter(colour.B));
        return colour;

        static int Lighter(int part) => Math.Min(255, part + Math.Max(4, (255 - part) / 12));
    }

    private static double Light((int R, int G, int B) c)
    {
        return (0.2126 * Part(c.R)) + (0.7152 * Part(c.G)) + (0.0722 * Part(c.B));

        static double Part(int value)
        {
            var part = value / 255.0;
            return part <= 0.04045 ? part / 12.92 : Math.Pow((part + 0.055) / 1.055, 2.4);
        }
    }

    private static int Step(int place) => place == 0 ? 0 : 55 + (place * 40);

    private static string Hex((int R, int G, int B) c) => $"#{c.R:x2}{c.G:x2}{c.B:x2}";
}
