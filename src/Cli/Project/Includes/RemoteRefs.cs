using System.Globalization;

namespace Slipway.Cli.Project.Includes;

/// <summary>The branches and tags of a repository, as <c>git ls-remote</c> lists them.</summary>
internal sealed class RemoteRefs
{
    private const string Tags = "refs/tags/";
    private const string Heads = "refs/heads/";

    /// <summary>A tag's object itself is one line, the commit it stands for another that ends so.</summary>
    private const string Peeled = "^{}";

    private readonly Dictionary<string, string> _commits = new(StringComparer.Ordinal);

    public RemoteRefs(string listing)
    {
        foreach (var line in listing.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            if (line.Split('\t') is not [var sha, var name] || !RefNames.IsSha(sha))
                continue;
            if (name.EndsWith(Peeled, StringComparison.Ordinal))
                _commits[name[..^Peeled.Length]] = sha;
            else
                _commits.TryAdd(name, sha);
        }
    }

    /// <summary>When the list was made, if it is not of just now.</summary>
    public DateTimeOffset? KeptSince { get; init; }

    public IReadOnlyList<string> TagNames =>
        [.. _commits.Keys.Where(IsTag).Select(name => name[Tags.Length..]).Order(StringComparer.Ordinal)];

    /// <param name="name"><c>HEAD</c>, a tag, a branch, in this order; or a full name.</param>
    public string? Find(string name) =>
        name == "HEAD" || name.StartsWith("refs/", StringComparison.Ordinal)
            ? _commits.GetValueOrDefault(name)
            : _commits.GetValueOrDefault(Tags + name) ?? _commits.GetValueOrDefault(Heads + name);

    /// <summary>For a sentence.</summary>
    public string Age => KeptSince?.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture) ?? "now";

    private static bool IsTag(string name) => name.StartsWith(Tags, StringComparison.Ordinal);
}
