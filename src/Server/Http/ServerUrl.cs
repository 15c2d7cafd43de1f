namespace Slipway.Server.Http;

/// <summary>What users and runners call the server. Known once it listens.</summary>
internal sealed class ServerUrl
{
    private Func<Uri>? _base;
    private Known? _known;

    /// <summary>Without a slash at its end: <c>https://git.example.com</c>, <c>https://example.com/slipway</c>.</summary>
    public string Base => Now().Base;

    /// <summary>Whether browsers come by https, so that cookies may insist on it.</summary>
    public bool IsSecure => Uri.Scheme == Uri.UriSchemeHttps;

    public Uri Uri => Now().Uri;

    /// <param name="uri">Asked until it has a port: that may be known only once the server listens.</param>
    public void Is(Func<Uri> uri) => (_base, _known) = (uri, null);

    /// <param name="path">With its slash: <c>/group/project/-/jobs/1</c>.</param>
    public string Of(string path) => Base + path;

    private Known Now()
    {
        if (_known is { } known)
            return known;
        var uri = _base?.Invoke() ?? throw new InvalidOperationException("The server does not listen yet.");
        known = new Known(uri, uri.GetLeftPart(UriPartial.Path).TrimEnd('/'));
        if (uri.Port != 0)
            _known = known;
        return known;
    }

    private sealed record Known(Uri Uri, string Base);
}
