using System.Security.Cryptography;
using Slipway.Server.Blobs;

namespace Slipway.Server.Registry;

/// <summary>What clients call content by: <c>sha256:</c> or <c>sha512:</c> and lower-case hex digits. https://github.com/opencontainers/image-spec/blob/main/descriptor.md#digests</summary>
internal sealed record ImageDigest
{
    public const string Sha256 = "sha256";
    public const string Sha512 = "sha512";

    private ImageDigest(string algorithm, string hex) => (Algorithm, Hex) = (algorithm, hex);

    /// <summary><see cref="Sha256"/> or <see cref="Sha512"/>.</summary>
    public string Algorithm { get; }

    public string Hex { get; }

    /// <summary>The name of the same bytes in the store, when the algorithm tells it.</summary>
    public BlobDigest? InStore => Algorithm == Sha256 ? BlobDigest.Parse(ToString(), null) : null;

    public static ImageDigest? Parse(string? text)
    {
        var colon = text?.IndexOf(':') ?? -1;
        if (colon < 0)
            return null;
        var (algorithm, hex) = (text![..colon], text[(colon + 1)..]);
        var length = algorithm switch
        {
            Sha256 => 64,
            Sha512 => 128,
            _ => 0,
        };
        return length > 0 && hex.Length == length && hex.All(char.IsAsciiHexDigitLower) ? new ImageDigest(algorithm, hex) : null;
    }

    public static ImageDigest Of(string algorithm, ReadOnlySpan<byte> content) =>
        new(algorithm, Convert.ToHexStringLower(algorithm == Sha512 ? SHA512.HashData(content) : SHA256.HashData(content)));

    /// <summary>The SHA-512 of what is read to its end.</summary>
    public static async Task<ImageDigest> Sha512OfAsync(Stream content, CancellationToken ct) =>
        new(Sha512, Convert.ToHexStringLower(await SHA512.HashDataAsync(content, ct)));

    /// <summary>A hash that somebody else computed.</summary>
    public static ImageDigest OfSha512(ReadOnlySpan<byte> hash) => new(Sha512, Convert.ToHexStringLower(hash));

    public override string ToString() => $"{Algorithm}:{Hex}";
}
