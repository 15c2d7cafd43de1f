namespace Slipway.Cli.Project;

/// <summary>Where a clone came from, as far as CI variables tell it. User names and passwords in the URL are dropped.</summary>
/// <param name="Server"><c>https://gitlab.example.com</c>; an ssh remote's host is taken to answer https on its usual port.</param>
/// <param name="Path"><c>group/sub/project</c>.</param>
internal sealed record RemoteUrl(Uri Server, string Path)
{
    /// <returns><see langword="null"/> for a folder, and for what GitLab could not have as a project's path.</returns>
    public static RemoteUrl? Parse(string? url)
    {
        if (string.IsNullOrEmpty(url) || url.Length > 2000)
            return null;
        return url.Contains("://", StringComparison.Ordinal) ? FromUrl(url) : FromScp(url);
    }

    private static RemoteUrl? FromUrl(string url)
    {
        if (!Uri.TryCreate(url, UriKind.Absolute, out var uri) || uri.Host.Length == 0)
            return null;
        var server = uri.Scheme switch
        {
            "http" or "https" => new UriBuilder(uri.Scheme, uri.Host, uri.IsDefaultPort ? -1 : uri.Port).Uri,
            "ssh" or "git+ssh" or "git" => new UriBuilder("https", uri.Host).Uri,
            _ => null,
        };
        return server is null ? null : Make(server, uri.AbsolutePath);
    }

    /// <summary><c>git@host:group/project.git</c>. A colon after a slash belongs to a folder's name, one after a single letter to a drive's.</summary>
    private static RemoteUrl? FromScp(string url)
    {
        var colon = url.IndexOf(':');
        if (colon <= 1 || url.AsSpan(0, colon).Contains('/'))
            return null;
        var host = url[(url.LastIndexOf('@', colon) + 1)..colon];
        return Uri.CheckHostName(host) is UriHostNameType.Dns or UriHostNameType.IPv4
            ? Make(new Uri("https://" + host), url[(colon + 1)..])
            : null;
    }

    private static RemoteUrl? Make(Uri server, string path)
    {
        var trimmed = path.Trim('/');
        if (trimmed.EndsWith(".git", StringComparison.Ordinal))
            trimmed = trimmed[..^4];
        var parts = trimmed.Split('/');
        return parts.Length >= 2 && parts.All(IsName) ? new RemoteUrl(server, trimmed) : null;
    }

    /// <summary>GitLab's path rule: letters, digits, <c>_ - .</c>, not beginning with <c>-</c> or <c>.</c>.</summary>
    internal static bool IsName(string part) =>
        part.Length is > 0 and <= 255
        && part[0] is not ('-' or '.')
        && part.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '.');
}
