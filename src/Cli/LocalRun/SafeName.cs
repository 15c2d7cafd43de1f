using System.Security.Cryptography;
using System.Text;

namespace Slipway.Cli.LocalRun;

/// <summary>A job's name as a file's: what is not a letter, digit, dot or underscore becomes a dash, and then a few digits tell such names apart.</summary>
internal static class SafeName
{
    private const int Longest = 60;

    public static string Of(string name)
    {
        var safe = new StringBuilder(Math.Min(name.Length, Longest));
        foreach (var c in name.Length <= Longest ? name : name[..Longest])
            safe.Append(char.IsAsciiLetterOrDigit(c) || c is '_' or '-' || c == '.' ? c : '-');
        var text = safe.ToString();
        return text == name && text.Length > 0 && text[0] != '.'
            ? text
            : $"{text.Trim('-', '.')}-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(name)).AsSpan(0, 3))}";
    }
}
