using System.Security.Cryptography;
using System.Text;

namespace Slipway.Server.Secrets;

/// <summary>
/// Seals what must be read again and must be of no use to who has the database: variables, job tokens, second factors. Every text has a key of its own,
/// derived from the newest key of <see cref="KeyFile"/> and 24 random bytes, for AES-256-GCM. Sealed bytes are: format 1, the key's id (8), those random
/// bytes (24), the tag (16), the text. Older keys still open what they sealed.
/// </summary>
/// <param name="keys">The newest last; at least one.</param>
internal sealed class SecretBox(IReadOnlyList<SecretKey> keys)
{
    private const byte Format = 1;
    private const int SaltSize = 24;
    private const int TagSize = 16;
    private const int NonceSize = 12;
    private const int HeadSize = 1 + SecretKey.IdSize + SaltSize;

    /// <summary>Of the key that seals from now on.</summary>
    public string Fingerprint => keys[^1].Fingerprint;

    /// <param name="purpose">What it is and whose, <c>jobs.token</c> or <c>ci_variables 7</c>: opening needs the same, so that sealed bytes cannot be moved to another place.</param>
    public byte[] Seal(string purpose, string text) => SealBytes(purpose, Encoding.UTF8.GetBytes(text));

    /// <inheritdoc cref="Seal"/>
    /// <param name="plain">Zeroed afterwards.</param>
    public byte[] SealBytes(string purpose, byte[] plain)
    {
        var key = keys[^1];
        var result = new byte[HeadSize + TagSize + plain.Length];
        result[0] = Format;
        key.Id.CopyTo(result.AsSpan(1));
        RandomNumberGenerator.Fill(result.AsSpan(1 + SecretKey.IdSize, SaltSize));
        var (cipher, nonce) = CipherOf(key, result);
        using (cipher)
            cipher.Encrypt(nonce, plain, result.AsSpan(HeadSize + TagSize), result.AsSpan(HeadSize, TagSize), Owner(purpose, result));
        CryptographicOperations.ZeroMemory(plain);
        return result;
    }

    /// <exception cref="CryptographicException">Sealed for another purpose, changed since, or with a key that is not in the file.</exception>
    public string Open(string purpose, byte[] sealedText) => Encoding.UTF8.GetString(OpenBytes(purpose, sealedText));

    /// <inheritdoc cref="Open"/>
    public byte[] OpenBytes(string purpose, byte[] sealedText)
    {
        if (sealedText.Length < HeadSize + TagSize || sealedText[0] != Format)
            throw new CryptographicException("These are no sealed bytes.");
        var id = sealedText.AsSpan(1, SecretKey.IdSize).ToArray();
        var key =
            keys.FirstOrDefault(key => key.Id.AsSpan().SequenceEqual(id))
            ?? throw new CryptographicException($"The key {Convert.ToHexStringLower(id)} that sealed this is not in the key file.");
        var plain = new byte[sealedText.Length - HeadSize - TagSize];
        var (cipher, nonce) = CipherOf(key, sealedText);
        using (cipher)
            cipher.Decrypt(
                nonce,
                sealedText.AsSpan(HeadSize + TagSize),
                sealedText.AsSpan(HeadSize, TagSize),
                plain,
                Owner(purpose, sealedText)
            );
        return plain;
    }

    /// <summary>One text's own key and nonce. As the 192 random bits make the key, no nonce is ever used twice, however many texts there are.</summary>
    private static (AesGcm Cipher, byte[] Nonce) CipherOf(SecretKey key, byte[] sealedText)
    {
        var derived = key.Derive(SecretKey.Size + NonceSize, [.. "slipway sealed"u8, .. sealedText.AsSpan(1 + SecretKey.IdSize, SaltSize)]);
        return (new AesGcm(derived.AsSpan(0, SecretKey.Size), TagSize), derived[SecretKey.Size..]);
    }

    private static byte[] Owner(string purpose, byte[] sealedText) =>
        [.. sealedText.AsSpan(0, HeadSize), .. Encoding.UTF8.GetBytes(purpose)];
}
