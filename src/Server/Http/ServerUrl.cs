namespace Slipway.Server.Http;

/// <summary>What users and runners call the server. Known once it listens.</summary>
internal sealed class ServerUrl
{
    private Func<Uri>? _base;

    /// <summary>Without a slash at its end: <c>https://git.example.com</c>, <c>https://example.com/slipway</c>.</summary>
    public string Base => Uri.GetLeftPart(UriPartial.Path).TrimEnd('/');

    /// <summary>Whether browsers come by https, so that cookies may insist on it.</summary>
    public bool IsSecure => Uri.Scheme == Uri.UriSchemeHttps;

    public Uri Uri => _base?.Invoke() ?? throw new InvalidOperationException("The server does not listen yet.");

    /// <param name="uri">Asked when somebody asks: the port may be known only then.</param>
    public void Is(Func<Uri> uri) => _base = uri;

    /// <param name="path">With its slash: <c>/group/project/-/jobs/1</c>.</param>
    public string Of(string path) => Base + path;
}
