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
        const string made = "INSERT INTO events (project_id, author_id, action, created_at) VALUES (@Id, @CreatorId, 'created', @now)";
        await session.ExecuteAsync(
            made,
            new
            {
                row.Id,
                row.CreatorId,
                now,
            },
            ct
        );
        if (project.Space.OwnerId is { } owner)
            await MemberStore.SetAsync(session, new MemberOf.Project(row.Id), owner, Role.Owner, null, now, ct);
        return (row, null);
    }

    /// <summary>Writes what an owner may change: name, path, description, visibility, default branch, settings.</summary>
    /// <param name="row">As it is.</param>
    /// <param name="wanted">As it shall be.</param>
    /// <returns>What is wrong.</returns>
    public static async Task<FieldError?> ChangeAsync(Session session, ProjectRow row, ProjectRow wanted, CancellationToken ct)
    {
        var space = await session.FindAsync<NamespaceRow>(
            $"SELECT {NamespaceRow.Columns} FROM namespaces WHERE id = @NamespaceId",
            row,
            ct
        );
        if (CheckRow(wanted, space!) is { } wrong)
            return wrong;
        if (wanted.Path != row.Path && await MoveAsync(session, row, space!, wanted.Path, ct) is { } taken)
            return taken;
        await session.ExecuteAsync(
            """
            UPDATE projects SET name = @Name, description = @Description, visibility = @Visibility, default_branch = @DefaultBranch, settings = @Settings
            WHERE id = @Id
            """,
            wanted,
            ct
        );
        return null;
    }

    /// <summary>Gives a project another path, or another place.</summary>
    /// <returns>What is wrong.</returns>
    public static async Task<FieldError?> MoveAsync(Session session, ProjectRow row, NamespaceRow space, string path, CancellationToken ct)
    {
        if ((PathRules.CheckBelow("path", path) ?? CheckVisibility(row.Visibility, space.Visibility)) is { } wrong)
            return wrong;
        var fullPath = $"{space.FullPath}/{path}";
        var args = new
        {
            row.Id,
            space = space.Id,
            path,
            fullPath,
            key = PathRules.Key(fullPath),
        };
        const string taken = "SELECT path_key FROM routes WHERE path_key = @key AND (project_id IS NULL OR project_id <> @Id)";
        if (await session.FindAsync<string>(taken, args, ct) is not null)
            return new FieldError("path", FieldError.Taken);
        await session.ExecuteAsync("DELETE FROM routes WHERE project_id = @Id", args, ct);
        await session.ExecuteAsync("INSERT INTO routes (path_key, project_id) VALUES (@key, @Id)", args, ct);
        await session.ExecuteAsync(
            "UPDATE projects SET namespace_id = @space, path = @path, full_path = @fullPath WHERE id = @Id",
            args,
            ct
        );
        return null;
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
        ?? CheckDescription(project.Description)
        ?? CheckVisibility(project.Visibility, project.Space.Visibility);

    private static FieldError? CheckRow(ProjectRow row, NamespaceRow space) =>
        CheckName(row.Name)
        ?? PathRules.CheckBelow("path", row.Path)
        ?? CheckDescription(row.Description)
        ?? CheckVisibility(row.Visibility, space.Visibility);

    private static FieldError? CheckDescription(string description) =>
        description.Length > MaxDescription ? new FieldError("description", $"is too long (maximum is {MaxDescription} characters)")
        : description.Contains('\0') ? new FieldError("description", "is invalid")
        : null;
}
