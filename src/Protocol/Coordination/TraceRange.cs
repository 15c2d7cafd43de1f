using System.Globalization;

namespace Slipway.Protocol.Coordination;

/// <summary>
/// Which part of a log is meant (runner-protocol §6). A piece is told as <c>Content-Range: START-END</c>, both counted from 0 and both part of it,
/// without unit and without total. What a coordinator holds is told as <c>Range: 0-SIZE</c>, where SIZE is the number of bytes: the place of the
/// next one, not of the last.
/// </summary>
public static class TraceRange
{
    /// <summary>The <c>Content-Range</c> of a piece.</summary>
    /// <param name="length">At least 1: empty pieces are not sent.</param>
    public static string Piece(long start, long length) => string.Create(CultureInfo.InvariantCulture, $"{start}-{start + length - 1}");

    /// <summary>Where a piece begins, all that a coordinator goes by.</summary>
    public static bool TryPiece(string? contentRange, out long start)
    {
        start = 0;
        return contentRange?.IndexOf('-') is > 0 and var dash && TryNumber(contentRange.AsSpan(0, dash), out start);
    }

    /// <summary>The <c>Range</c> of a coordinator that holds so many bytes.</summary>
    public static string Held(long size) => string.Create(CultureInfo.InvariantCulture, $"0-{size}");

    /// <returns>From where to send on; 0 when <paramref name="range"/> does not tell.</returns>
    public static long Next(string? range) => range?.Split('-') is [_, var size] && TryNumber(size, out var next) ? next : 0;

    private static bool TryNumber(ReadOnlySpan<char> text, out long number) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
}
