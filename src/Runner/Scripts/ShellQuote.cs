using System.Buffers;
using System.Text;

namespace Slipway.Runner.Scripts;

/// <summary>Writes texts so that bash, dash and busybox sh all read them back as they were: single quotes and nothing else, which POSIX knows.</summary>
internal static class ShellQuote
{
    private static readonly SearchValues<char> Plain = SearchValues.Create(
        "+,-./0123456789:@ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz%"
    );

    public static string Quote(string text) => new StringBuilder().AppendQuoted(text).ToString();

    /// <summary>Appends <paramref name="text"/> as one word. A NUL, which no shell can hold, is left out.</summary>
    public static StringBuilder AppendQuoted(this StringBuilder script, string text)
    {
        if (text.Length > 0 && !text.AsSpan().ContainsAnyExcept(Plain))
            return script.Append(text);
        script.Append('\'');
        var rest = text.AsSpan();
        for (var special = rest.IndexOfAny('\'', '\0'); special >= 0; special = rest.IndexOfAny('\'', '\0'))
        {
            script.Append(rest[..special]).Append(rest[special] == '\'' ? @"'\''" : "");
            rest = rest[(special + 1)..];
        }

        return script.Append(rest).Append('\'');
    }

    /// <summary>Whether a shell can have a variable of this name.</summary>
    public static bool IsName(string text)
    {
        foreach (var c in text)
            if (!char.IsAsciiLetterOrDigit(c) && c != '_')
                return false;
        return text.Length > 0 && !char.IsAsciiDigit(text[0]);
    }
}
