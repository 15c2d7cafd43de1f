using System.Text;

namespace Slipway.Compiler.Yaml.Scanning;

/// <summary>What single and double quotes have in common: lines are folded, and the text must end before the document does.</summary>
internal static class QuotedText
{
    private const string Context = "while scanning a quoted scalar";

    public static void CheckLine(TextCursor cursor, Mark start)
    {
        if (cursor.AtDocumentIndicator())
            throw new YamlSyntaxException(Context, start, "found unexpected document indicator", cursor.Mark);
        if (cursor.AtEnd)
            throw new YamlSyntaxException(Context, start, "found unexpected end of stream", cursor.Mark);
    }

    /// <summary>The whole text, when it stands on one line and means what it says; else <see langword="null"/>, and nothing is passed.</summary>
    public static string? TakeSimple(TextCursor cursor, char quote)
    {
        var length = 0;
        for (; cursor.Ahead(length) != quote; length++)
        {
            var c = cursor.Ahead(length);
            if (c is '\\' || TextCursor.IsBreakOrEnd(c))
                return null;
        }
        if (quote == '\'' && cursor.Ahead(length + 1) == quote)
            return null;
        var text = cursor.TextBetween(cursor.Index, cursor.Index + length);
        cursor.Skip(length + 1);
        return text;
    }

    /// <summary>Passes blanks and line breaks and writes down what they mean.</summary>
    public static void JoinGap(TextCursor cursor, ref Gap gap, StringBuilder text)
    {
        while (!cursor.AtEnd && TextCursor.IsBlankOrEnd(cursor.Current))
            gap.Take();
        gap.JoinTo(text);
    }

    public static Token Token(TextCursor cursor, Mark start, string text) => new(TokenKind.TextScalar, start, cursor.Mark, text);
}

/// <summary><c>'text'</c>; two quotes are one.</summary>
internal static class SingleQuoted
{
    public static Token Scan(TextCursor cursor)
    {
        var start = cursor.Mark;
        cursor.Skip();
        if (QuotedText.TakeSimple(cursor, '\'') is { } simple)
            return QuotedText.Token(cursor, start, simple);
        var text = new StringBuilder();
        var gap = new Gap(cursor);
        while (true)
        {
            QuotedText.CheckLine(cursor, start);
            if (SkipWord(cursor, text))
                return QuotedText.Token(cursor, start, text.ToString());
            QuotedText.JoinGap(cursor, ref gap, text);
        }
    }

    /// <returns>Whether the closing quote has been passed.</returns>
    private static bool SkipWord(TextCursor cursor, StringBuilder text)
    {
        var from = cursor.Index;
        while (!TextCursor.IsBlankOrEnd(cursor.Current))
        {
            if (cursor.Current != '\'')
            {
                cursor.Skip();
                continue;
            }
            text.Append(cursor.SpanSince(from));
            cursor.Skip();
            if (cursor.Current != '\'')
                return true;
            from = cursor.Index;
            cursor.Skip();
        }
        text.Append(cursor.SpanSince(from));
        return false;
    }
}

/// <summary><c>"text"</c>, with escapes.</summary>
internal static class DoubleQuoted
{
    private const string Context = "while parsing a quoted scalar";

    public static Token Scan(TextCursor cursor)
    {
        var start = cursor.Mark;
        cursor.Skip();
        if (QuotedText.TakeSimple(cursor, '"') is { } simple)
            return QuotedText.Token(cursor, start, simple);
        var text = new StringBuilder();
        var gap = new Gap(cursor);
        while (true)
        {
            QuotedText.CheckLine(cursor, start);
            if (SkipWord(cursor, text, ref gap, start))
                return QuotedText.Token(cursor, start, text.ToString());
            QuotedText.JoinGap(cursor, ref gap, text);
        }
    }

    /// <returns>Whether the closing quote has been passed.</returns>
    private static bool SkipWord(TextCursor cursor, StringBuilder text, ref Gap gap, Mark start)
    {
        while (!TextCursor.IsBlankOrEnd(cursor.Current))
        {
            var from = cursor.Index;
            while (!TextCursor.IsBlankOrEnd(cursor.Current) && cursor.Current is not ('"' or '\\'))
                cursor.Skip();
            text.Append(cursor.SpanSince(from));
            if (cursor.Current == '"')
            {
                cursor.Skip();
                return true;
            }
            if (cursor.Current != '\\')
                return false;
            if (TextCursor.IsBreak(cursor.Ahead(1)))
            {
                cursor.Skip();
                gap.TakeEscapedBreak();
                return false;
            }
            Unescape(cursor, text, start);
        }
        return false;
    }

    private static void Unescape(TextCursor cursor, StringBuilder text, Mark start)
    {
        var sign = cursor.Ahead(1);
        var digits = sign switch
        {
            'x' => 2,
            'u' => 4,
            'U' => 8,
            _ => 0,
        };
        if (digits == 0)
        {
            text.Append(Simple(sign) ?? throw new YamlSyntaxException(Context, start, "found unknown escape character", cursor.Mark));
            cursor.Skip(2);
            return;
        }
        cursor.Skip(2);
        text.Append(Hexadecimal(cursor, digits, start));
        cursor.Skip(digits);
    }

    private static string? Simple(char sign) =>
        sign switch
        {
            '0' => "\0",
            'a' => "\a",
            'b' => "\b",
            't' or '\t' => "\t",
            'n' => "\n",
            'v' => "\v",
            'f' => "\f",
            'r' => "\r",
            'e' => "\e",
            ' ' => " ",
            '"' => "\"",
            '/' => "/",
            '\\' => "\\",
            'N' => "\u0085",
            '_' => "\u00a0",
            'L' => "\u2028",
            'P' => "\u2029",
            _ => null,
        };

    private static string Hexadecimal(TextCursor cursor, int digits, Mark start)
    {
        uint value = 0;
        for (var i = 0; i < digits; i++)
        {
            if (!char.IsAsciiHexDigit(cursor.Ahead(i)))
                throw new YamlSyntaxException(Context, start, "did not find expected hexdecimal number", cursor.Mark);
            value = value * 16 + (uint)Convert.ToInt32(char.ToString(cursor.Ahead(i)), 16);
        }
        return Rune.TryCreate(value, out var rune)
            ? rune.ToString()
            : throw new YamlSyntaxException(Context, start, "found invalid Unicode character escape code", cursor.Mark);
    }
}
