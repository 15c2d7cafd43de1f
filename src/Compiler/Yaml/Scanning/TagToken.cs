using System.Text;

namespace Slipway.Compiler.Yaml.Scanning;

/// <summary>Tags: <c>!reference</c>, <c>!!str</c>, <c>!handle!suffix</c>, <c>!&lt;uri&gt;</c>.</summary>
internal static class TagToken
{
    private const string Context = "while scanning a tag";

    /// <summary>An empty handle means that the suffix is the whole tag.</summary>
    public static Token Scan(TextCursor cursor, bool inFlow)
    {
        var start = cursor.Mark;
        var (handle, suffix) = cursor.Ahead(1) == '<' ? ("", Verbatim(cursor, start)) : Short(cursor, start);
        var ends = TextCursor.IsBlankOrEnd(cursor.Current) || (inFlow && cursor.Current == ',');
        if (!ends)
            throw new YamlSyntaxException(Context, start, "did not find expected whitespace or line break", cursor.Mark);
        return new Token(TokenKind.Tag, start, cursor.Mark, suffix, handle);
    }

    private static string Verbatim(TextCursor cursor, Mark start)
    {
        cursor.Skip(2);
        var uri = Uri(cursor, start, null, isWhole: true, "while parsing a tag");
        if (cursor.Current != '>')
            throw new YamlSyntaxException(Context, start, "did not find the expected '>'", cursor.Mark);
        cursor.Skip();
        return uri;
    }

    private static (string Handle, string Suffix) Short(TextCursor cursor, Mark start)
    {
        var handle = Handle(cursor, start, isDirective: false);
        if (handle.Length > 1 && handle[^1] == '!')
            return (handle, Uri(cursor, start, null, isWhole: false, "while parsing a tag"));
        var suffix = Uri(cursor, start, handle[1..], isWhole: false, "while parsing a tag");
        return suffix.Length == 0 ? ("", "!") : ("!", suffix);
    }

    /// <summary><c>!</c>, <c>!!</c> or <c>!name!</c>; in a tag also <c>!name</c>, whose name then begins the suffix.</summary>
    public static string Handle(TextCursor cursor, Mark start, bool isDirective)
    {
        if (cursor.Current != '!')
            throw new YamlSyntaxException(
                isDirective ? "while scanning a tag directive" : Context,
                start,
                "did not find expected '!'",
                cursor.Mark
            );
        var from = cursor.Index;
        cursor.Skip();
        while (TextCursor.IsWord(cursor.Current))
            cursor.Skip();
        if (cursor.Current == '!')
            cursor.Skip();
        else if (isDirective && cursor.Index > from + 1)
            throw new YamlSyntaxException("while parsing a tag directive", start, "did not find expected '!'", cursor.Mark);
        return cursor.Since(from);
    }

    /// <param name="begun">What of the text has been read already; then nothing more need follow.</param>
    /// <param name="isWhole">Whether <c>, [ ]</c> belong to it; not where they could end the tag in a flow collection.</param>
    public static string Uri(TextCursor cursor, Mark start, string? begun, bool isWhole, string context)
    {
        var text = new StringBuilder(begun);
        var any = begun is not null;
        while (IsUriChar(cursor.Current, isWhole))
        {
            any = true;
            if (cursor.Current == '%')
            {
                Unescape(cursor, start, text, context);
                continue;
            }
            text.Append(cursor.Current);
            cursor.Skip();
        }
        return any ? text.ToString() : throw new YamlSyntaxException(context, start, "did not find expected tag URI", cursor.Mark);
    }

    private static bool IsUriChar(char c, bool isWhole) =>
        TextCursor.IsWord(c) || (c != '\0' && ";/?:@&=+$.%!~*'()".Contains(c)) || (isWhole && c is ',' or '[' or ']');

    private static void Unescape(TextCursor cursor, Mark start, StringBuilder text, string context)
    {
        var bytes = new List<byte>(4);
        while (cursor.Current == '%')
        {
            if (!char.IsAsciiHexDigit(cursor.Ahead(1)) || !char.IsAsciiHexDigit(cursor.Ahead(2)))
                throw new YamlSyntaxException(context, start, "did not find URI escaped octet", cursor.Mark);
            bytes.Add(Convert.ToByte($"{cursor.Ahead(1)}{cursor.Ahead(2)}", 16));
            cursor.Skip(3);
        }
        text.Append(Encoding.UTF8.GetString([.. bytes]));
    }
}
