using System.Text.Json;
using Slipway.Server.Data;

namespace Slipway.Server.Runners;

/// <summary>What a runner takes of what it may take (runner-protocol §3.4). Which projects it may take from is <see cref="JobQueue"/>'s.</summary>
internal sealed class Matching
{
    private readonly HashSet<string> _tags;
    private readonly bool _untagged;
    private readonly bool _onlyProtected;

    // Jobs of one pipeline mostly ask for the same.
    private readonly Dictionary<string, bool> _known = [];

    public Matching(RunnerRow runner)
    {
        _tags = [.. Tags(runner.Tags)];
        _untagged = runner.RunUntagged == 1;
        _onlyProtected = runner.AccessLevel == RunnerWords.RefProtected;
    }

    /// <param name="tags">A JSON list: the runner must have them all; none: it must take jobs without tags.</param>
    public bool Takes(string tags, bool isProtected)
    {
        if (_onlyProtected && !isProtected)
            return false;
        if (!_known.TryGetValue(tags, out var takes))
            _known[tags] = takes = Tags(tags) is { Length: > 0 } wanted ? wanted.All(_tags.Contains) : _untagged;
        return takes;
    }

    public static string[] Tags(string json) => JsonSerializer.Deserialize<string[]>(json) ?? [];
}

/// <summary>GitLab's words for runners.</summary>
internal static class RunnerWords
{
    public const string Instance = "instance_type";
    public const string Group = "group_type";
    public const string Project = "project_type";
    public const string NotProtected = "not_protected";
    public const string RefProtected = "ref_protected";

    /// <summary>What our own runner's revision begins with; in all else it speaks as gitlab-runner does.</summary>
    public const string OurRevision = "slipway-";

    public static bool IsOurs(string? revision) => revision?.StartsWith(OurRevision, StringComparison.Ordinal) == true;
}
