namespace Slipway.Server.Ui.Markup;

/// <summary>
/// A piece of a page. The only way to one is an interpolated string, <c>Html.Of($"&lt;p&gt;{name}&lt;/p&gt;")</c>: what stands in the source is markup, what stands
/// in braces is text and is escaped, unless it is a piece itself. So nobody forgets to escape, and nothing is escaped twice.
/// </summary>
internal readonly struct Html
{
    private readonly string? _markup;

    private Html(string markup) => _markup = markup;

    public static Html Nothing => default;

    public bool IsNothing => string.IsNullOrEmpty(_markup);

    public static Html Of(HtmlWriter written) => new(written.ToString());

    /// <summary>Pieces one behind the other.</summary>
    public static Html Join(IEnumerable<Html> pieces) => new(string.Concat(pieces.Select(piece => piece._markup)));

    /// <summary>The piece, or nothing.</summary>
    public Html When(bool condition) => condition ? this : default;

    /// <summary>Markup that some other writer has escaped. Whoever calls this says why that is so.</summary>
    public static Html Escaped(string markup) => new(markup);

    /// <returns>The markup itself.</returns>
    public override string ToString() => _markup ?? "";
}
