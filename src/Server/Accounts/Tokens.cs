using System.Security.Cryptography;
using System.Text;

namespace Slipway.Server.Accounts;

/// <summary>Secrets we hand out: GitLab's prefix, which scanners and maskers know, and 160 random bits. Kept as a hash only; so many random bits need no slow one.</summary>
internal static class Tokens
{
    public const string Access = "glpat-";
    public const string Deploy = "gldt-";
    public const string Runner = "glrt-";
    public const string Job = "glcbt-";
    public const string Trigger = "glptt-";

    /// <summary>A cookie needs no prefix.</summary>
    public const string Session = "";

    /// <summary>27 of these 62 are 160 bits.</summary>
    private const int Length = 27;

    private const string Alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

    /// <param name="prefix">One of the constants here.</param>
    public static string Create(string prefix) => prefix + RandomNumberGenerator.GetString(Alphabet, Length);

    /// <summary>SHA-256 in hex: what rows hold, and what a token is looked up by. How long the search takes tells nothing of the token.</summary>
    public static string Hash(string token) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(token)));
}
