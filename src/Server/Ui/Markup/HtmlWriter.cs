using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;

namespace Slipway.Server.Ui.Markup;

/// <summary>What the compiler hands the parts of an interpolated string to, when <see cref="Html.Of"/> is called with one.</summary>
[InterpolatedStringHandler]
internal sealed class HtmlWriter
{
    private static readonly string[] Addresses = ["href=\"", "src=\"", "action=\""];

    private readonly StringBuilder _markup;
    private string _before = "";

    public HtmlWriter(int literalLength, int formattedCount) => _markup = new StringBuilder(literalLength + (formattedCount * 16));

    public void AppendLiteral(string markup)
    {
        _markup.Append(markup);
        _before = markup;
    }

    public void AppendFormatted(Html piece) => Put(piece.ToString());

    public void AppendFormatted(IEnumerable<Html> pieces)
    {
        foreach (var piece in pieces)
            Put(piece.ToString());
    }

    /// <exception cref="InvalidOperationException">A text stands where only an address may: one that begins with <c>javascript:</c> would run.</exception>
    public void AppendFormatted(string? text)
    {
        if (Addresses.Any(_before.EndsWith))
            throw new InvalidOperationException($"A text stands where an address belongs: {_before}");
        Put(Escape.Text(text));
    }

    public void AppendFormatted(Address address) => Put(Escape.Text(address.Text));

    public void AppendFormatted(long number) => Put(number.ToString(CultureInfo.InvariantCulture));

    public void AppendFormatted(long? number)
    {
        if (number is { } given)
            AppendFormatted(given);
    }

    public override string ToString() => _markup.ToString();

    private void Put(string markup)
    {
        if (_before.EndsWith('='))
            throw new InvalidOperationException($"An attribute has no quotes: {_before}");
        _markup.Append(markup);
        _before = "";
    }
}
