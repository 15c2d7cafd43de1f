using System.Buffers;
using System.Text;
using System.Text.Unicode;

namespace Slipway.Compiler.Yaml;

/// <summary>
/// Text from the bytes of a file. What is not UTF-8 must still be told at its place, so each byte that no decoder can read becomes a lone low
/// surrogate, U+DC00 plus the byte: no text has one otherwise.
/// </summary>
internal static class FileText
{
    private const char Escape = '\uDC00';

    /// <summary>UTF-8, or UTF-16 with its byte order mark, which YAML takes as well.</summary>
    public static string Of(ReadOnlySpan<byte> bytes)
    {
        if (bytes is [0xFF, 0xFE, .. var little])
            return Encoding.Unicode.GetString(little);
        if (bytes is [0xFE, 0xFF, .. var big])
            return Encoding.BigEndianUnicode.GetString(big);
        return Utf8.IsValid(bytes) ? Encoding.UTF8.GetString(bytes) : Escaped(bytes);
    }

    private static string Escaped(ReadOnlySpan<byte> bytes)
    {
        var text = new StringBuilder(bytes.Length);
        Span<char> pair = stackalloc char[2];
        while (!bytes.IsEmpty)
        {
            if (Rune.DecodeFromUtf8(bytes, out var rune, out var length) == OperationStatus.Done)
                text.Append(pair[..rune.EncodeToUtf16(pair)]);
            else
                foreach (var octet in bytes[..length])
                    text.Append((char)(Escape + octet));
            bytes = bytes[length..];
        }

        return text.ToString();
    }

    /// <summary>Where the first half of a pair stands alone, or a byte that was none of UTF-8; -1 when all is text.</summary>
    public static int FirstBroken(ReadOnlySpan<char> text)
    {
        for (var at = 0; text[at..].IndexOfAnyInRange('\uD800', '\uDFFF') is var found and >= 0; at += found + 2)
        {
            var here = at + found;
            if (here + 1 >= text.Length || !char.IsSurrogatePair(text[here], text[here + 1]))
                return here;
        }

        return -1;
    }

    /// <summary>libyaml's words for what stands at the beginning of <paramref name="rest"/>.</summary>
    public static string Complaint(ReadOnlySpan<char> rest)
    {
        if (OctetAt(rest, 0) is not { } first)
            return "invalid Unicode character";
        var width =
            first < 0xC0 ? 0
            : first < 0xE0 ? 2
            : first < 0xF0 ? 3
            : first < 0xF8 ? 4
            : 0;
        if (width == 0)
            return "invalid leading UTF-8 octet";
        var trailing = 0;
        while (trailing < width - 1 && OctetAt(rest, trailing + 1) is >= 0x80 and < 0xC0)
            trailing++;
        if (trailing == width - 1)
            return first is 0xC0 or 0xC1 or 0xE0 or 0xF0 ? "invalid length of a UTF-8 sequence" : "invalid Unicode character";
        return trailing + 1 == rest.Length ? "incomplete UTF-8 octet sequence" : "invalid trailing UTF-8 octet";
    }

    /// <summary>The byte a character stands for.</summary>
    public static int? OctetAt(ReadOnlySpan<char> text, int index) =>
        index < text.Length && text[index] is >= (char)(Escape + 0x80) and <= (char)(Escape + 0xFF) and var c ? c - Escape : null;
}
