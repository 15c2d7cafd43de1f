namespace Slipway.Runner.Executors.Docker.Files;

/// <summary>The little of a repository's configuration that its copy needs.</summary>
/// <param name="ObjectFormat"><c>sha1</c> or <c>sha256</c>.</param>
/// <param name="OriginUrl">Without user and password; <see langword="null"/>: there is no remote of that name.</param>
/// <param name="Partial">Objects are missing and would be fetched when needed.</param>
internal sealed record GitConfig(string ObjectFormat, string? OriginUrl, bool Partial)
{
    /// <summary>A file that is missing or odd gives the defaults.</summary>
    public static GitConfig Read(string file)
    {
        var (format, origin, partial, section) = ("sha1", (string?)null, false, "");
        foreach (var raw in File.Exists(file) ? File.ReadLines(file) : [])
        {
            var line = raw.Trim();
            if (line.StartsWith('['))
            {
                section = line.TrimEnd(']');
                continue;
            }

            if (line.IndexOf('=') is not (> 0 and var equals))
                continue;
            var (key, value) = (line[..equals].TrimEnd().ToLowerInvariant(), line[(equals + 1)..].Trim().Trim('"'));
            if (section == "[remote \"origin\"" && key == "url")
                origin = WithoutLogin(value);
            else if (section.Equals("[extensions", StringComparison.OrdinalIgnoreCase) && key == "objectformat")
                format = value == "sha256" ? "sha256" : "sha1";
            partial |= key is "partialclone" or "promisor";
        }

        return new GitConfig(format, origin, partial);
    }

    public string ToText()
    {
        var text = $"[core]\n\trepositoryformatversion = {(ObjectFormat == "sha1" ? 0 : 1)}\n\tfilemode = true\n\tbare = false\n";
        if (ObjectFormat != "sha1")
            text += $"[extensions]\n\tobjectformat = {ObjectFormat}\n";
        return OriginUrl is null ? text : $"{text}[remote \"origin\"]\n\turl = {OriginUrl}\n\tfetch = +refs/heads/*:refs/remotes/origin/*\n";
    }

    private static string? WithoutLogin(string url)
    {
        if (url.AsSpan().ContainsAny('\n', '"', '\\'))
            return null;
        var scheme = url.IndexOf("://", StringComparison.Ordinal);
        var at = url.LastIndexOf('@');
        return scheme > 0 && at > scheme && url.IndexOf('/', scheme + 3) is var slash && (slash < 0 || at < slash) ? url[..(scheme + 3)] + url[(at + 1)..] : url;
    }
}
