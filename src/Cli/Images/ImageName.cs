namespace Slipway.Cli.Images;

/// <summary>An image as people write it: <c>ci.example.com/group/app/web:1.0</c>, <c>group/app@sha256:…</c>.</summary>
/// <param name="Registry">Where it is: scheme, host and port.</param>
/// <param name="Repository">Its path there.</param>
/// <param name="Reference">A tag or a digest; nothing when none is written.</param>
internal sealed record ImageName(Uri Registry, string Repository, string? Reference)
{
    private const int Longest = 1000;

    public bool IsDigest => Reference?.Contains(':') == true;

    /// <summary>As docker writes it.</summary>
    public override string ToString() => $"{Registry.Authority}/{Repository}{(Reference is null ? "" : IsDigest ? "@" : ":")}{Reference}";

    /// <param name="text">A first word with a dot or a colon, or <c>localhost</c>, is a host, as for docker; without one it is the server's.</param>
    /// <param name="server">Where what names no host is.</param>
    /// <returns>Nothing when it is none, or names no host and there is no server.</returns>
    public static ImageName? Parse(string text, Uri? server)
    {
        if (text.Length is 0 or > Longest || text.Any(c => c <= ' ' || c > '~' || c is '?' or '#' or '\\' or '%'))
            return null;
        var (path, reference) = Split(text);
        var words = path.Split('/');
        var registry = server is null ? null : new Uri(server.GetLeftPart(UriPartial.Authority));
        if (words.Length > 1 && (words[0].Contains('.') || words[0].Contains(':') || words[0] == "localhost"))
        {
            registry = AddressOf(words[0], server);
            words = words[1..];
        }

        var isWhole = words.All(word => word.Length > 0 && word is not ("." or "..") && !word.Contains(':'));
        return registry is null || !isWhole || reference is not (null or { Length: > 0 }) || reference?.All(IsOfReference) == false
            ? null
            : new ImageName(registry, string.Join('/', words), reference);
    }

    private static bool IsOfReference(char c) => char.IsAsciiLetterOrDigit(c) || c is '_' or '.' or '-' or ':';

    /// <summary>By https, except on this machine, and except where the server was given another scheme.</summary>
    private static Uri? AddressOf(string host, Uri? server)
    {
        if (server?.Authority == host)
            return new Uri(server.GetLeftPart(UriPartial.Authority));
        return Uri.TryCreate($"http://{host}", UriKind.Absolute, out var plain) && plain.AbsolutePath == "/" && plain.UserInfo.Length == 0
            ? plain.IsLoopback
                ? plain
                : new Uri($"https://{host}")
            : null;
    }

    private static (string Path, string? Reference) Split(string text)
    {
        if (text.IndexOf('@') is >= 0 and var at)
        {
            var before = text[..at];
            return (WithoutTag(before).Path, text[(at + 1)..]);
        }

        return WithoutTag(text);
    }

    /// <summary>A colon before the last slash is a port's.</summary>
    private static (string Path, string? Tag) WithoutTag(string text)
    {
        var colon = text.LastIndexOf(':');
        return colon > text.LastIndexOf('/') && text.Contains('/') ? (text[..colon], text[(colon + 1)..]) : (text, null);
    }
}
