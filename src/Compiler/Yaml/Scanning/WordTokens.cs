namespace Slipway.Compiler.Yaml.Scanning;

/// <summary>Anchors (<c>&amp;name</c>), aliases (<c>*name</c>) and directives (<c>%YAML 1.1</c>).</summary>
internal static class WordTokens
{
    public static Token Anchor(TextCursor cursor, TokenKind kind)
    {
        var start = cursor.Mark;
        cursor.Skip();
        var name = Word(cursor);
        if (
            name.Length == 0
            || !(TextCursor.IsBlankOrEnd(cursor.Current) || cursor.Current is '?' or ':' or ',' or ']' or '}' or '%' or '@' or '`')
        )
        {
            var context = kind == TokenKind.Anchor ? "while scanning an anchor" : "while scanning an alias";
            throw new YamlSyntaxException(context, start, "did not find expected alphabetic or numeric character", cursor.Mark);
        }
        return new Token(kind, start, cursor.Mark, name);
    }

    private static string Word(TextCursor cursor)
    {
        var from = cursor.Index;
        while (TextCursor.IsWord(cursor.Current))
            cursor.Skip();
        return cursor.Since(from);
    }

    public static Token Directive(TextCursor cursor)
    {
        const string context = "while scanning a directive";
        var start = cursor.Mark;
        cursor.Skip();
        var name = Word(cursor);
        if (name.Length == 0)
            throw new YamlSyntaxException(context, start, "could not find expected directive name", cursor.Mark);
        if (!TextCursor.IsBlankOrEnd(cursor.Current))
            throw new YamlSyntaxException(context, start, "found unexpected non-alphabetical character", cursor.Mark);
        var token = name switch
        {
            "YAML" => Version(cursor, start),
            "TAG" => TagPrefix(cursor, start),
            _ => throw new YamlSyntaxException(context, start, "found unknown directive name", cursor.Mark),
        };
        SkipBlanks(cursor);
        if (cursor.Current == '#')
            cursor.SkipToBreak();
        if (!TextCursor.IsBreakOrEnd(cursor.Current))
            throw new YamlSyntaxException(context, start, "did not find expected comment or line break", cursor.Mark);
        if (!cursor.AtEnd)
            cursor.SkipBreak();
        return token;
    }

    private static void SkipBlanks(TextCursor cursor)
    {
        while (TextCursor.IsBlank(cursor.Current))
            cursor.Skip();
    }

    private static Token Version(TextCursor cursor, Mark start)
    {
        const string context = "while scanning a %YAML directive";
        SkipBlanks(cursor);
        var major = Number(cursor, start, context);
        if (cursor.Current != '.')
            throw new YamlSyntaxException(context, start, "did not find expected digit or '.' character", cursor.Mark);
        cursor.Skip();
        var minor = Number(cursor, start, context);
        return new Token(TokenKind.VersionDirective, start, cursor.Mark, $"{major}.{minor}");
    }

    private static int Number(TextCursor cursor, Mark start, string context)
    {
        var from = cursor.Index;
        while (char.IsAsciiDigit(cursor.Current))
        {
            if (cursor.Index - from == 9)
                throw new YamlSyntaxException(context, start, "found extremely long version number", cursor.Mark);
            cursor.Skip();
        }
        if (cursor.Index == from)
            throw new YamlSyntaxException(context, start, "did not find expected version number", cursor.Mark);
        return int.Parse(cursor.SpanSince(from));
    }

    private static Token TagPrefix(TextCursor cursor, Mark start)
    {
        const string context = "while scanning a %TAG directive";
        SkipBlanks(cursor);
        var handle = TagToken.Handle(cursor, start, isDirective: true);
        if (!TextCursor.IsBlank(cursor.Current))
            throw new YamlSyntaxException(context, start, "did not find expected whitespace", cursor.Mark);
        SkipBlanks(cursor);
        var prefix = TagToken.Uri(cursor, start, null, isWhole: true, "while parsing a %TAG directive");
        if (!TextCursor.IsBlankOrEnd(cursor.Current))
            throw new YamlSyntaxException(context, start, "did not find expected whitespace or line break", cursor.Mark);
        return new Token(TokenKind.TagDirective, start, cursor.Mark, prefix, handle);
    }
}
