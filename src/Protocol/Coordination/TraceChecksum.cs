using System.Globalization;
using Slipway.Protocol.Checksums;

namespace Slipway.Protocol.Coordination;

/// <summary>The checksum of a log as <c>PUT /jobs/:id</c> has it: <c>crc32:</c> and eight hexadecimal digits, over all bytes from the first (runner-protocol §5.1).</summary>
public static class TraceChecksum
{
    private const string Prefix = "crc32:";

    /// <param name="sum">As <see cref="Crc32.Append"/> gives it.</param>
    public static string Text(uint sum) => string.Create(CultureInfo.InvariantCulture, $"{Prefix}{sum:x8}");

    /// <returns>The sum; <see langword="null"/> when the text is of another kind.</returns>
    public static uint? Read(string? text) =>
        text is { Length: 14 }
        && text.StartsWith(Prefix, StringComparison.Ordinal)
        && uint.TryParse(text.AsSpan(Prefix.Length), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var sum)
            ? sum
            : null;
}
