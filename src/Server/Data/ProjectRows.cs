namespace Slipway.Server.Data;

/// <param name="Kind"><c>user</c> or <c>group</c>.</param>
/// <param name="OwnerId">Of a user's namespace.</param>
/// <param name="Visibility"><c>private</c>, <c>internal</c> or <c>public</c>.</param>
internal sealed record NamespaceRow(
    long Id,
    string Kind,
    long? ParentId,
    long? OwnerId,
    string Name,
    string Path,
    string FullPath,
    string Description,
    string Visibility,
    long CreatedAt
)
{
    public const string Columns = "id, kind, parent_id, owner_id, name, path, full_path, description, visibility, created_at";
}

/// <param name="DefaultBranch"><see langword="null"/>: nothing has been pushed.</param>
/// <param name="Settings">JSON of a <c>ProjectSettings</c>.</param>
/// <param name="Pipelines">How many there have been.</param>
internal sealed record ProjectRow(
    long Id,
    long NamespaceId,
    long CreatorId,
    string Name,
    string Path,
    string FullPath,
    string Description,
    string Visibility,
    string? DefaultBranch,
    long Archived,
    string Settings,
    long Pipelines,
    long CreatedAt,
    long LastActivityAt
)
{
    public const string Columns =
        "id, namespace_id, creator_id, name, path, full_path, description, visibility, default_branch, archived, settings, pipelines, created_at, last_activity_at";
}

/// <summary>A rule for branches or tags that not everybody may move.</summary>
/// <param name="Kind"><c>branch</c> or <c>tag</c>.</param>
/// <param name="Name">With <c>*</c> for anything.</param>
/// <param name="PushLevel">The least role that may push, or create a tag; 0 nobody, 60 administrators only.</param>
/// <param name="MergeLevel">The same for merging.</param>
internal sealed record ProtectedRefRow(
    long Id,
    long ProjectId,
    string Kind,
    string Name,
    long PushLevel,
    long MergeLevel,
    long AllowForcePush
)
{
    public const string Columns = "id, project_id, kind, name, push_level, merge_level, allow_force_push";
}
