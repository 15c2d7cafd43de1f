using Slipway.Server.Data;
using Slipway.Server.Http;

namespace Slipway.Server.Projects;

/// <summary>Which role somebody has: the highest of those in the project itself and in all groups above it. Who owns the namespace of a user owns what is in it.</summary>
internal static class Roles
{
    /// <summary>All namespaces from one up to the top. Stands before a query that reads <c>up</c>.</summary>
    public const string Up = """
        WITH RECURSIVE up (id, parent_id, owner_id) AS (
          SELECT id, parent_id, owner_id FROM namespaces WHERE id = @space
          UNION ALL SELECT n.id, n.parent_id, n.owner_id FROM namespaces n JOIN up ON n.id = up.parent_id
        )
        """;

    private const string Highest = $"""
        {Up}
        SELECT COALESCE(MAX(a.access_level), 0) FROM (
          SELECT access_level FROM members WHERE project_id = @project AND user_id = @user AND (expires_at IS NULL OR expires_at > @now)
          UNION ALL SELECT m.access_level FROM members m JOIN up ON m.namespace_id = up.id
            WHERE m.user_id = @user AND (m.expires_at IS NULL OR m.expires_at > @now)
          UNION ALL SELECT CAST(50 AS bigint) FROM up WHERE owner_id = @user
        ) a
        """;

    public static Task<Role> InProjectAsync(Db db, UserRow user, ProjectRow project, long now, CancellationToken ct) =>
        OfAsync(db, user, project.NamespaceId, project.Id, now, ct);

    public static Task<Role> InNamespaceAsync(Db db, UserRow user, long space, long now, CancellationToken ct) =>
        OfAsync(db, user, space, 0, now, ct);

    /// <summary>Whether somebody is a member of a project or a group below a group, and so may know that it is there.</summary>
    public static async Task<bool> IsBelowAsync(Db db, UserRow user, NamespaceRow group, long now, CancellationToken ct) =>
        await db.FindAsync<long>(
            """
            WITH RECURSIVE down (id) AS (
              SELECT id FROM namespaces WHERE parent_id = @Id
              UNION ALL SELECT n.id FROM namespaces n JOIN down ON n.parent_id = down.id
            )
            SELECT m.id FROM members m LEFT JOIN projects p ON p.id = m.project_id
            WHERE m.user_id = @user AND (m.expires_at IS NULL OR m.expires_at > @now)
              AND (m.namespace_id IN (SELECT id FROM down) OR p.namespace_id IN (SELECT id FROM down) OR p.namespace_id = @Id)
            LIMIT 1
            """,
            new
            {
                group.Id,
                user = user.Id,
                now,
            },
            ct
        ) != 0;

    private static async Task<Role> OfAsync(Db db, UserRow user, long space, long project, long now, CancellationToken ct) =>
        user.IsAdmin
            ? Role.Owner
            : (Role)
                await db.FindAsync<long>(
                    Highest,
                    new
                    {
                        space,
                        project,
                        user = user.Id,
                        now,
                    },
                    ct
                );
}
