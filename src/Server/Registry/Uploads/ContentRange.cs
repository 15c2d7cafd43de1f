using Microsoft.AspNetCore.Http;

namespace Slipway.Server.Registry.Uploads;

/// <summary>Which bytes of a blob a request brings: <c>Content-Range: 0-511</c>, both ends included. Some write <c>bytes</c> before it, some a size behind it.</summary>
internal sealed record ContentRange(long First, long Last)
{
    public long Length => Last - First + 1;

    /// <param name="request">Where it stands in the header.</param>
    /// <param name="range">Nothing when the header is not there.</param>
    /// <returns>False: it cannot be read.</returns>
    public static bool TryRead(HttpRequest request, out ContentRange? range)
    {
        range = null;
        if (request.Headers.ContentRange.ToString() is not { Length: > 0 } header)
            return true;
        var text = header.Split('/')[0].Trim();
        if (text.StartsWith("bytes", StringComparison.OrdinalIgnoreCase))
            text = text["bytes".Length..].TrimStart(' ', '=');
        if (text.Split('-') is [var first, var last] && Number(first) is { } from && Number(last) is { } to && from <= to)
            range = new ContentRange(from, to);
        return range is not null;
    }

    private static long? Number(string text) =>
        text.Length is > 0 and <= 18 && text.All(char.IsAsciiDigit) && long.TryParse(text, out var number) ? number : null;
}
