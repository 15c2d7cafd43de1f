using System.Numerics;
using System.Security.Cryptography;
using System.Text;

namespace Slipway.Compiler.Variables;

/// <summary>Names made fit for host names and paths, as GitLab makes them.</summary>
internal static class Slugs
{
    private const int EnvironmentLength = 24;

    /// <summary>Of refs, project paths and job names: lower case, everything but letters and digits a dash, at most 63 characters, no dash at either end.</summary>
    public static string Of(string name)
    {
        var slug = Dashed(name);
        return (slug.Length > 63 ? slug[..63] : slug).Trim('-');
    }

    /// <summary>
    /// Of environments: begins with a letter, no two dashes in a row, at most 24 characters. A name that had to be changed gets six characters
    /// of its own at the end, so that two names do not share a slug.
    /// </summary>
    public static string OfEnvironment(string name)
    {
        var slug = Dashed(name);
        if (slug.Length == 0 || !char.IsAsciiLetter(slug[0]))
            slug = "env-" + slug;
        slug = Squeezed(slug);
        if (slug.Length <= EnvironmentLength && slug == name)
            return slug.EndsWith('-') ? slug[..^1] : slug;
        var head = slug.Length > 17 ? slug[..17] : slug;
        return (head.EndsWith('-') ? head : head + "-") + Suffix(name);
    }

    private static string Dashed(string name) =>
        string.Create(
            name.Length,
            name,
            static (slug, source) =>
            {
                for (var i = 0; i < slug.Length; i++)
                {
                    var c = char.ToLowerInvariant(source[i]);
                    slug[i] = char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) ? c : '-';
                }
            }
        );

    private static string Squeezed(string slug)
    {
        var result = new StringBuilder(slug.Length);
        foreach (var c in slug)
            if (c != '-' || result.Length == 0 || result[^1] != '-')
                result.Append(c);
        return result.ToString();
    }

    /// <summary>The last six digits of the name's SHA-256 in base 36.</summary>
    private static string Suffix(string name)
    {
        var number = new BigInteger(SHA256.HashData(Encoding.UTF8.GetBytes(name)), isUnsigned: true, isBigEndian: true);
        Span<char> digits = stackalloc char[6];
        for (var i = digits.Length - 1; i >= 0; i--)
        {
            number = BigInteger.DivRem(number, 36, out var digit);
            digits[i] = "0123456789abcdefghijklmnopqrstuvwxyz"[(int)digit];
        }

        return digits.ToString();
    }
}
