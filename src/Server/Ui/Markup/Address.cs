namespace Slipway.Server.Ui.Markup;

/// <summary>What a link may lead to: a place on this server, or the web by http and https. No other scheme comes to be one.</summary>
internal readonly record struct Address
{
    private Address(string text) => Text = text;

    /// <summary>As it stands in the attribute, not yet escaped for it.</summary>
    public string Text { get; }

    /// <summary>A path of this server, each word of it encoded: <c>Address.To("group/app", "-", "tree", "a b")</c>.</summary>
    /// <param name="parts">Slashes in them stay slashes.</param>
    public static Address To(params IEnumerable<string> parts) =>
        new("/" + string.Join('/', parts.SelectMany(part => part.Split('/')).Where(part => part.Length > 0).Select(Uri.EscapeDataString)));

    /// <summary>A place on the page itself.</summary>
    public static Address Here(string anchor) => new("#" + Uri.EscapeDataString(anchor));

    /// <returns>Nothing when it is no address of the web.</returns>
    public static Address? Web(string text) =>
        text.Length <= 2048 && Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme is ("http" or "https")
            ? new Address(uri.AbsoluteUri)
            : null;

    /// <summary>With a query; those without a value are left out.</summary>
    public Address With(params IEnumerable<(string Name, string? Value)> query)
    {
        var pairs = query
            .Where(pair => !string.IsNullOrEmpty(pair.Value))
            .Select(pair => $"{Uri.EscapeDataString(pair.Name)}={Uri.EscapeDataString(pair.Value!)}")
            .ToList();
        return pairs.Count == 0 ? this : new Address($"{Text}?{string.Join('&', pairs)}");
    }

    /// <summary>One word further down.</summary>
    public Address Below(string word) => new($"{Text}/{Uri.EscapeDataString(word)}");

    public Address At(string anchor) => new($"{Text}#{Uri.EscapeDataString(anchor)}");
}
