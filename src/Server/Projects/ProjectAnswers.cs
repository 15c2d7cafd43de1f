using System.Text.Json.Nodes;
using Slipway.Server.Accounts;
using Slipway.Server.Data;
using Slipway.Server.Http;

namespace Slipway.Server.Projects;

/// <summary>Finds what stands around projects, for as many as a page holds at once, and makes their JSON.</summary>
internal static class ProjectAnswers
{
    private const string GroupLevels = """
        WITH RECURSIVE up (project_id, namespace_id) AS (
          SELECT id, namespace_id FROM projects WHERE id IN @ids
          UNION ALL SELECT up.project_id, n.parent_id FROM up JOIN namespaces n ON n.id = up.namespace_id WHERE n.parent_id IS NOT NULL
        )
        SELECT up.project_id AS project, MAX(m.access_level) AS level FROM up JOIN members m ON m.namespace_id = up.namespace_id
        WHERE m.user_id = @me AND (m.expires_at IS NULL OR m.expires_at > @now) GROUP BY up.project_id
        """;

    private const string ProjectLevels = """
        SELECT project_id AS project, access_level AS level FROM members
        WHERE project_id IN @ids AND user_id = @me AND (expires_at IS NULL OR expires_at > @now)
        """;

    public static async Task<IReadOnlyList<JsonObject>> FullAsync(
        Db db,
        IReadOnlyList<ProjectRow> rows,
        Actor actor,
        ServerUrl url,
        long now,
        CancellationToken ct
    )
    {
        var spaces = await SpacesAsync(db, rows, ct);
        var owners = await OwnersAsync(db, spaces.Values, ct);
        var args = new
        {
            ids = new In<long>([.. rows.Select(row => row.Id)]),
            me = actor.Responsible?.Id ?? 0,
            now,
        };
        var ofProject = (await db.QueryAsync<LevelRow>(ProjectLevels, args, ct)).ToDictionary(row => row.Project, row => row.Level);
        var ofGroup = (await db.QueryAsync<LevelRow>(GroupLevels, args, ct)).ToDictionary(row => row.Project, row => row.Level);
        return
        [
            .. rows.Select(row =>
            {
                var space = spaces[row.NamespaceId];
                var mine =
                    actor is Actor.Nobody ? null : Permissions.From(ofProject.GetValueOrDefault(row.Id), ofGroup.GetValueOrDefault(row.Id));
                return ProjectJson.Full(row, space, space.OwnerId is { } owner ? owners.GetValueOrDefault(owner) : null, mine, url);
            }),
        ];
    }

    public static async Task<JsonObject> FullAsync(Db db, ProjectRow row, Actor actor, ServerUrl url, long now, CancellationToken ct) =>
        (await FullAsync(db, [row], actor, url, now, ct))[0];

    public static async Task<IReadOnlyList<SimpleProjectJson>> SimpleAsync(
        Db db,
        IReadOnlyList<ProjectRow> rows,
        ServerUrl url,
        CancellationToken ct
    )
    {
        var spaces = await SpacesAsync(db, rows, ct);
        return [.. rows.Select(row => SimpleProjectJson.From(row, spaces[row.NamespaceId], url))];
    }

    private static async Task<Dictionary<long, NamespaceRow>> SpacesAsync(Db db, IReadOnlyList<ProjectRow> rows, CancellationToken ct) =>
        (
            await db.QueryAsync<NamespaceRow>(
                $"SELECT {NamespaceRow.Columns} FROM namespaces WHERE id IN @ids",
                new { ids = new In<long>([.. rows.Select(row => row.NamespaceId).Distinct()]) },
                ct
            )
        ).ToDictionary(space => space.Id);

    private static async Task<Dictionary<long, UserRow>> OwnersAsync(Db db, IEnumerable<NamespaceRow> spaces, CancellationToken ct) =>
        (
            await db.QueryAsync<UserRow>(
                $"SELECT {UserRow.Columns} FROM users WHERE id IN @ids",
                new { ids = new In<long>([.. spaces.Select(space => space.OwnerId).OfType<long>()]) },
                ct
            )
        ).ToDictionary(user => user.Id);

    private sealed record LevelRow
    {
        public long Project { get; init; }
        public long Level { get; init; }
    }
}
