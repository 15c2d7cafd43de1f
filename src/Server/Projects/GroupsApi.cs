using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Slipway.Server.Accounts;
using Slipway.Server.Data;
using Slipway.Server.Http;
using Slipway.Server.Work;

namespace Slipway.Server.Projects;

/// <summary>Groups, and groups in groups. https://docs.gitlab.com/api/groups/</summary>
internal static class GroupsApi
{
    private static readonly Access Anybody = new Access.Everyone("a list holds public groups and those of who asks");
    private static readonly Access Visible = new Access.OnGroup(Role.None);

    public static void MapGroups(this IEndpointRouteBuilder v4)
    {
        v4.MapGet("/groups", ListAsync).Allow(Anybody);
        v4.MapPost("/groups", CreateAsync).Allow(new Access.SignedIn());
        v4.MapGet("/groups/{group}", FindAsync).Allow(Visible);
        v4.MapPut("/groups/{group}", ChangeAsync).Allow(new Access.OnGroup(Role.Owner));
        v4.MapDelete("/groups/{group}", RemoveAsync).Allow(new Access.OnGroup(Role.Owner));
        v4.MapGet("/groups/{group}/subgroups", SubgroupsAsync).Allow(Visible);
        v4.MapGet("/groups/{group}/descendant_groups", DescendantsAsync).Allow(Visible);
    }

    private static Task<IResult> ListAsync(
        HttpContext http,
        Paging paging,
        Parameters parameters,
        Actor actor,
        Db db,
        ServerUrl url,
        TimeProvider time,
        CancellationToken ct
    ) => PageAsync(GroupList.Of(parameters, actor, null, false, time.Milliseconds()), http, paging, db, url, ct);

    private static Task<IResult> SubgroupsAsync(
        GroupContext here,
        HttpContext http,
        Paging paging,
        Parameters parameters,
        Actor actor,
        Db db,
        ServerUrl url,
        TimeProvider time,
        CancellationToken ct
    ) => PageAsync(GroupList.Of(parameters, actor, here.Id, false, time.Milliseconds()), http, paging, db, url, ct);

    private static Task<IResult> DescendantsAsync(
        GroupContext here,
        HttpContext http,
        Paging paging,
        Parameters parameters,
        Actor actor,
        Db db,
        ServerUrl url,
        TimeProvider time,
        CancellationToken ct
    ) => PageAsync(GroupList.Of(parameters, actor, here.Id, true, time.Milliseconds()), http, paging, db, url, ct);

    private static async Task<IResult> PageAsync(
        GroupList list,
        HttpContext http,
        Paging paging,
        Db db,
        ServerUrl url,
        CancellationToken ct
    )
    {
        var total = await db.FindAsync<long>(list.Count, list.Args, ct);
        var rows = await db.QueryAsync<NamespaceRow>(list.Select + paging.Limit, list.Args, ct);
        var groups = new List<GroupJson>();
        foreach (var row in rows)
            groups.Add(await JsonAsync(row, db, url, ct));
        return http.Page(paging, total, groups);
    }

    private static async Task<IResult> FindAsync(GroupContext here, Db db, ServerUrl url, CancellationToken ct) =>
        Answers.Ok(await JsonAsync(here.Group, db, url, ct));

    private static async Task<IResult> CreateAsync(
        Parameters parameters,
        Actor actor,
        Db db,
        ServerUrl url,
        TimeProvider time,
        CancellationToken ct
    )
    {
        foreach (var name in (string[])["name", "path"])
            if (parameters.Text(name) is null)
                return Answers.BadParameter($"{name} is missing");
        var now = time.Milliseconds();
        NamespaceRow? above = null;
        if (parameters.Text("parent_id") is { Length: > 0 } parent)
        {
            above = await Lookup.GroupAsync(db, parent, ct);
            var role = above is null ? Role.None : await Roles.InNamespaceAsync(db, actor.Responsible!, above.Id, now, ct);
            if (above is null || (role == Role.None && above.Visibility == "private"))
                return Answers.NotFound("Group");
            if (role < Role.Maintainer)
                return Answers.Forbidden();
        }

        var wanted = new GroupToMake(above, actor.Responsible!, parameters.Text("name")!, parameters.Text("path")!)
        {
            Visibility = parameters.Text("visibility") ?? "private",
            Description = parameters.Text("description") ?? "",
        };
        var (group, error) = await db.WriteAsync(
            async (session, token) =>
            {
                var made = await GroupStore.CreateAsync(session, wanted, now, token);
                if (made.Group is { } row)
                    await Audit.WriteAsync(session, actor.Name, "group_created", $"group {row.FullPath}", null, now, token);
                return made;
            },
            ct
        );
        return group is null ? error!.Answer() : Answers.Created(await JsonAsync(group, db, url, ct));
    }

    private static async Task<IResult> ChangeAsync(
        GroupContext here,
        Parameters parameters,
        Actor actor,
        Db db,
        ServerUrl url,
        TimeProvider time,
        CancellationToken ct
    )
    {
        var row = here.Group;
        var wanted = row with
        {
            Name = parameters.Text("name") ?? row.Name,
            Path = parameters.Text("path") ?? row.Path,
            Description = parameters.Text("description") ?? row.Description,
            Visibility = parameters.Text("visibility") ?? row.Visibility,
        };
        var now = time.Milliseconds();
        var error = await db.WriteAsync(
            async (session, token) =>
            {
                var wrong = await GroupStore.ChangeAsync(session, row, wanted, token);
                if (wrong is null)
                    await Audit.WriteAsync(session, actor.Name, "group_changed", $"group {row.FullPath}", null, now, token);
                return wrong;
            },
            ct
        );
        if (error is not null)
            return error.Answer();
        return await Lookup.GroupAsync(db, $"{row.Id}", ct) is { } changed
            ? Answers.Ok(await JsonAsync(changed, db, url, ct))
            : Answers.NotFound("Group");
    }

    private static async Task<IResult> RemoveAsync(
        GroupContext here,
        Actor actor,
        Db db,
        WorkLoop work,
        TimeProvider time,
        CancellationToken ct
    )
    {
        var now = time.Milliseconds();
        await db.WriteAsync((session, token) => NamespaceRemoval.BeginAsync(session, work, here.Group, actor.Name, now, token), ct);
        return Answers.Message(StatusCodes.Status202Accepted, "202 Accepted");
    }

    private static async Task<GroupJson> JsonAsync(NamespaceRow row, Db db, ServerUrl url, CancellationToken ct)
    {
        if (row.ParentId is null)
            return GroupJson.From(row, row.Name, url);
        var names = await db.QueryAsync<string>(
            """
            WITH RECURSIVE up (id, parent_id, name, depth) AS (
              SELECT id, parent_id, name, CAST(0 AS bigint) FROM namespaces WHERE id = @Id
              UNION ALL SELECT n.id, n.parent_id, n.name, up.depth + 1 FROM namespaces n JOIN up ON n.id = up.parent_id
            )
            SELECT name FROM up ORDER BY depth DESC
            """,
            new { row.Id },
            ct
        );
        return GroupJson.From(row, string.Join(" / ", names), url);
    }
}
