using System.Text;

namespace Slipway.Compiler.Yaml.Scanning;

/// <summary>A scalar without quotes. It ends at <c>": "</c>, <c>" #"</c>, in flow at <c>, [ ] { }</c>, and at a line that is indented less.</summary>
internal static class PlainText
{
    private const string Context = "while scanning a plain scalar";

    /// <param name="blockIndent">The column of the block it stands in; its further lines must stand to the right of that.</param>
    /// <param name="keyAllowed">Becomes true when the scalar ended with a line break.</param>
    public static Token Scan(TextCursor cursor, int blockIndent, bool inFlow, ref bool keyAllowed)
    {
        var start = cursor.Mark;
        var end = start;
        StringBuilder? text = null;
        var gap = new Gap(cursor);
        while (!cursor.AtDocumentIndicator() && cursor.Current != '#')
        {
            var from = cursor.Index;
            SkipWord(cursor, inFlow, start);
            if (cursor.Index > from)
            {
                text = Append(cursor, text, ref gap, from, start);
                end = cursor.Mark;
            }
            if (cursor.AtEnd || !TextCursor.IsBlankOrEnd(cursor.Current))
                break;
            SkipGap(cursor, ref gap, blockIndent + 1, start);
            if (!inFlow && cursor.Column <= blockIndent)
                break;
        }
        keyAllowed |= gap.HasBreak;
        return new Token(TokenKind.PlainScalar, start, end, text?.ToString() ?? cursor.TextBetween(start.Index, end.Index));
    }

    /// <summary>As long as all stands on one line the value is a slice of the text, and nothing is built.</summary>
    private static StringBuilder? Append(TextCursor cursor, StringBuilder? text, ref Gap gap, int from, Mark start)
    {
        if (text is null && !gap.HasBreak)
        {
            gap.Forget();
            return null;
        }
        text ??= new StringBuilder().Append(cursor.Slice(start.Index, gap.Begins));
        gap.JoinTo(text);
        return text.Append(cursor.SpanSince(from));
    }

    private static void SkipWord(TextCursor cursor, bool inFlow, Mark start)
    {
        for (; !TextCursor.IsBlankOrEnd(cursor.Current); cursor.Skip())
        {
            var c = cursor.Current;
            if (c == ':' && EndsAtColon(cursor, inFlow, start))
                return;
            if (inFlow && c is ',' or '[' or ']' or '{' or '}')
                return;
        }
    }

    private static bool EndsAtColon(TextCursor cursor, bool inFlow, Mark start)
    {
        var next = cursor.Ahead(1);
        if (inFlow && next is ',' or '?' or '[' or ']' or '{' or '}')
            throw new YamlSyntaxException(Context, start, "found unexpected ':'", cursor.Mark);
        return TextCursor.IsBlankOrEnd(next);
    }

    private static void SkipGap(TextCursor cursor, ref Gap gap, int indent, Mark start)
    {
        while (!cursor.AtEnd && TextCursor.IsBlankOrEnd(cursor.Current))
        {
            if (gap.HasBreak && cursor.Column < indent && cursor.Current == '\t')
                throw new YamlSyntaxException(Context, start, "found a tab character that violates indentation", cursor.Mark);
            gap.Take();
        }
    }
}
