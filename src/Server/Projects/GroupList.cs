using Slipway.Server.Accounts;
using Slipway.Server.Data;
using Slipway.Server.Http;

namespace Slipway.Server.Projects;

/// <summary>Which groups a list holds: of those that who asks may see, the ones that are wanted.</summary>
internal sealed class GroupList
{
    /// <summary>All groups below those in which somebody has at least a role, and those above what somebody is a member of.</summary>
    private const string Mine = """
        WITH RECURSIVE mine (id) AS (
          SELECT namespace_id FROM members
          WHERE user_id = @me AND namespace_id IS NOT NULL AND access_level >= @least AND (expires_at IS NULL OR expires_at > @now)
          UNION SELECT n.id FROM namespaces n JOIN mine ON n.parent_id = mine.id
        ), over_mine (id) AS (
          SELECT p.namespace_id FROM members m JOIN projects p ON p.id = m.project_id
          WHERE m.user_id = @me AND (m.expires_at IS NULL OR m.expires_at > @now)
          UNION SELECT id FROM mine
          UNION SELECT n.parent_id FROM namespaces n JOIN over_mine ON n.id = over_mine.id WHERE n.parent_id IS NOT NULL
        ), below (id) AS (
          SELECT id FROM namespaces WHERE parent_id = @parent
          UNION SELECT n.id FROM namespaces n JOIN below ON n.parent_id = below.id
        )
        """;

    private readonly List<string> _filters = ["g.kind = 'group'", "g.deleted_at IS NULL"];

    private GroupList(object args) => Args = args;

    public object Args { get; }

    public string Select =>
        $"{Mine} SELECT {Columns} FROM namespaces g WHERE {string.Join(" AND ", _filters)} ORDER BY LOWER(g.full_path), g.id";

    public string Count => $"{Mine} SELECT COUNT(*) FROM namespaces g WHERE {string.Join(" AND ", _filters)}";

    /// <param name="parent">Only those in this group; <paramref name="isDeep"/>: and below it.</param>
    public static GroupList Of(Parameters parameters, Actor actor, long? parent, bool isDeep, long now)
    {
        var me = (actor as Actor.Person)?.User;
        var isOwned = parameters.Flag("owned") == true;
        var least = parameters.Number("min_access_level");
        var list = new GroupList(
            new
            {
                me = me?.Id ?? 0,
                least = isOwned ? (long)Role.Owner : least ?? (long)Role.Guest,
                now,
                parent = parent ?? 0,
                search = Search.Pattern(parameters.Text("search") ?? ""),
                visibility = parameters.Text("visibility") ?? "",
            }
        );
        var isMineOnly = isOwned || least is not null;
        list._filters.Add(
            isMineOnly ? "g.id IN (SELECT id FROM mine)"
            : me is null ? "g.visibility = 'public'"
            : me.IsAdmin ? "1 = 1"
            : "(g.visibility IN ('public', 'internal') OR g.id IN (SELECT id FROM over_mine))"
        );
        if (parent is not null)
            list._filters.Add(isDeep ? "g.id IN (SELECT id FROM below)" : "g.parent_id = @parent");
        if (parameters.Flag("top_level_only") == true)
            list._filters.Add("g.parent_id IS NULL");
        if (parameters.Text("visibility") is not null)
            list._filters.Add("g.visibility = @visibility");
        if (!string.IsNullOrEmpty(parameters.Text("search")))
            list._filters.Add($"(LOWER(g.name) LIKE @search {Search.Escape} OR LOWER(g.full_path) LIKE @search {Search.Escape})");
        return list;
    }

    private static string Columns { get; } = string.Join(", ", NamespaceRow.Columns.Split(", ").Select(column => "g." + column));
}
