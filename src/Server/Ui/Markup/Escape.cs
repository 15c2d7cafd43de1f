using System.Buffers;
using System.Text;

namespace Slipway.Server.Ui.Markup;

/// <summary>Text as it stands in an element or in an attribute's double quotes.</summary>
internal static class Escape
{
    private static readonly SearchValues<char> Special = SearchValues.Create([
        .. "<>&\"'",
        .. Enumerable.Range(0, 32).Select(code => (char)code).Where(c => c is not ('\t' or '\n')),
        '\x7f',
    ]);

    /// <summary>Characters that a page cannot hold are replaced by U+FFFD, halves of a surrogate pair when it is written.</summary>
    public static string Text(string? text)
    {
        if (string.IsNullOrEmpty(text) || text.AsSpan().IndexOfAny(Special) < 0)
            return text ?? "";
        var escaped = new StringBuilder(text.Length + 32);
        foreach (var c in text)
            _ = c switch
            {
                '<' => escaped.Append("&lt;"),
                '>' => escaped.Append("&gt;"),
                '&' => escaped.Append("&amp;"),
                '"' => escaped.Append("&quot;"),
                '\'' => escaped.Append("&#39;"),
                '\r' => escaped.Append("&#13;"),
                '\t' or '\n' => escaped.Append(c),
                < ' ' or '\x7f' => escaped.Append('\ufffd'),
                _ => escaped.Append(c),
            };
        return escaped.ToString();
    }
}
