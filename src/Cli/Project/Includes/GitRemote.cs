using System.Security.Cryptography;
using System.Text;

namespace Slipway.Cli.Project.Includes;

/// <summary>The host a checkout was cloned from, and how its other projects are reached: as this one is, with another path.</summary>
internal abstract record GitRemote
{
    private GitRemote() { }

    /// <summary>What to call it in a sentence, without user names and passwords.</summary>
    public abstract string Name { get; }

    /// <summary>Where git finds a project; <see langword="null"/>: nowhere.</summary>
    /// <param name="project">A path whose parts are names.</param>
    public abstract string? UrlOf(string project);

    /// <param name="url">As it stands in the checkout's settings.</param>
    /// <param name="top">The checkout's top folder.</param>
    /// <returns><see langword="null"/> for an address of a kind nobody can be derived from.</returns>
    public static GitRemote? Parse(string url, string top)
    {
        if (url.Length is 0 or > 2000 || url.Any(char.IsControl) || url.StartsWith('-'))
            return null;
        var scheme = url.IndexOf("://", StringComparison.Ordinal);
        if (url.StartsWith("file://", StringComparison.Ordinal))
            return Uri.TryCreate(url, UriKind.Absolute, out var file) && file.Host.Length == 0 ? new Folder(file.LocalPath) : null;
        if (scheme > 0)
            return OfUrl(url, scheme);
        var colon = url.IndexOf(':');
        if (colon > 1 && !url.AsSpan(0, colon).Contains('/'))
            return url.AsSpan(colon).StartsWith("::")
                ? null
                : new Host(url[..(colon + 1)], WithoutUser(url[..colon]), IsRooted: url.AsSpan(colon + 1).StartsWith("/"));
        return new Folder(Path.GetFullPath(url, top));
    }

    private static Host? OfUrl(string url, int scheme)
    {
        if (url[..scheme] is not ("http" or "https" or "ssh" or "git" or "git+ssh" or "ssh+git"))
            return null;
        var path = url.IndexOf('/', scheme + 3);
        var host = path < 0 ? url[(scheme + 3)..] : url[(scheme + 3)..path];
        return host.Length == 0 ? null : new Host($"{url[..scheme]}://{host}", WithoutUser(host), IsRooted: true);
    }

    /// <summary>A host without the user before it.</summary>
    private static string WithoutUser(string host) => host[(host.LastIndexOf('@') + 1)..];

    /// <param name="Start">Up to where the path begins: <c>https://user@host</c>, <c>git@host:</c>.</param>
    internal sealed record Host(string Start, string Bare, bool IsRooted) : GitRemote
    {
        public override string Name => Bare;

        public override string UrlOf(string project) => $"{Start}{(IsRooted ? "/" : "")}{project}.git";
    }

    /// <summary>A folder of this machine: other projects lie in the nearest folder above it that holds them.</summary>
    internal sealed record Folder(string Path) : GitRemote
    {
        public override string Name => Path;

        public override string? UrlOf(string project)
        {
            for (var above = System.IO.Path.GetDirectoryName(Path); above is not null; above = System.IO.Path.GetDirectoryName(above))
            {
                foreach (
                    var candidate in (string[])[System.IO.Path.Combine(above, project + ".git"), System.IO.Path.Combine(above, project)]
                )
                {
                    if (
                        File.Exists(System.IO.Path.Combine(candidate, "HEAD"))
                        || System.IO.Path.Exists(System.IO.Path.Combine(candidate, ".git"))
                    )
                        return candidate;
                }
            }

            return null;
        }
    }

    /// <summary>The name of a folder for what comes from an address; user names and passwords do not count.</summary>
    public static string FolderNameOf(string url)
    {
        var scheme = url.IndexOf("://", StringComparison.Ordinal);
        var start = scheme < 0 ? 0 : scheme + 3;
        var slash = url.IndexOf('/', start);
        var at = slash < 0 ? url.LastIndexOf('@') : url.LastIndexOf('@', slash);
        var plain = at < start ? url : url[..start] + url[(at + 1)..];
        var readable = string.Concat(
            plain[(scheme < 0 ? 0 : start)..].Select(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' ? c : '-')
        );
        var tail = readable.Length > 80 ? readable[^80..] : readable;
        return $"{tail.Trim('-', '.')}-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(plain)).AsSpan(0, 6))}";
    }
}
