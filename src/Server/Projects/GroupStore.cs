using Slipway.Server.Accounts;
using Slipway.Server.Data;
using Slipway.Server.Http;

namespace Slipway.Server.Projects;

/// <param name="Above">The group it stands in; nothing: at the top.</param>
internal sealed record GroupToMake(NamespaceRow? Above, UserRow Creator, string Name, string Path)
{
    /// <summary><c>private</c>, <c>internal</c> or <c>public</c>.</summary>
    public string Visibility { get; init; } = "private";

    public string Description { get; init; } = "";
}

/// <summary>The rows of groups.</summary>
internal static class GroupStore
{
    /// <summary>Groups in groups. https://docs.gitlab.com/user/group/subgroups/</summary>
    private const int MaxDepth = 20;

    private const int MaxDescription = 500;

    /// <summary>Makes a group, with its maker as the owner.</summary>
    /// <returns>The group, or what is wrong.</returns>
    public static async Task<(NamespaceRow? Group, FieldError? Error)> CreateAsync(
        Session session,
        GroupToMake group,
        long now,
        CancellationToken ct
    )
    {
        if (Check(group) is { } wrong)
            return (null, wrong);
        var fullPath = group.Above is { } above ? $"{above.FullPath}/{group.Path}" : group.Path;
        var key = PathRules.Key(fullPath);
        if (await session.FindAsync<string>("SELECT path_key FROM routes WHERE path_key = @key", new { key }, ct) is not null)
            return (null, new FieldError("path", FieldError.Taken));
        var row = await session.FindAsync<NamespaceRow>(
            $"""
            INSERT INTO namespaces (kind, parent_id, name, path, full_path, description, visibility, created_at)
            VALUES ('group', @above, @Name, @Path, @fullPath, @Description, @Visibility, @now) RETURNING {NamespaceRow.Columns}
            """,
            new
            {
                above = group.Above?.Id,
                group.Name,
                group.Path,
                fullPath,
                group.Description,
                group.Visibility,
                now,
            },
            ct
        );
        await session.ExecuteAsync("INSERT INTO routes (path_key, namespace_id) VALUES (@key, @Id)", new { key, row!.Id }, ct);
        await MemberStore.SetAsync(session, new MemberOf.Group(row.Id), group.Creator.Id, Role.Owner, null, now, ct);
        return (row, null);
    }

    /// <summary>Writes what an owner may change. A new path is that of all that stands below, too.</summary>
    /// <returns>What is wrong.</returns>
    public static async Task<FieldError?> ChangeAsync(Session session, NamespaceRow row, NamespaceRow wanted, CancellationToken ct)
    {
        var above = row.ParentId is { } id
            ? await session.FindAsync<NamespaceRow>($"SELECT {NamespaceRow.Columns} FROM namespaces WHERE id = @id", new { id }, ct)
            : null;
        var wrong =
            ProjectStore.CheckName(wanted.Name)
            ?? CheckDescription(wanted.Description)
            ?? ProjectStore.CheckVisibility(wanted.Visibility, above?.Visibility ?? "public")
            ?? await CheckBelowAsync(session, row, wanted.Visibility, ct);
        if (wrong is not null)
            return wrong;
        if (wanted.Path != row.Path && await RenameAsync(session, row, above, wanted.Path, ct) is { } taken)
            return taken;
        await session.ExecuteAsync(
            "UPDATE namespaces SET name = @Name, description = @Description, visibility = @Visibility WHERE id = @Id",
            wanted,
            ct
        );
        return null;
    }

    /// <summary>A group cannot be seen by fewer people than what stands in it.</summary>
    private static async Task<FieldError?> CheckBelowAsync(Session session, NamespaceRow row, string visibility, CancellationToken ct)
    {
        var below = await session.QueryAsync<string>(
            "SELECT visibility FROM namespaces WHERE parent_id = @Id AND deleted_at IS NULL UNION SELECT visibility FROM projects WHERE namespace_id = @Id AND deleted_at IS NULL",
            new { row.Id },
            ct
        );
        return below.Any(word => Visibilities.Rank(word) > Visibilities.Rank(visibility))
            ? new FieldError(
                "visibility_level",
                $"{visibility} is not allowed since this group contains projects or sub-groups with higher visibility."
            )
            : null;
    }

    private static async Task<FieldError?> RenameAsync(
        Session session,
        NamespaceRow row,
        NamespaceRow? above,
        string path,
        CancellationToken ct
    )
    {
        if ((above is null ? PathRules.CheckTop("path", path) : PathRules.CheckBelow("path", path)) is { } wrong)
            return wrong;
        var fullPath = above is null ? path : $"{above.FullPath}/{path}";
        var args = new
        {
            row.Id,
            path,
            fullPath,
            key = PathRules.Key(fullPath),
            oldPath = row.FullPath + "/",
            oldKey = PathRules.Key(row.FullPath) + "/",
            length = row.FullPath.Length + 1L,
        };
        const string taken = "SELECT path_key FROM routes WHERE path_key = @key AND (namespace_id IS NULL OR namespace_id <> @Id)";
        if (await session.FindAsync<string>(taken, args, ct) is not null)
            return new FieldError("path", FieldError.Taken);
        await session.ExecuteAsync("UPDATE routes SET path_key = @key WHERE namespace_id = @Id", args, ct);
        await session.ExecuteAsync("UPDATE namespaces SET path = @path, full_path = @fullPath WHERE id = @Id", args, ct);
        foreach (var (table, column, to, from) in Below)
            await session.ExecuteAsync(
                $"UPDATE {table} SET {column} = CAST({to} AS text) || SUBSTR({column}, CAST(@length AS int)) WHERE SUBSTR({column}, 1, CAST(@length AS int)) = {from}",
                args,
                ct
            );
        return null;
    }

    private static readonly (string Table, string Column, string To, string From)[] Below =
    [
        ("routes", "path_key", "@key", "@oldKey"),
        ("namespaces", "full_path", "@fullPath", "@oldPath"),
        ("projects", "full_path", "@fullPath", "@oldPath"),
    ];

    /// <summary>A user's own namespace.</summary>
    public static async Task<NamespaceRow> OfUserAsync(Session session, long user, CancellationToken ct) =>
        await session.FindAsync<NamespaceRow>($"SELECT {NamespaceRow.Columns} FROM namespaces WHERE owner_id = @user", new { user }, ct)
        ?? throw new InvalidOperationException($"User {user} has no namespace.");

    private static FieldError? Check(GroupToMake group) =>
        ProjectStore.CheckName(group.Name)
        ?? (group.Above is null ? PathRules.CheckTop("path", group.Path) : PathRules.CheckBelow("path", group.Path))
        ?? CheckDescription(group.Description)
        ?? (
            group.Above is { Kind: not "group" } ? new FieldError("parent_id", "user namespace cannot be the parent of another namespace")
            : group.Above?.FullPath.Count(c => c == '/') >= MaxDepth - 1
                ? new FieldError("parent_id", $"has too deep level of nesting (maximum is {MaxDepth})")
            : null
        )
        ?? ProjectStore.CheckVisibility(group.Visibility, group.Above?.Visibility ?? "public");

    public static FieldError? CheckDescription(string description) =>
        description.Length > MaxDescription ? new FieldError("description", $"is too long (maximum is {MaxDescription} characters)") : null;
}
