using System.Buffers;

namespace Slipway.Runner.Executors.Docker.Engine;

/// <summary>
/// An image's name, taken apart by the grammar of the distribution project (<c>reference</c>): <c>[HOST[:PORT]/]path[:tag][@digest]</c>.
/// Only what passes it may become part of a request to the engine.
/// </summary>
/// <param name="Written">As the user wrote it.</param>
/// <param name="Name"><paramref name="Written"/> without tag and digest.</param>
/// <param name="Domain">The registry, <c>docker.io</c> when none is written.</param>
/// <param name="Path">The repository in it; with <c>library/</c> for Docker Hub's own images.</param>
/// <param name="Tag"><c>latest</c> when neither tag nor digest is written.</param>
/// <param name="Digest"><c>sha256:…</c>; beats the tag.</param>
internal sealed record ImageReference(string Written, string Name, string Domain, string Path, string Tag, string? Digest)
{
    private const int MaxName = 255;
    private const int MaxTag = 128;
    private static readonly SearchValues<char> _tag = SearchValues.Create(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-"
    );
    private static readonly SearchValues<char> _host = SearchValues.Create(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-"
    );
    private static readonly SearchValues<char> _hex = SearchValues.Create("0123456789abcdefABCDEF");
    private static readonly SearchValues<char> _algorithm = SearchValues.Create(
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+._-"
    );

    /// <summary>Registry and repository: what logins are looked up by.</summary>
    public string FullName => Domain + "/" + Path;

    /// <returns><see langword="null"/> when <paramref name="text"/> is no image's name.</returns>
    public static ImageReference? Parse(string text)
    {
        var rest = text;
        string? digest = null;
        if (rest.IndexOf('@') is >= 0 and var at)
        {
            (rest, digest) = (rest[..at], rest[(at + 1)..]);
            if (!IsDigest(digest))
                return null;
        }

        string? tag = null;
        var colon = rest.LastIndexOf(':');
        if (colon > rest.LastIndexOf('/'))
        {
            (rest, tag) = (rest[..colon], rest[(colon + 1)..]);
            if (!IsTag(tag))
                return null;
        }

        var (domain, path) = Split(rest);
        return rest.Length is > 0 and <= MaxName && IsHost(domain) && IsPath(path)
            ? new ImageReference(text, rest, domain, path, tag ?? "latest", digest)
            : null;
    }

    private static (string Domain, string Path) Split(string name)
    {
        var slash = name.IndexOf('/');
        var first = slash < 0 ? "" : name[..slash];
        // "group/image" is on Docker Hub; "host.name/image", "host:5000/image" and "localhost/image" are not.
        var hasDomain = first.AsSpan().ContainsAny('.', ':') || first == "localhost" || first.Any(char.IsAsciiLetterUpper);
        var (domain, path) = hasDomain ? (first, name[(slash + 1)..]) : ("docker.io", name);
        if (domain == "index.docker.io")
            domain = "docker.io";

        return (domain, domain == "docker.io" && !path.Contains('/') ? "library/" + path : path);
    }

    private static bool IsHost(string domain)
    {
        var host = domain.AsSpan();
        var colon = host.LastIndexOf(':');
        if (colon >= 0 && !host.EndsWith("]"))
        {
            if (!ushort.TryParse(host[(colon + 1)..], out _))
                return false;

            host = host[..colon];
        }

        if (host.Length > 2 && host[0] == '[' && host[^1] == ']')
            return System.Net.IPAddress.TryParse(host, out _);

        return host.Length > 0 && !host.ContainsAnyExcept(_host) && host[0] is not ('.' or '-') && host[^1] is not ('.' or '-');
    }

    private static bool IsPath(ReadOnlySpan<char> path)
    {
        foreach (var part in path.Split('/'))
        {
            if (!IsComponent(path[part]))
                return false;
        }

        return true;
    }

    /// <summary>Letters and digits, joined by one dot, one or two underscores, or any number of dashes.</summary>
    private static bool IsComponent(ReadOnlySpan<char> part)
    {
        var separators = 0;
        for (var i = 0; i < part.Length; i++)
        {
            var c = part[i];
            if (char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c))
            {
                separators = 0;
                continue;
            }

            separators++;
            // A run of separators is all dashes, one dot, or one or two underscores, and never the beginning.
            var first = i - separators + 1;
            if (
                first == 0
                || part[first] != c
                || separators
                    > (
                        c switch
                        {
                            '-' => int.MaxValue,
                            '_' => 2,
                            '.' => 1,
                            _ => 0,
                        }
                    )
            )
                return false;
        }

        return part.Length > 0 && separators == 0;
    }

    private static bool IsTag(ReadOnlySpan<char> tag) =>
        tag.Length is > 0 and <= MaxTag && tag[0] is not ('.' or '-') && !tag.ContainsAnyExcept(_tag);

    private static bool IsDigest(ReadOnlySpan<char> digest)
    {
        var colon = digest.IndexOf(':');
        return colon > 0
            && !digest[..colon].ContainsAnyExcept(_algorithm)
            && digest[(colon + 1)..].Length is >= 32 and <= 128
            && !digest[(colon + 1)..].ContainsAnyExcept(_hex);
    }
}
