using Slipway.Server.Accounts;
using Slipway.Server.Data;
using Slipway.Server.Http;

namespace Slipway.Server.Projects;

/// <summary>Which projects a list holds. Whatever is asked for, it holds none that who asks may not see.</summary>
internal sealed class ProjectList
{
    /// <summary>All namespaces below those in which somebody has at least a role.</summary>
    private const string Mine = """
        WITH RECURSIVE mine (id) AS (
          SELECT namespace_id FROM members
          WHERE user_id = @me AND namespace_id IS NOT NULL AND access_level >= @least AND (expires_at IS NULL OR expires_at > @now)
          UNION SELECT n.id FROM namespaces n JOIN mine ON n.parent_id = mine.id
        ), below (id) AS (
          SELECT id FROM namespaces WHERE id = @space
          UNION SELECT n.id FROM namespaces n JOIN below ON n.parent_id = below.id
        )
        """;

    private const string Member = """
        (p.namespace_id IN (SELECT id FROM mine) OR p.id IN (SELECT project_id FROM members
          WHERE user_id = @me AND project_id IS NOT NULL AND access_level >= @least AND (expires_at IS NULL OR expires_at > @now)))
        """;

    private readonly List<string> _filters = ["p.deleted_at IS NULL"];
    private readonly object _args;
    private readonly string _order;

    private ProjectList(object args, string order) => (_args, _order) = (args, order);

    /// <param name="space">Only those in this namespace; <paramref name="isDeep"/>: and below it.</param>
    public static ProjectList Of(Parameters parameters, Actor actor, NamespaceRow? space, bool isDeep, long now)
    {
        var me = (actor as Actor.Person)?.User;
        var least = parameters.Number("min_access_level");
        var args = new
        {
            me = me?.Id ?? 0,
            least = least ?? (long)Role.Guest,
            now,
            space = space?.Id ?? 0,
            search = Search.Pattern(parameters.Text("search") ?? ""),
            visibility = parameters.Text("visibility") ?? "",
            idAfter = parameters.Number("id_after") ?? 0,
            idBefore = parameters.Number("id_before") ?? 0,
            owner = parameters.Number("owned_by") ?? me?.Id ?? 0,
        };
        var list = new ProjectList(args, Order(parameters));
        list.AddVisible(me, parameters.Flag("membership") == true || least is not null);
        if (space is not null)
            list._filters.Add(isDeep ? "p.namespace_id IN (SELECT id FROM below)" : "p.namespace_id = @space");
        list.AddWishes(parameters);
        return list;
    }

    public string Select => $"{Mine} SELECT {Columns} FROM projects p WHERE {string.Join(" AND ", _filters)} ORDER BY {_order}";

    public string Count => $"{Mine} SELECT COUNT(*) FROM projects p WHERE {string.Join(" AND ", _filters)}";

    public object Args => _args;

    private static string Columns { get; } = string.Join(", ", ProjectRow.Columns.Split(", ").Select(column => "p." + column));

    private void AddVisible(UserRow? me, bool isMemberOnly)
    {
        if (isMemberOnly)
            _filters.Add(me is null ? "1 = 0" : Member);
        else if (me is null)
            _filters.Add("p.visibility = 'public'");
        else if (!me.IsAdmin)
            _filters.Add($"(p.visibility IN ('public', 'internal') OR {Member})");
    }

    private void AddWishes(Parameters parameters)
    {
        if (parameters.Flag("owned") == true)
            _filters.Add("p.namespace_id IN (SELECT id FROM namespaces WHERE owner_id = @owner)");
        if (parameters.Flag("archived") is { } archived)
            _filters.Add($"p.archived = {(archived ? 1 : 0)}");
        if (parameters.Text("visibility") is not null)
            _filters.Add("p.visibility = @visibility");
        if (!string.IsNullOrEmpty(parameters.Text("search")))
        {
            var column = parameters.Flag("search_namespaces") == true ? "p.full_path" : "p.path";
            _filters.Add($"(LOWER(p.name) LIKE @search {Search.Escape} OR LOWER({column}) LIKE @search {Search.Escape})");
        }

        if (parameters.Number("id_after") is not null)
            _filters.Add("p.id > @idAfter");
        if (parameters.Number("id_before") is not null)
            _filters.Add("p.id < @idBefore");
        if (parameters.Flag("starred") == true)
            _filters.Add("1 = 0");
    }

    private static string Order(Parameters parameters)
    {
        var direction = parameters.Text("sort") == "asc" ? "ASC" : "DESC";
        var column = parameters.Text("order_by") switch
        {
            "id" => "p.id",
            "name" => "LOWER(p.name)",
            "path" => "LOWER(p.path)",
            "last_activity_at" or "updated_at" => "p.last_activity_at",
            _ => "p.created_at",
        };
        return column == "p.id" ? $"p.id {direction}" : $"{column} {direction}, p.id {direction}";
    }
}
