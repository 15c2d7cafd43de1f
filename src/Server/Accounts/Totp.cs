using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Slipway.Server.Accounts;

/// <summary>One-time passwords from the clock: RFC 6238 with SHA-1, 30 seconds and 6 digits, which is what every app speaks.</summary>
internal static class Totp
{
    public const int StepSeconds = 30;

    private const int SecretSize = 20;
    private const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

    /// <summary>160 random bits in base 32, as apps take them.</summary>
    public static string NewSecret() => ToBase32(RandomNumberGenerator.GetBytes(SecretSize));

    /// <summary>What a QR code holds.</summary>
    public static string Link(string secret, string issuer, string account) =>
        $"otpauth://totp/{Uri.EscapeDataString(issuer)}:{Uri.EscapeDataString(account)}?secret={secret}&issuer={Uri.EscapeDataString(issuer)}";

    public static long StepAt(DateTimeOffset now) => now.ToUnixTimeSeconds() / StepSeconds;

    /// <summary>The step a code is of: this one, the one before or the one after, for clocks that go wrong.</summary>
    /// <returns>Nothing when it is of none of them.</returns>
    public static long? Match(string secret, string code, DateTimeOffset now)
    {
        var given = Encoding.UTF8.GetBytes(code.Replace(" ", ""));
        long? match = null;
        // All three are looked at whatever the first says: the time it takes tells nothing.
        foreach (var step in (long[])[StepAt(now) - 1, StepAt(now), StepAt(now) + 1])
            if (CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(CodeAt(secret, step)), given))
                match = step;
        return match;
    }

    public static string CodeAt(string secret, long step)
    {
        Span<byte> counter = stackalloc byte[8];
        BinaryPrimitives.WriteInt64BigEndian(counter, step);
        Span<byte> hash = stackalloc byte[20];
        // SHA-1 is what RFC 4226 says and what the apps do; a collision helps nobody here.
#pragma warning disable CA5350
        HMACSHA1.HashData(FromBase32(secret), counter, hash);
#pragma warning restore CA5350
        var at = hash[^1] & 0xf;
        var number = BinaryPrimitives.ReadUInt32BigEndian(hash[at..]) & 0x7fffffff;
        return (number % 1_000_000).ToString("000000");
    }

    private static string ToBase32(byte[] bytes)
    {
        var text = new StringBuilder();
        var (held, bits) = (0, 0);
        foreach (var b in bytes)
        {
            (held, bits) = ((held << 8) | b, bits + 8);
            for (; bits >= 5; bits -= 5)
                text.Append(Alphabet[(held >> (bits - 5)) & 31]);
        }

        return text.ToString();
    }

    private static byte[] FromBase32(string text)
    {
        var bytes = new List<byte>();
        var (held, bits) = (0, 0);
        foreach (var c in text)
        {
            (held, bits) = (((held << 5) | Alphabet.IndexOf(c)) & 0xffff, bits + 5);
            if (bits < 8)
                continue;
            bits -= 8;
            bytes.Add((byte)(held >> bits));
        }

        return [.. bytes];
    }
}
