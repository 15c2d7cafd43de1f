using System.Runtime.InteropServices;

namespace Slipway.Compiler.Inputs;

/// <summary>Where a <c>$[[ … ]]</c> stands in a text, and what is inside without the white space around it.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct BlockPlace(int Start, int DataStart, int DataEnd, int End)
{
    private const string Opening = "$[[";
    private const string Closing = "]]";

    /// <summary>The next block at or after <paramref name="from"/>. Inside are at least two characters, on one line; other brackets are text.</summary>
    public static bool TryFind(string text, int from, out BlockPlace block)
    {
        block = default;
        for (
            var start = text.IndexOf(Opening, from, StringComparison.Ordinal);
            start >= 0;
            start = text.IndexOf(Opening, start + 1, StringComparison.Ordinal)
        )
        {
            var data = start + Opening.Length;
            while (data < text.Length && char.IsWhiteSpace(text[data]))
                data++;
            // The first two characters belong to the data even when they are brackets.
            var close = data + 2 > text.Length ? -1 : text.IndexOf(Closing, data + 2, StringComparison.Ordinal);
            if (close < 0)
                return false;
            var end = close;
            while (end > data && char.IsWhiteSpace(text[end - 1]))
                end--;
            if (end - data < 2 || text.AsSpan(data, end - data).Contains('\n'))
                continue;
            block = new BlockPlace(start, data, end, close + Closing.Length);
            return true;
        }
        return false;
    }
}
