using System.Globalization;
using System.Text;

namespace Slipway.Runner.Config;

/// <summary>TOML's four kinds of string.</summary>
internal static class TomlStrings
{
    /// <summary>Basic or literal, on one line or, with three quotes, on several.</summary>
    public static string Any(TomlCursor at)
    {
        if (at.Ahead("\"\"\""))
            return Several(at, '"');
        return at.Ahead("'''") ? Several(at, '\'') : OneLine(at);
    }

    /// <summary>Basic or literal on one line: also what a quoted key may be.</summary>
    public static string OneLine(TomlCursor at)
    {
        var quote = at.Current;
        at.Move();
        var text = new StringBuilder();
        while (at.Current != quote)
        {
            if (at.AtEnd || at.Current is '\n' or '\r')
                throw at.Error("the string is not closed");
            if (quote == '"' && at.Current == '\\')
                Escape(at, text);
            else
                Copy(at, text);
        }
        at.Move();
        return text.ToString();
    }

    private static string Several(TomlCursor at, char quote)
    {
        at.Move(3);
        if (at.Current == '\r')
            at.Move();
        if (at.Current == '\n')
            at.Move();
        var end = new string(quote, 3);
        var text = new StringBuilder();
        while (!at.Ahead(end))
        {
            if (at.AtEnd)
                throw at.Error("the string is not closed");
            if (quote == '"' && at.Current == '\\')
                EscapeOrJoin(at, text);
            else
                Copy(at, text);
        }
        at.Move(3);
        // Up to two quotes may stand right before the closing three.
        for (var extra = 0; extra < 2 && at.Current == quote; extra++)
            Copy(at, text);
        return text.ToString();
    }

    /// <summary>A backslash at a line's end swallows the line end and the white space that follows.</summary>
    private static void EscapeOrJoin(TomlCursor at, StringBuilder text)
    {
        var (line, offset) = (at.Line, at.Offset);
        at.Move();
        while (at.Current is ' ' or '\t' or '\r' or '\n')
            at.Move();
        if (at.Line > line)
            return;
        if (at.Offset > offset + 1)
            throw at.Error("unknown escape");
        Escaped(at, text);
    }

    private static void Escape(TomlCursor at, StringBuilder text)
    {
        at.Move();
        Escaped(at, text);
    }

    private static void Escaped(TomlCursor at, StringBuilder text)
    {
        var code = at.Current;
        at.Move();
        switch (code)
        {
            case 'b':
                text.Append('\b');
                break;
            case 't':
                text.Append('\t');
                break;
            case 'n':
                text.Append('\n');
                break;
            case 'f':
                text.Append('\f');
                break;
            case 'r':
                text.Append('\r');
                break;
            case '"' or '\\':
                text.Append(code);
                break;
            case 'u':
                text.Append(Rune(at, 4));
                break;
            case 'U':
                text.Append(Rune(at, 8));
                break;
            default:
                throw at.Error("unknown escape");
        }
    }

    private static string Rune(TomlCursor at, int digits)
    {
        var from = at.Offset;
        at.Move(digits);
        return
            int.TryParse(at.AtEnd ? "" : at.Slice(from), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code)
            && System.Text.Rune.IsValid(code)
            ? new Rune(code).ToString()
            : throw at.Error("not a Unicode character");
    }

    private static void Copy(TomlCursor at, StringBuilder text)
    {
        if (at.Current is < ' ' and not ('\t' or '\n' or '\r') or '\x7f')
            throw at.Error("a control character stands in a string");
        text.Append(at.Current);
        at.Move();
    }
}
