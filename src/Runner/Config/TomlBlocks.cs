namespace Slipway.Runner.Config;

/// <summary>Where the tables of a TOML text begin, found without understanding their values: for edits that leave everything else as it is.</summary>
internal static class TomlBlocks
{
    private enum State
    {
        Plain,
        Comment,
        Basic,
        Literal,
        LongBasic,
        LongLiteral,
    }

    /// <summary>The <c>[[runners]]</c> blocks: from the comments right above each to what stands above the next table that is not one of its own.</summary>
    /// <returns>First character and the one behind the last.</returns>
    public static List<(int Start, int End)> Runners(string text)
    {
        var headers = Headers(text);
        var blocks = new List<(int, int)>();
        for (var i = 0; i < headers.Count; i++)
        {
            if (headers[i].Name != "[[runners]]")
                continue;
            var next = i + 1;
            while (next < headers.Count && headers[next].Name.TrimStart('[').StartsWith("runners.", StringComparison.Ordinal))
                next++;
            blocks.Add(
                (AboveComments(text, headers[i].Start), next < headers.Count ? AboveComments(text, headers[next].Start) : text.Length)
            );
        }

        return blocks;
    }

    /// <summary>Where the table that begins at <paramref name="start"/> (or right below comments there) ends: at the next header.</summary>
    public static int EndOfTable(string text, int start)
    {
        var behind = Headers(text).Where(header => header.Start >= start).Skip(1).Select(header => header.Start);
        return behind.DefaultIfEmpty(text.Length).First();
    }

    /// <summary>The headers, without spaces, each with the start of its line.</summary>
    private static List<(int Start, string Name)> Headers(string text)
    {
        var headers = new List<(int, string)>();
        var (state, line, depth, blank) = (State.Plain, 0, 0, true);
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (c == '\n' && state is State.Plain or State.Comment or State.Basic or State.Literal)
            {
                (state, line, blank) = (State.Plain, i + 1, true);
                continue;
            }

            if (state == State.Plain && blank && depth == 0 && c == '[')
            {
                var end = text.IndexOf('\n', i);
                var header = text[i..(end < 0 ? text.Length : end)];
                headers.Add((line, string.Concat(header.Split('#')[0].Where(letter => !char.IsWhiteSpace(letter)))));
                i = (end < 0 ? text.Length : end) - 1;
                continue;
            }

            blank &= c is ' ' or '\t';
            depth +=
                state != State.Plain ? 0
                : c is '[' or '{' ? 1
                : c is ']' or '}' ? -1
                : 0;
            state = Next(text, ref i, state);
        }

        return headers;
    }

    private static State Next(string text, ref int i, State state)
    {
        var rest = text.AsSpan(i);
        switch (state)
        {
            case State.Plain when rest.StartsWith("\"\"\""):
                i += 2;
                return State.LongBasic;
            case State.Plain when rest.StartsWith("'''"):
                i += 2;
                return State.LongLiteral;
            case State.LongBasic when rest.StartsWith("\"\"\"") && !rest[1..].StartsWith("\"\"\""):
            case State.LongLiteral when rest.StartsWith("'''") && !rest[1..].StartsWith("'''"):
                i += 2;
                return State.Plain;
            case State.Basic or State.LongBasic when rest[0] == '\\':
                i++;
                return state;
            case State.Plain:
                return rest[0] switch
                {
                    '#' => State.Comment,
                    '"' => State.Basic,
                    '\'' => State.Literal,
                    _ => state,
                };
            case State.Basic when rest[0] == '"':
            case State.Literal when rest[0] == '\'':
                return State.Plain;
            default:
                return state;
        }
    }

    private static int AboveComments(string text, int start)
    {
        while (start > 0)
        {
            var above = start >= 2 ? text.LastIndexOf('\n', start - 2) + 1 : 0;
            if (!text.AsSpan(above, start - above).TrimStart().StartsWith("#"))
                break;
            start = above;
        }

        return start;
    }
}
