using System.Text;

namespace Slipway.Runner.Sources;

/// <summary>
/// A repository's configuration without what a job must not get: credentials, hooks, helpers, includes, rewritten URLs. Only what is known to be
/// harmless passes, and remote URLs lose the name and password they may hold.
/// </summary>
internal static class GitConfig
{
    private static readonly string[] CoreKeys =
    [
        "repositoryformatversion",
        "filemode",
        "ignorecase",
        "precomposeunicode",
        "symlinks",
        "autocrlf",
        "eol",
        "safecrlf",
        "abbrev",
        "quotepath",
        "sparsecheckout",
        "sparsecheckoutcone",
        "protecthfs",
        "protectntfs",
        "whitespace",
        "longpaths",
    ];

    private static readonly string[] Sections =
    [
        "user",
        "author",
        "committer",
        "extensions",
        "index",
        "feature",
        "diff",
        "merge",
        "branch",
        "lfs",
    ];

    public static string Filter(string config)
    {
        var kept = new StringBuilder();
        string section = "",
            header = "";
        var written = true;
        var dropping = false;
        foreach (var line in config.Split('\n'))
        {
            var text = line.Trim();
            if (dropping)
            {
                dropping = text.EndsWith('\\');
            }
            else if (text.StartsWith('['))
            {
                (section, header, written) = (SectionOf(text), text[..(text.LastIndexOf(']') + 1)], false);
            }
            else if (Keep(section, text) is { } passed)
            {
                kept.Append(written ? "" : header + "\n").Append('\t').Append(passed).Append('\n');
                written = true;
            }
            else
            {
                dropping = text.EndsWith('\\');
            }
        }

        return kept.Append("[core]\n\tbare = false\n").ToString();
    }

    private static string SectionOf(string header)
    {
        var end = header.AsSpan().IndexOfAny(" ].\t");
        return header[1..Math.Max(1, end)].ToLowerInvariant();
    }

    private static string? Keep(string section, string line)
    {
        var equals = line.IndexOf('=');
        var key = (equals < 0 ? line : line[..equals]).Trim().ToLowerInvariant();
        if (key.Length == 0 || key[0] is '#' or ';' || line.EndsWith('\\'))
            return null;
        return section switch
        {
            "core" => CoreKeys.Contains(key) ? line : null,
            "remote" => key switch
            {
                "fetch" or "tagopt" or "prune" => line,
                "url" when equals > 0 => "url = " + WithoutUser(line[(equals + 1)..].Trim()),
                _ => null,
            },
            "extensions" => key is "worktreeconfig" or "partialclone" ? null : line,
            // A diff or merge driver is a command.
            "diff" or "merge" => key is "renames" or "algorithm" or "renamelimit" or "conflictstyle" ? line : null,
            "lfs" => key is "repositoryformatversion" ? line : null,
            _ => Sections.Contains(section) ? line : null,
        };
    }

    /// <summary><c>https://user:password@host/x</c> → <c>https://host/x</c>. Other schemes hold no password, and SSH needs its user.</summary>
    private static string WithoutUser(string url)
    {
        var scheme = url.IndexOf("://", StringComparison.Ordinal);
        if (scheme < 0 || !url.StartsWith("http", StringComparison.OrdinalIgnoreCase))
            return url;
        var host = scheme + 3;
        var end = url.IndexOf('/', host);
        var at = url.LastIndexOf('@', (end < 0 ? url.Length : end) - 1);
        return at < host ? url : url[..host] + url[(at + 1)..];
    }
}
