using System.Security.Cryptography;

namespace Slipway.Server.Secrets;

/// <summary>A key of 256 bits, and the name under which what it sealed remembers it. The name tells nothing of the key.</summary>
internal sealed class SecretKey
{
    /// <summary>Bytes of a key.</summary>
    public const int Size = 32;

    /// <summary>Bytes of an id.</summary>
    public const int IdSize = 8;

    private readonly byte[] _bytes;

    /// <exception cref="ArgumentException">Not <see cref="Size"/> bytes.</exception>
    public SecretKey(byte[] bytes)
    {
        if (bytes.Length != Size)
            throw new ArgumentException($"A key has {Size} bytes.", nameof(bytes));
        _bytes = bytes;
        Id = HKDF.Expand(HashAlgorithmName.SHA256, bytes, IdSize, "slipway key id"u8.ToArray());
    }

    public byte[] Id { get; }

    /// <summary>The id in hex: what a backup remembers, and what a person compares.</summary>
    public string Fingerprint => Convert.ToHexStringLower(Id);

    public static SecretKey Random() => new(RandomNumberGenerator.GetBytes(Size));

    /// <summary>Bytes that only who has the key can make, different for each purpose.</summary>
    public byte[] Derive(int length, ReadOnlySpan<byte> purpose)
    {
        var derived = new byte[length];
        HKDF.Expand(HashAlgorithmName.SHA256, _bytes, derived, purpose);
        return derived;
    }

    /// <summary>As <see cref="KeyFile"/> keeps it.</summary>
    public string ToHex() => Convert.ToHexStringLower(_bytes);
}
