using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Slipway.Server.Accounts;
using Slipway.Server.Data;
using Slipway.Server.Http;

namespace Slipway.Server.Projects;

/// <summary>Who is a member of a project or a group, and with which role. https://docs.gitlab.com/api/members/</summary>
internal static class MembersApi
{
    public static void MapMembers(this IEndpointRouteBuilder v4)
    {
        Map(
            v4.MapGroup("/projects/{project}/members"),
            new Access.OnProject(Abilities.ReadMembers),
            new Access.OnProject(Abilities.AdminMembers)
        );
        Map(v4.MapGroup("/groups/{group}/members"), new Access.OnGroup(Role.None), new Access.OnGroup(Role.Owner));
        v4.MapGet("/projects/{project}/users", UsersAsync).Allow(new Access.OnProject(Abilities.ReadMembers));
    }

    private static void Map(IEndpointRouteBuilder members, Access reader, Access keeper)
    {
        foreach (var (path, isAll) in ((string, bool)[])[("", false), ("/all", true)])
        {
            members
                .MapGet(
                    path,
                    (
                        HttpContext http,
                        Place place,
                        Paging paging,
                        Parameters parameters,
                        Actor actor,
                        Db db,
                        ServerUrl url,
                        TimeProvider time,
                        CancellationToken ct
                    ) => ListAsync(isAll, http, place, paging, parameters, actor, db, url, time, ct)
                )
                .Allow(reader);
            members
                .MapGet(
                    path + "/{user:long}",
                    (long user, Place place, Actor actor, Db db, ServerUrl url, TimeProvider time, CancellationToken ct) =>
                        FindAsync(isAll, user, place, actor, db, url, time, ct)
                )
                .Allow(reader);
        }

        members.MapPost("", AddAsync).Allow(keeper);
        members.MapPut("/{user:long}", ChangeAsync).Allow(keeper);
        // Everybody may leave.
        members.MapDelete("/{user:long}", RemoveAsync).Allow(reader);
    }

    private static async Task<IResult> ListAsync(
        bool isAll,
        HttpContext http,
        Place place,
        Paging paging,
        Parameters parameters,
        Actor actor,
        Db db,
        ServerUrl url,
        TimeProvider time,
        CancellationToken ct
    )
    {
        var list = new MemberList(place, isAll, parameters, time.Milliseconds());
        var total = await db.FindAsync<long>(list.Count, list.Args, ct);
        var rows = await db.QueryAsync<MemberRow>(list.Select + paging.Limit, list.Args, ct);
        return http.Page(paging, total, rows.Select(row => MemberJson.From(row, actor, url)));
    }

    private static async Task<IResult> UsersAsync(
        HttpContext http,
        Place place,
        Paging paging,
        Parameters parameters,
        Db db,
        ServerUrl url,
        TimeProvider time,
        CancellationToken ct
    )
    {
        var list = new MemberList(place, true, parameters, time.Milliseconds());
        var total = await db.FindAsync<long>(list.Count, list.Args, ct);
        var rows = await db.QueryAsync<MemberRow>(list.Select + paging.Limit, list.Args, ct);
        return http.Page(paging, total, rows.Select(row => UserJson.Basic(row.User, url)));
    }

    private static async Task<IResult> FindAsync(
        bool isAll,
        long user,
        Place place,
        Actor actor,
        Db db,
        ServerUrl url,
        TimeProvider time,
        CancellationToken ct
    )
    {
        var list = new MemberList(place, isAll, null, time.Milliseconds()) { User = user };
        return await db.FindAsync<MemberRow>(list.Select, list.Args, ct) is { } row
            ? Answers.Ok(MemberJson.From(row, actor, url))
            : Answers.NotFound();
    }

    private static async Task<IResult> AddAsync(
        Place place,
        Parameters parameters,
        Actor actor,
        Db db,
        ServerUrl url,
        TimeProvider time,
        CancellationToken ct
    )
    {
        if (Wanted(place, parameters) is { Refusal: { } refusal })
            return refusal;
        var user =
            parameters.Number("user_id") is { } id ? await UserStore.FindAsync(db, id, ct)
            : parameters.Text("username") is { } name ? await UserStore.FindAsync(db, name, ct)
            : null;
        if (!parameters.Has("user_id") && !parameters.Has("username"))
            return Answers.BadParameter("user_id, username are missing, exactly one parameter must be provided");
        if (user is not { Kind: "human" })
            return Answers.NotFound("User");
        var list = new MemberList(place, false, null, 0) { User = user.Id };
        if (await db.FindAsync<MemberRow>(list.Select, list.Args, ct) is not null)
            return Answers.Conflict("Member already exists");
        await SetAsync("member_added", user, place, parameters, actor, db, time, ct);
        return Answers.Created(MemberJson.From((await db.FindAsync<MemberRow>(list.Select, list.Args, ct))!, actor, url));
    }

    private static async Task<IResult> ChangeAsync(
        long user,
        Place place,
        Parameters parameters,
        Actor actor,
        Db db,
        ServerUrl url,
        TimeProvider time,
        CancellationToken ct
    )
    {
        var list = new MemberList(place, false, null, 0) { User = user };
        if (await db.FindAsync<MemberRow>(list.Select, list.Args, ct) is not { } row)
            return Answers.NotFound();
        if (Wanted(place, parameters) is { Refusal: { } refusal })
            return refusal;
        if (row.AccessLevel > (long)place.Role)
            return Answers.Forbidden();
        if (parameters.Number("access_level") < row.AccessLevel && await MemberChanges.IsLastOwnerAsync(db, place, row, ct))
            return Answers.Forbidden("A group needs an owner");
        await SetAsync("member_changed", row.User, place, parameters, actor, db, time, ct);
        return Answers.Ok(MemberJson.From((await db.FindAsync<MemberRow>(list.Select, list.Args, ct))!, actor, url));
    }

    private static async Task<IResult> RemoveAsync(long user, Place place, Actor actor, Db db, TimeProvider time, CancellationToken ct)
    {
        if (actor is not Actor.Person person)
            return Answers.Unauthorized;
        var list = new MemberList(place, false, null, 0) { User = user };
        var least = place.Where is MemberOf.Project ? Role.Maintainer : Role.Owner;
        var isSelf = user == person.User.Id;
        if (!isSelf && place.Role < least)
            return Answers.Forbidden();
        if (await db.FindAsync<MemberRow>(list.Select, list.Args, ct) is not { } row)
            return Answers.NotFound();
        if (!await MemberChanges.RemoveAsync(db, place, row, actor, time.Milliseconds(), ct))
            return Answers.Forbidden();
        return Answers.NoContent;
    }

    /// <summary>Nobody gives away more than he has.</summary>
    private static (Role Role, IResult? Refusal) Wanted(Place place, Parameters parameters)
    {
        if (!parameters.Has("access_level"))
            return (Role.None, Answers.BadParameter("access_level is missing"));
        var role = (Role)(parameters.Number("access_level") ?? 0);
        if (!Enum.IsDefined(role) || role == Role.None)
            return (role, Answers.BadParameter("access_level does not have a valid value"));
        if (parameters.Text("expires_at") is { Length: > 0 } day && Days.Parse(day) is null)
            return (role, Answers.BadParameter("expires_at is invalid"));
        return (role, role > place.Role ? Answers.Forbidden() : null);
    }

    private static Task<bool> SetAsync(
        string action,
        UserRow user,
        Place place,
        Parameters parameters,
        Actor actor,
        Db db,
        TimeProvider time,
        CancellationToken ct
    )
    {
        var (role, _) = Wanted(place, parameters);
        var expires = parameters.Text("expires_at") is { Length: > 0 } day ? Days.Midnight(Days.Parse(day)!.Value) : (long?)null;
        return MemberChanges.SetAsync(db, action, place, user, (role, expires), actor, time.Milliseconds(), ct);
    }
}
