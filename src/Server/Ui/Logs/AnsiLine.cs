using System.Text;
using Slipway.Server.Ui.Markup;

namespace Slipway.Server.Ui.Logs;

/// <summary>
/// One line of a log as a terminal would show it: colours become styles, every other control sequence is dropped, and a carriage return begins the line anew.
/// A sequence that the line's end cuts off is dropped too: a terminal would swallow what follows, and nobody wants that of a log.
/// </summary>
internal static class AnsiLine
{
    private const int LongestSequence = 4096;

    /// <param name="line">Without its newline.</param>
    /// <param name="state">Of the lines before; afterwards with this line's.</param>
    public static IReadOnlyList<LogText> Read(ReadOnlySpan<char> line, AnsiState state)
    {
        var texts = new List<LogText>();
        var run = new StringBuilder();
        var visible = line.TrimEnd('\r');
        for (var at = 0; at < visible.Length; )
        {
            var c = visible[at];
            if (c == '\e')
            {
                var length = Sequence(visible[at..], out var kind, out var body);
                if (kind != Kind.Other)
                    Flush();
                if (kind == Kind.Style)
                    state.Apply(body);
                else if (kind == Kind.Link)
                    state.Link = Address.Web(body.ToString())?.Text;
                at += length;
                continue;
            }

            if (c == '\r')
            {
                run.Clear();
                texts.Clear();
            }
            else if (!IsControl(c))
            {
                run.Append(c);
            }

            at++;
        }

        Flush();
        return texts;

        void Flush()
        {
            if (run.Length > 0)
                texts.Add(new LogText(state.Classes, run.ToString(), state.Link));
            run.Clear();
        }
    }

    private enum Kind
    {
        Other,
        Style,
        Link,
    }

    /// <returns>How many characters it has; at least 1.</returns>
    private static int Sequence(ReadOnlySpan<char> from, out Kind kind, out ReadOnlySpan<char> body)
    {
        kind = Kind.Other;
        body = default;
        if (from.Length < 2)
            return 1;
        switch (from[1])
        {
            case '[':
                var end = 2;
                while (end < from.Length && from[end] is >= ' ' and < '@')
                    end++;
                if (end >= from.Length)
                    return end;
                if (from[end] is < '@' or > '~')
                    return end;
                var given = from[2..end];
                if (from[end] == 'm' && !given.ContainsAnyExceptInRange('0', ';'))
                {
                    kind = Kind.Style;
                    body = given;
                }

                return end + 1;
            case ']' or 'P' or 'X' or '^' or '_':
                return Text(from, out kind, out body);
            default:
                var last = 1;
                while (last < from.Length && from[last] is >= ' ' and <= '/')
                    last++;
                return last < from.Length && from[last] is >= '0' and <= '~' ? last + 1 : last;
        }
    }

    /// <summary>An operating system command and its like: up to BEL or ESC \.</summary>
    private static int Text(ReadOnlySpan<char> from, out Kind kind, out ReadOnlySpan<char> body)
    {
        kind = Kind.Other;
        body = default;
        var window = from[..Math.Min(from.Length, LongestSequence)];
        var end = window[2..].IndexOfAny('\a', '\e');
        // Without an end only its beginning is dropped: what follows may be all there is to read.
        if (end < 0)
            return 2;
        var inside = from.Slice(2, end);
        var length = 2 + end + 1;
        if (from[length - 1] == '\e')
        {
            if (length >= from.Length || from[length] != '\\')
                return length - 1;
            length++;
        }

        if (from[1] == ']' && inside.StartsWith("8;") && inside[2..].IndexOf(';') is >= 0 and var semicolon)
        {
            kind = Kind.Link;
            body = inside[(2 + semicolon + 1)..];
        }

        return length;
    }

    private static bool IsControl(char c) => c is (< ' ' and not '\t') or (>= '\x7f' and <= '\x9f');
}
