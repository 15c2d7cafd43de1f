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
        return text == name && text.Length > 0 && text[0] != '.' ? text : $"{text.Trim('-', '.')}-{Checksum(name) & 0xFFFFFF:x6}";
    }

    /// <summary>FNV-1a. Nothing hangs on it that a job could gain by a collision.</summary>
    private static uint Checksum(string name)
    {
        var sum = 2166136261;
        foreach (var b in Encoding.UTF8.GetBytes(name))
            sum = unchecked((sum ^ b) * 16777619);
        return sum;
    }
}
