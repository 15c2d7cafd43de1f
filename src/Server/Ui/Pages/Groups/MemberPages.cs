using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Slipway.Server.Accounts;
using Slipway.Server.Data;
using Slipway.Server.Http;
using Slipway.Server.Projects;
using Slipway.Server.Ui.Markup;
using Slipway.Server.Ui.Parts;

namespace Slipway.Server.Ui.Pages.Groups;

/// <summary>Members of a group or a project: who, with which role, and until when. https://docs.gitlab.com/user/permissions/</summary>
internal static class MemberPages
{
    private const int Most = 500;

    private static readonly (string Value, string Words)[] Choices =
    [
        ("10", "Guest"),
        ("15", "Planner"),
        ("20", "Reporter"),
        ("30", "Developer"),
        ("40", "Maintainer"),
        ("50", "Owner"),
    ];

    public static void MapMemberPages(this IEndpointRouteBuilder project, IEndpointRouteBuilder group)
    {
        Map(project, "/project_members", new Access.OnProject(Abilities.ReadMembers), new Access.OnProject(Abilities.AdminMembers));
        Map(group, "/group_members", new Access.OnGroup(Role.None), new Access.OnGroup(Role.Owner));
    }

    private static void Map(IEndpointRouteBuilder place, string path, Access reader, Access keeper)
    {
        place.MapPage(path, ShowAsync, reader);
        place.MapForm(path, AddAsync, keeper);
        place.MapForm(path + "/{id:long}", ChangeAsync, keeper);
        place.MapForm(path + "/{id:long}/remove", RemoveAsync, keeper);
    }

    private static Task<PageAnswer> ShowAsync(PageView view, Place place, Db db, CancellationToken ct) =>
        PageAsync(view, place, null, db, 200, ct);

    private static async Task<IResult> AddAsync(
        HttpContext http,
        PageView view,
        Actor actor,
        Place place,
        ShownOnce once,
        Db db,
        TimeProvider time,
        CancellationToken ct
    )
    {
        var form = await http.Request.ReadFormAsync(ct);
        var name = form["username"].ToString().Trim().TrimStart('@');
        var (role, expires, problem) = Wanted(form, place);
        if (problem is not null)
            return await PageAsync(view, place, problem, db, 422, ct);
        if (await UserStore.FindAsync(db, name, ct) is not { Kind: "human" } user)
            return await PageAsync(view, place, $"There is no user {name}.", db, 422, ct);
        if (await FindAsync(db, place, user.Id, ct) is not null)
            return await PageAsync(view, place, $"{user.Username} is a member already.", db, 422, ct);
        await MemberChanges.SetAsync(db, "member_added", place, user, (role, expires), actor, time.Milliseconds(), ct);
        once.Put(http, ShownOnce.Note, $"{user.Name} is a member now.");
        return new SeeOther(Here(view, place));
    }

    private static async Task<IResult> ChangeAsync(
        HttpContext http,
        PageView view,
        Actor actor,
        Place place,
        long id,
        ShownOnce once,
        Db db,
        TimeProvider time,
        CancellationToken ct
    )
    {
        if (await FindAsync(db, place, id, ct) is not { } member)
            return Refusals.NotFound(http);
        var (role, _, problem) = Wanted(await http.Request.ReadFormAsync(ct), place);
        problem ??=
            member.AccessLevel > (long)place.Role ? "Nobody changes who has more to say than himself."
            : (long)role < member.AccessLevel && await MemberChanges.IsLastOwnerAsync(db, place, member, ct) ? "A group needs an owner."
            : null;
        if (problem is not null)
            return await PageAsync(view, place, problem, db, 422, ct);
        await MemberChanges.SetAsync(db, "member_changed", place, member.User, (role, member.ExpiresAt), actor, time.Milliseconds(), ct);
        once.Put(http, ShownOnce.Note, $"{member.Name} is {Word((long)role)} now.");
        return new SeeOther(Here(view, place));
    }

    private static async Task<IResult> RemoveAsync(
        HttpContext http,
        PageView view,
        Actor actor,
        Place place,
        long id,
        ShownOnce once,
        Db db,
        TimeProvider time,
        CancellationToken ct
    )
    {
        if (await FindAsync(db, place, id, ct) is not { } member)
            return Refusals.NotFound(http);
        if (!await MemberChanges.RemoveAsync(db, place, member, actor, time.Milliseconds(), ct))
            return await PageAsync(
                view,
                place,
                "A group needs an owner, and nobody removes who has more to say than himself.",
                db,
                422,
                ct
            );
        once.Put(http, ShownOnce.Note, $"{member.Name} is no member any more.");
        return new SeeOther(Here(view, place));
    }

    private static (Role Role, long? Expires, string? Problem) Wanted(IFormCollection form, Place place)
    {
        if (!Choices.Any(choice => choice.Value == form["access_level"]) || !long.TryParse(form["access_level"], out var level))
            return (Role.None, null, "Choose a role.");
        if ((Role)level > place.Role)
            return (Role.None, null, "Nobody gives away more than he has.");
        var day = form["expires_at"].ToString();
        if (day.Length == 0)
            return ((Role)level, null, null);
        return Days.Parse(day) is { } until ? ((Role)level, Days.Midnight(until), null) : (Role.None, null, "That is no day.");
    }

    private static Task<MemberRow?> FindAsync(Db db, Place place, long user, CancellationToken ct)
    {
        var list = new MemberList(place, false, null, 0) { User = user };
        return db.FindAsync<MemberRow>(list.Select, list.Args, ct);
    }

    private static Address Here(PageView view, Place place, params string[] words) =>
        place.Where is MemberOf.Project
            ? Address.To([place.Name["project ".Length..], "-", "project_members", .. words])
            : Address.To(["groups", place.Name["group ".Length..], "-", "group_members", .. words]);

    private static async Task<PageAnswer> PageAsync(PageView view, Place place, string? problem, Db db, int status, CancellationToken ct)
    {
        var now = view.Now.ToUnixTimeMilliseconds();
        var (own, all) = (new MemberList(place, false, null, now), new MemberList(place, true, null, now));
        var direct = (await db.QueryAsync<MemberRow>($"{own.Select} LIMIT {Most}", own.Args, ct)).ToDictionary(row => row.Id);
        var rows = await db.QueryAsync<MemberRow>($"{all.Select} LIMIT {Most}", all.Args, ct);
        var isKeeper = view.User is not null && place.Role >= (place.Where is MemberOf.Project ? Role.Maintainer : Role.Owner);
        var items = rows.Select(row => Row(view, place, row, direct.GetValueOrDefault(row.Id), isKeeper));
        return Layout.Answer(
            new PageFrame(view, "Members")
            {
                Project = await ProjectContext.BindAsync(view.Http),
                Group = await GroupContext.BindAsync(view.Http),
                Part = "members",
                Crumbs = [new Crumb("Members", Here(view, place))],
            },
            Html.Of(
                $"""
                <h1>Members</h1>
                {Forms.Problem(problem)}
                {Add(view, place).When(isKeeper)}
                <ul class="rows">{items}</ul>
                """
            ),
            status
        );
    }

    private static Html Add(PageView view, Place place) =>
        Html.Of(
            $"""
            <form method="post" action="{Here(view, place)}" class="filter">
            {Forms.Token(view)}
            {Forms.Text("User name", "username", "", null, Forms.Required)}
            {Forms.Select("Role", "access_level", "30", Offered(place))}
            <label>Until<input type="date" name="expires_at"></label>
            <button class="primary">Add member</button></form>
            """
        );

    private static Html Row(PageView view, Place place, MemberRow member, MemberRow? direct, bool isKeeper)
    {
        var until = member.ExpiresAt is null ? "" : $" · until {member.ExpiresAt.Day()}";
        var inherited = direct is null ? " · from a group above" : "";
        var isHis = isKeeper && direct is not null && direct.AccessLevel <= (long)place.Role;
        var change = Html.Of(
            $"""
            <form method="post" action="{Here(view, place, $"{member.Id}")}" class="inline">{Forms.Token(view)}
            <select name="access_level" aria-label="Role of {member.Name}">{Options(
                place,
                direct?.AccessLevel ?? 0
            )}</select><button class="small">Change</button></form>
            {Forms.Button(view, Here(view, place, $"{member.Id}", "remove"), "Remove", "danger small", $"Remove {member.Name}")}
            """
        );
        return Html.Of(
            $"""
            <li><div class="main"><strong><bdi>{member.Name}</bdi></strong><div class="side">@{member.Username}{until}{inherited}</div></div>
            {(isHis ? change : Html.Of($"<span class=\"badge\">{Word(member.AccessLevel)}</span>"))}</li>
            """
        );
    }

    private static IEnumerable<Html> Options(Place place, long chosen) =>
        Offered(place)
            .Select(one =>
                Html.Of($"<option value=\"{one.Value}\"{Html.Of($" selected").When(one.Value == $"{chosen}")}>{one.Words}</option>")
            );

    private static IEnumerable<(string Value, string Words)> Offered(Place place) =>
        Choices.Where(choice => long.Parse(choice.Value) <= (long)place.Role);

    private static string Word(long level) => Choices.FirstOrDefault(choice => choice.Value == $"{level}").Words ?? "no role";
}
