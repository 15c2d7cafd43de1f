using System.Globalization;
using System.Text;

namespace Slipway.Cli.Terminal;

/// <summary>Makes text of strangers (job names, branch names, file contents) fit for a terminal's eyes: nothing in it can steer the terminal.</summary>
internal static class PlainText
{
    /// <summary>C0 and C1 controls, DEL, and what turns the direction of writing: these can hide or forge what a reader sees.</summary>
    private static bool IsDangerous(char c) =>
        c
            is < ' '
                or (>= '\u007f' and <= '\u009f')
                or '\u200e'
                or '\u200f'
                or (>= '\u2028' and <= '\u202e')
                or (>= '\u2066' and <= '\u2069');

    /// <summary>The text with every dangerous character written out, <c>\x1b</c>; an ordinary text comes back as it is.</summary>
    public static string Of(string? text)
    {
        if (text is null)
            return "";
        foreach (var c in text)
        {
            if (IsDangerous(c))
                return WrittenOut(text);
        }

        return text;
    }

    /// <summary>One line of a source file: tabs become spaces, the rest as <see cref="Of"/>.</summary>
    public static string OfLine(string line) => Of(line.Replace("\t", "    ", StringComparison.Ordinal));

    private static string WrittenOut(string text)
    {
        var plain = new StringBuilder(text.Length + 16);
        foreach (var c in text)
        {
            if (IsDangerous(c))
                plain.Append(Written(c));
            else
                plain.Append(c);
        }

        return plain.ToString();
    }

    private static string Written(char c) =>
        c switch
        {
            '\n' => "\\n",
            '\r' => "\\r",
            '\t' => "\\t",
            < (char)0x100 => "\\x" + ((int)c).ToString("x2", CultureInfo.InvariantCulture),
            _ => "\\u" + ((int)c).ToString("x4", CultureInfo.InvariantCulture),
        };
}
