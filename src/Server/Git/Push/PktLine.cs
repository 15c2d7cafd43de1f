using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace Slipway.Server.Git.Push;

/// <summary>Lines with their length in front, four hex digits that count themselves. <c>0000</c> ends a list. https://git-scm.com/docs/protocol-common</summary>
internal static class PktLine
{
    /// <summary>Bytes of a line, its length's four included.</summary>
    public const int Longest = 65520;

    private const int Head = 4;

    public static ReadOnlySpan<byte> Flush => "0000"u8;

    /// <returns>The line without its length; nothing at a flush.</returns>
    /// <exception cref="PktFormatException">It ends too early, or is no pkt-line.</exception>
    public static async ValueTask<byte[]?> ReadAsync(Stream from, CancellationToken ct)
    {
        var head = new byte[Head];
        await ReadAsync(from, head, ct);
        if (!Utf8Parser.TryParse(head, out ushort length, out var used, 'x') || used != Head)
            throw new PktFormatException("A line's length is no number.");
        if (length == 0)
            return null;
        if (length is < Head or > Longest)
            throw new PktFormatException($"A line of {length} bytes cannot be.");
        var line = new byte[length - Head];
        await ReadAsync(from, line, ct);
        return line;
    }

    public static void Write(Stream to, ReadOnlySpan<byte> line)
    {
        to.Write(Encoding.ASCII.GetBytes((line.Length + Head).ToString("x4", CultureInfo.InvariantCulture)));
        to.Write(line);
    }

    public static void Write(Stream to, string line) => Write(to, Encoding.UTF8.GetBytes(line));

    private static async ValueTask ReadAsync(Stream from, Memory<byte> into, CancellationToken ct)
    {
        try
        {
            await from.ReadExactlyAsync(into, ct);
        }
        catch (EndOfStreamException e)
        {
            throw new PktFormatException("The list of commands ends too early.", e);
        }
    }
}

/// <summary>What came is not what Git sends. The client's mistake: 400.</summary>
internal sealed class PktFormatException(string message, Exception? inner = null) : Exception(message, inner);
