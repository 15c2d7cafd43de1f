using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Slipway.Server.Accounts;
using Slipway.Server.Data;
using Slipway.Server.Http;

namespace Slipway.Server.Projects;

/// <summary>What every list shows of a project. https://docs.gitlab.com/api/projects/</summary>
internal sealed record SimpleProjectJson(
    long Id,
    string Description,
    string Name,
    string NameWithNamespace,
    string Path,
    string PathWithNamespace,
    DateTimeOffset CreatedAt,
    string? DefaultBranch,
    string SshUrlToRepo,
    string HttpUrlToRepo,
    string WebUrl,
    DateTimeOffset LastActivityAt,
    string Visibility,
    NamespaceJson Namespace
)
{
    public IReadOnlyList<string> TagList { get; init; } = [];
    public IReadOnlyList<string> Topics { get; init; } = [];
    public string? ReadmeUrl { get; init; }
    public int ForksCount { get; init; }
    public int StarCount { get; init; }
    public string? AvatarUrl { get; init; }

    public static SimpleProjectJson From(ProjectRow row, NamespaceRow space, ServerUrl url) =>
        new(
            row.Id,
            row.Description,
            row.Name,
            $"{space.Name} / {row.Name}",
            row.Path,
            row.FullPath,
            row.CreatedAt.Instant(),
            row.DefaultBranch,
            $"git@{url.Uri.Host}:{row.FullPath}.git",
            url.Of($"/{row.FullPath}.git"),
            url.Of("/" + row.FullPath),
            row.LastActivityAt.Instant(),
            row.Visibility,
            NamespaceJson.Brief(space, url)
        );
}

/// <summary>All that clients ask of a project: the list's, what it has and has not, its settings, and what who asks may do there.</summary>
internal static class ProjectJson
{
    /// <param name="mine">The roles of who asks; nothing when nobody does.</param>
    public static JsonObject Full(ProjectRow row, NamespaceRow space, UserRow? owner, Permissions? mine, ServerUrl url)
    {
        var settings = ProjectSettings.Parse(row.Settings);
        var all = JsonParts.Join(
            SimpleProjectJson.From(row, space, url),
            new Details(row.DefaultBranch is null, row.Archived == 1, row.CreatorId, url.Of($"/api/v4/projects/{row.Id}"), settings),
            settings
        );
        all["container_registry_image_prefix"] = $"{url.Uri.Authority}/{row.FullPath.ToLowerInvariant()}";
        if (owner is not null)
            all["owner"] = JsonParts.Join(UserJson.Basic(owner, url));
        if (mine is not null)
            all["permissions"] = JsonParts.Join(mine);
        return all;
    }

    /// <summary>GitLab has features that we have not: clients are told that they are off.</summary>
    private sealed record Details(
        bool EmptyRepo,
        bool Archived,
        long CreatorId,
        [property: JsonIgnore] string Self,
        [property: JsonIgnore] ProjectSettings Settings
    )
    {
        [JsonPropertyName("_links")]
        public object Links { get; } = new
        {
            self = Self,
            repo_branches = Self + "/repository/branches",
            members = Self + "/members",
        };

        public bool IssuesEnabled { get; init; }
        public bool MergeRequestsEnabled { get; init; }
        public bool WikiEnabled { get; init; }
        public bool JobsEnabled { get; init; } = true;
        public bool SnippetsEnabled { get; init; }
        public bool PackagesEnabled { get; init; }
        public bool ContainerRegistryEnabled { get; } = Settings.HasImages;
        public bool LfsEnabled { get; init; } = true;
        public string RepositoryAccessLevel { get; init; } = "enabled";
        public string IssuesAccessLevel { get; init; } = "disabled";
        public string MergeRequestsAccessLevel { get; init; } = "disabled";
        public string WikiAccessLevel { get; init; } = "disabled";
        public string BuildsAccessLevel { get; init; } = "enabled";
        public string SnippetsAccessLevel { get; init; } = "disabled";
        public string PagesAccessLevel { get; init; } = "disabled";
        public string EnvironmentsAccessLevel { get; init; } = "enabled";
        public string ImportStatus { get; init; } = "none";
        public int OpenIssuesCount { get; init; }
        public bool CanCreateMergeRequestIn { get; init; }
        public bool RequestAccessEnabled { get; init; }
        public bool CiJobTokenScopeEnabled { get; init; }
        public bool PublicBuilds { get; } = Settings.PublicJobs;
        public IReadOnlyList<object> SharedWithGroups { get; init; } = [];
        public string MergeMethod { get; init; } = "merge";
        public string? RunnersToken { get; init; }
    }
}

/// <summary>What who asks may do, as GitLab says it.</summary>
internal sealed record Permissions(LevelJson? ProjectAccess, LevelJson? GroupAccess)
{
    public static Permissions From(long ofProject, long ofGroup) => new(LevelJson.From(ofProject), LevelJson.From(ofGroup));
}

internal sealed record LevelJson(long AccessLevel, int NotificationLevel = 3)
{
    public static LevelJson? From(long level) => level == 0 ? null : new(level);
}
