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
