using Slipway.Server.Accounts;
using Slipway.Server.Data;
using Slipway.Server.Http;

namespace Slipway.Server.Projects;

/// <param name="Space">The group or user's namespace it stands in.</param>
/// <param name="Path">Its last word in URLs.</param>
internal sealed record ProjectToMake(NamespaceRow Space, UserRow Creator, string Name, string Path)
{
    /// <summary><c>private</c>, <c>internal</c> or <c>public</c>.</summary>
    public string Visibility { get; init; } = "private";

    public string Description { get; init; } = "";
    public ProjectSettings Settings { get; init; } = new();
}

/// <summary>The rows of projects.</summary>
internal static class ProjectStore
{
    public const int MaxName = 255;
    public const int MaxDescription = 2000;

    /// <summary>Makes a project, empty of code. Whoever makes one in a namespace of his own is its member too.</summary>
    /// <returns>The project, or what is wrong.</returns>
    public static async Task<(ProjectRow? Project, FieldError? Error)> CreateAsync(
        Session session,
        ProjectToMake project,
        long now,
        CancellationToken ct
    )
    {
        if (Check(project) is { } wrong)
            return (null, wrong);
        var fullPath = $"{project.Space.FullPath}/{project.Path}";
        var key = PathRules.Key(fullPath);
        if (await session.FindAsync<string>("SELECT path_key FROM routes WHERE path_key = @key", new { key }, ct) is not null)
            return (null, new FieldError("path", FieldError.Taken));
        var row = await session.FindAsync<ProjectRow>(
            $"""
            INSERT INTO projects (namespace_id, creator_id, name, path, full_path, description, visibility, archived, settings, pipelines, created_at,
              last_activity_at)
            VALUES (@space, @creator, @Name, @Path, @fullPath, @Description, @Visibility, 0, @settings, 0, @now, @now)
            RETURNING {ProjectRow.Columns}
            """,
            new
            {
                space = project.Space.Id,
                creator = project.Creator.Id,
                project.Name,
                project.Path,
                fullPath,
                project.Description,
                project.Visibility,
                settings = project.Settings.ToJson(),
                now,
            },
            ct
        );
        await session.ExecuteAsync("INSERT INTO routes (path_key, project_id) VALUES (@key, @Id)", new { key, row!.Id }, ct);
        if (project.Space.OwnerId is { } owner)
            await MemberStore.SetAsync(session, new MemberOf.Project(row.Id), owner, Role.Owner, null, now, ct);
        return (row, null);
    }

    /// <summary>Names the default branch of a project that has none yet, and protects it. Whoever receives the first push calls this.</summary>
    /// <returns>False when it has one.</returns>
    public static async Task<bool> SetDefaultBranchAsync(Session session, long project, string branch, CancellationToken ct)
    {
        var isFirst = await session.ExecuteAsync(
            "UPDATE projects SET default_branch = @branch WHERE id = @project AND default_branch IS NULL",
            new { project, branch },
            ct
        );
        if (isFirst == 1)
            await ProtectedRefs.ProtectDefaultAsync(session, project, branch, ct);
        return isFirst == 1;
    }

    /// <returns>What is wrong with a project's name.</returns>
    public static FieldError? CheckName(string name) =>
        string.IsNullOrWhiteSpace(name) ? new FieldError("name", FieldError.Blank)
        : name.Length > MaxName ? new FieldError("name", $"is too long (maximum is {MaxName} characters)")
        : !char.IsLetterOrDigit(name[0]) && name[0] != '_' && !char.IsSurrogate(name[0]) || name.Any(char.IsControl)
            ? new FieldError("name", "must start with a letter, digit, emoji, or underscore")
        : null;

    /// <summary>What is in a private group cannot be seen by all the world.</summary>
    public static FieldError? CheckVisibility(string visibility, string above) =>
        Visibilities.Rank(visibility) is not { } rank ? new FieldError("visibility", "does not have a valid value")
        : rank > Visibilities.Rank(above) ? new FieldError("visibility_level", $"{visibility} is not allowed in a {above} group.")
        : null;

    private static FieldError? Check(ProjectToMake project) =>
        CheckName(project.Name)
        ?? PathRules.CheckBelow("path", project.Path)
        ?? (
            project.Description.Length > MaxDescription
                ? new FieldError("description", $"is too long (maximum is {MaxDescription} characters)")
                : null
        )
        ?? CheckVisibility(project.Visibility, project.Space.Visibility);
}
