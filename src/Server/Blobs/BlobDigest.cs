using System.Diagnostics.CodeAnalysis;

namespace Slipway.Server.Blobs;

/// <summary>The name of a blob: the SHA-256 of its bytes. Equal bytes have one name, and a name can be no path.</summary>
internal readonly record struct BlobDigest : IParsable<BlobDigest>
{
    private const string Algorithm = "sha256:";
    private const int HexLength = 64;

    private BlobDigest(string hex) => Hex = hex;

    /// <summary>64 lower-case hex digits.</summary>
    public string Hex { get; }

    public static BlobDigest Of(ReadOnlySpan<byte> hash) =>
        hash.Length * 2 == HexLength
            ? new BlobDigest(Convert.ToHexStringLower(hash))
            : throw new ArgumentException("SHA-256 has 32 bytes.");

    /// <param name="text"><c>sha256:</c> and the hex digits, as the registry's clients write it. Other algorithms and capitals are refused.</param>
    public static bool TryParse([NotNullWhen(true)] string? text, IFormatProvider? provider, out BlobDigest digest)
    {
        var hex = text is not null && text.StartsWith(Algorithm) ? text[Algorithm.Length..] : "";
        var valid = hex.Length == HexLength && hex.All(char.IsAsciiHexDigitLower);
        digest = valid ? new BlobDigest(hex) : default;
        return valid;
    }

    public static bool TryParse([NotNullWhen(true)] string? text, out BlobDigest digest) => TryParse(text, null, out digest);

    public static BlobDigest Parse(string text, IFormatProvider? provider) =>
        TryParse(text, provider, out var digest) ? digest : throw new FormatException($"'{text}' is no sha256 digest.");

    public override string ToString() => Algorithm + Hex;
}
