namespace Slipway.Compiler.Yaml;

/// <summary>A stretch of a file that is one YAML document, and where it begins. Lines and columns from 1.</summary>
internal readonly record struct YamlText(string File, string Text, int Line, int Column)
{
    /// <summary>The place in the file of a zero-based line and column of <see cref="Text"/>.</summary>
    public Position At(long line, long column) => new(File, Line + (int)line, (line == 0 ? Column : 1) + (int)column);

    /// <summary>
    /// Cuts a file into documents as GitLab does: in the text, at each line that begins with <c>---</c> and white space, which is eaten
    /// with all white space after it; three pieces at most, the last of which keeps the rest.
    /// </summary>
    public static List<YamlText> Split(string file, string text)
    {
        const int most = 3;
        var pieces = new List<YamlText>(most);
        var (line, column, from) = (1, 1, 0);
        while (pieces.Count < most - 1 && NextDivider(text, from) is var divider and >= 0)
        {
            pieces.Add(new YamlText(file, text[from..divider], line, column));
            var next = divider + 3;
            while (next < text.Length && IsSpace(text[next]))
                next++;
            line += Newlines(text.AsSpan(from, next - from));
            column = next - text.LastIndexOf('\n', next - 1);
            from = next;
        }
        pieces.Add(new YamlText(file, text[from..], line, column));
        return pieces;
    }

    private static int NextDivider(string text, int from)
    {
        if (IsDivider(text, from))
            return from;
        for (
            var at = text.IndexOf("\n---", from, StringComparison.Ordinal);
            at >= 0;
            at = text.IndexOf("\n---", at + 1, StringComparison.Ordinal)
        )
        {
            if (IsDivider(text, at + 1))
                return at + 1;
        }
        return -1;
    }

    private static bool IsDivider(string text, int at) => at + 3 < text.Length && text.AsSpan(at, 3) is "---" && IsSpace(text[at + 3]);

    private static int Newlines(ReadOnlySpan<char> text) => text.Count('\n');

    private static bool IsSpace(char c) => c is ' ' or (>= '\t' and <= '\r');
}
