using Slipway.Server.Data;
using Slipway.Server.Http;

namespace Slipway.Server.Projects;

/// <summary>Where a project can stand. https://docs.gitlab.com/api/namespaces/</summary>
internal sealed record NamespaceJson(long Id, string Name, string Path, string Kind, string FullPath, long? ParentId, string WebUrl)
{
    public string? AvatarUrl { get; init; }

    public static NamespaceJson Brief(NamespaceRow row, ServerUrl url) =>
        new(
            row.Id,
            row.Name,
            row.Path,
            row.Kind,
            row.FullPath,
            row.ParentId,
            url.Of(row.Kind == "group" ? "/groups/" + row.FullPath : "/" + row.FullPath)
        );
}

/// <summary>https://docs.gitlab.com/api/groups/</summary>
internal sealed record GroupJson(
    long Id,
    string WebUrl,
    string Name,
    string Path,
    string Description,
    string Visibility,
    string FullName,
    string FullPath,
    DateTimeOffset CreatedAt,
    long? ParentId
)
{
    public bool ShareWithGroupLock { get; init; }
    public bool RequireTwoFactorAuthentication { get; init; }
    public int TwoFactorGracePeriod { get; init; } = 48;
    public string ProjectCreationLevel { get; init; } = "developer";
    public string SubgroupCreationLevel { get; init; } = "maintainer";
    public bool? AutoDevopsEnabled { get; init; }
    public bool EmailsEnabled { get; init; }
    public bool LfsEnabled { get; init; } = true;
    public string? AvatarUrl { get; init; }
    public bool RequestAccessEnabled { get; init; }
    public string SharedRunnersSetting { get; init; } = "enabled";

    /// <param name="fullName">The names of the groups above and its own: <c>Team / Backend</c>.</param>
    public static GroupJson From(NamespaceRow row, string fullName, ServerUrl url) =>
        new(
            row.Id,
            url.Of("/groups/" + row.FullPath),
            row.Name,
            row.Path,
            row.Description,
            row.Visibility,
            fullName,
            row.FullPath,
            row.CreatedAt.Instant(),
            row.ParentId
        );
}
