using Slipway.Server.Blobs;

namespace Slipway.Server.Registry;

/// <summary>Which parts of a blob are asked for. https://www.rfc-editor.org/rfc/rfc9110#section-14.1.2</summary>
internal static class ByteRanges
{
    /// <summary>Podman asks for up to 1,024 parts of a layer of which it has the rest.</summary>
    private const int Most = 1024;

    /// <param name="header"><c>bytes=0-99,200-,-50</c></param>
    /// <param name="length">Of the whole.</param>
    /// <returns>
    /// Nothing: send all of it, because no ranges are asked for, or what is asked for is nonsense or together more than the whole. An empty list: none of them lies within it.
    /// </returns>
    public static IReadOnlyList<BlobRange>? Parse(string? header, long length)
    {
        const string unit = "bytes=";
        if (header?.StartsWith(unit, StringComparison.OrdinalIgnoreCase) != true)
            return null;
        var texts = header[unit.Length..].Split(',', Most + 1);
        if (texts.Length > Most)
            return null;
        var ranges = new List<BlobRange>();
        foreach (var text in texts)
        {
            if (!TryParse(text.Trim(), length, out var range))
                return null;
            if (range is not null)
                ranges.Add(range);
        }

        // Overlapping ranges would let a small request ask for any amount of bytes.
        return ranges.Sum(range => range.Length) > length ? null : ranges;
    }

    /// <returns>False: it is none.</returns>
    private static bool TryParse(string text, long length, out BlobRange? range)
    {
        range = null;
        var dash = text.IndexOf('-');
        if (dash < 0)
            return false;
        var (first, last) = (text[..dash], text[(dash + 1)..]);
        if (first.Length == 0)
        {
            if (!IsNumber(last, out var count))
                return false;
            range = count == 0 || length == 0 ? null : new BlobRange(Math.Max(0, length - count), Math.Min(count, length));
            return true;
        }

        var end = long.MaxValue;
        if (!IsNumber(first, out var start) || (last.Length > 0 && !IsNumber(last, out end)))
            return false;
        range = start >= length || end < start ? null : new BlobRange(start, Math.Min(end, length - 1) - start + 1);
        return true;
    }

    private static bool IsNumber(string text, out long number)
    {
        number = 0;
        return text.Length is > 0 and <= 18 && text.All(char.IsAsciiDigit) && long.TryParse(text, out number);
    }
}
