namespace Slipway.Cli.Images;

/// <summary>What a registry wants before it answers: <c>WWW-Authenticate: Bearer realm="…",service="…"</c>, or <c>Basic</c>.</summary>
internal sealed record Challenge(string Scheme, string Realm, string Service)
{
    private const int Longest = 4096;

    /// <returns>Nothing when it cannot be read.</returns>
    public static Challenge? Parse(string? header)
    {
        if (header is null or { Length: > Longest })
            return null;
        var blank = header.IndexOf(' ');
        var scheme = blank < 0 ? header : header[..blank];
        var parts = blank < 0 ? [] : Parts(header[blank..]);
        return new Challenge(scheme.ToLowerInvariant(), parts.GetValueOrDefault("realm") ?? "", parts.GetValueOrDefault("service") ?? "");
    }

    /// <summary><c>name="text"</c>, separated by commas, of which some may be in the texts.</summary>
    private static Dictionary<string, string> Parts(string text)
    {
        var all = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        var at = 0;
        while (at < text.Length && text.IndexOf('=', at) is >= 0 and var equals)
        {
            var name = text[at..equals].Trim(' ', ',');
            var from = equals + 1;
            var isQuoted = from < text.Length && text[from] == '"';
            from += isQuoted ? 1 : 0;
            var end = text.IndexOf(isQuoted ? '"' : ',', from);
            end = end < 0 ? text.Length : end;
            all[name] = text[from..end];
            at = end + 1;
        }

        return all;
    }
}
