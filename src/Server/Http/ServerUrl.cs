namespace Slipway.Server.Http;

/// <summary>What users and runners call the server. Known once it listens.</summary>
internal sealed class ServerUrl
{
    private Uri? _base;

    /// <summary>Without a slash at its end: <c>https://git.example.com</c>, <c>https://example.com/slipway</c>.</summary>
    public string Base => Uri.GetLeftPart(UriPartial.Path).TrimEnd('/');

    /// <summary>Whether browsers come by https, so that cookies may insist on it.</summary>
    public bool IsSecure => Uri.Scheme == Uri.UriSchemeHttps;

    public Uri Uri => _base ?? throw new InvalidOperationException("The server does not listen yet.");

    public void Set(Uri uri) => _base = uri;

    /// <param name="path">With its slash: <c>/group/project/-/jobs/1</c>.</param>
    public string Of(string path) => Base + path;
}
