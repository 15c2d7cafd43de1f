using System.Text;

namespace Slipway.Cli.Completion;

/// <summary>A word of a command line as it is typed (quotes and all) and as the program will get it.</summary>
internal sealed record ShellWord(string Typed, string Value)
{
    /// <summary>The word begins with a quotation mark that is still open.</summary>
    public bool IsInQuotes => Typed.Length > 0 && Typed[0] is '\'' or '"' && (Typed.Length == 1 || Typed[^1] != Typed[0]);
}

/// <summary>Takes a POSIX shell's command line apart, as far as completion needs it, and quotes words for it.</summary>
internal static class ShellWords
{
    /// <summary>The words of a line that ends at the cursor; the last one is the word being typed, empty after a blank.</summary>
    public static List<ShellWord> Split(string line)
    {
        var words = new List<ShellWord>();
        var (typed, value, quote) = (new StringBuilder(), new StringBuilder(), '\0');
        for (var i = 0; i < line.Length; i++)
        {
            var c = line[i];
            if (quote == '\0' && c is ' ' or '\t' or '\n')
            {
                if (typed.Length > 0)
                    words.Add(new ShellWord(typed.ToString(), value.ToString()));
                typed.Clear();
                value.Clear();
                continue;
            }

            typed.Append(c);
            if (quote != '\0' && c == quote)
                quote = '\0';
            else if (quote == '\0' && c is '\'' or '"')
                quote = c;
            else if (c == '\\' && quote != '\'' && i + 1 < line.Length)
                (typed, value) = (typed.Append(line[++i]), value.Append(line[i]));
            else
                value.Append(c);
        }

        words.Add(new ShellWord(typed.ToString(), value.ToString()));
        return words;
    }

    /// <summary>
    /// What bash is to put in place of what it takes for the current word. Bash breaks words also at colons and equals signs, so of the word
    /// being typed it may know only the end; within quotes it wants the bare text.
    /// </summary>
    /// <param name="word">The word being typed.</param>
    /// <param name="bashWord">What bash takes for it, <c>${COMP_WORDS[COMP_CWORD]}</c>.</param>
    public static string ForBash(string candidate, ShellWord word, string bashWord)
    {
        if (word.IsInQuotes)
            return word.Typed[0] == '\'' ? candidate.Replace("'", @"'\''", StringComparison.Ordinal) : InDoubleQuotes(candidate);
        var whole = Escaped(candidate);
        var known = word.Typed.Length - bashWord.Length;
        // A break character is a word of its own to bash, and stays where it is.
        if (bashWord is ":" or "=")
            known++;
        return
            known > 0
            && known <= word.Typed.Length
            && word.Typed.EndsWith(bashWord, StringComparison.Ordinal)
            && whole.StartsWith(word.Typed[..known], StringComparison.Ordinal)
            ? whole[known..]
            : whole;
    }

    private static string InDoubleQuotes(string text)
    {
        var escaped = new StringBuilder(text.Length + 8);
        foreach (var c in text)
            escaped.Append(c is '"' or '\\' or '$' or '`' ? "\\" : "").Append(c);
        return escaped.ToString();
    }

    /// <summary>With a backslash before each character that means something to a shell.</summary>
    public static string Escaped(string text)
    {
        var escaped = new StringBuilder(text.Length + 8);
        foreach (var c in text)
        {
            if (!(char.IsAsciiLetterOrDigit(c) || c > '\x7f' || c is '-' or '_' or '.' or '/' or ':' or '=' or '@' or '%' or '+' or ','))
                escaped.Append('\\');
            escaped.Append(c);
        }

        return escaped.ToString();
    }
}
