using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Slipway.Server.Accounts;
using Slipway.Server.Data;
using Slipway.Server.Http;
using Slipway.Server.Projects;
using Slipway.Server.Ui.Markup;
using Slipway.Server.Ui.Parts;

namespace Slipway.Server.Ui.Pages.Groups;

/// <summary>Groups: those one has something to do with, and one with its subgroups and projects. https://docs.gitlab.com/user/group/</summary>
internal static class GroupPages
{
    private static readonly Access Anybody = new Access.Everyone("shows to each what each may see");

    public static void MapGroupPages(this IEndpointRouteBuilder app, IEndpointRouteBuilder group)
    {
        app.MapPage("/dashboard/groups", MineAsync, new Access.SignedIn());
        app.MapPage("/explore/groups", AllAsync, Anybody);
        app.MapPage(PagePath.Space, SpaceAsync, Anybody);
        app.MapPage("/groups/new", NewGroupPage.ShowAsync, new Access.SignedIn());
        app.MapForm("/groups", NewGroupPage.CreateAsync, new Access.SignedIn());
        group.MapPage("", ShowAsync, new Access.OnGroup(Role.None));
    }

    public static Address At(NamespaceRow group, params string[] words) => Address.To(["groups", group.FullPath, .. words]);

    private static Task<PageAnswer> MineAsync(PageView view, Actor actor, Paging paging, Db db, CancellationToken ct) =>
        ListAsync(view, actor, paging, false, db, ct);

    private static Task<PageAnswer> AllAsync(PageView view, Actor actor, Paging paging, Db db, CancellationToken ct) =>
        ListAsync(view, actor, paging, true, db, ct);

    private static async Task<PageAnswer> ListAsync(PageView view, Actor actor, Paging paging, bool all, Db db, CancellationToken ct)
    {
        var wish = all ? Parameters.None : Parameters.None.With("min_access_level", $"{(int)Role.Guest}");
        var list = GroupList.Of(wish, actor, null, false, view.Now.ToUnixTimeMilliseconds());
        var rows = await db.QueryAsync<NamespaceRow>($"{list.Select} LIMIT {paging.PerPage + 1} OFFSET {paging.Offset}", list.Args, ct);
        var shown = rows.Take((int)paging.PerPage).ToList();
        var here = all ? Address.To("explore", "groups") : Address.To("dashboard", "groups");
        var body =
            shown.Count > 0 || paging.Page > 1
                ? Html.Of($"<ul class=\"rows\">{shown.Select(Row)}</ul>")
                : Lists.Empty(
                    all ? "No groups that you may see" : "No groups yet",
                    Html.Of(
                        $"<p>A group holds projects and other groups. Its members, variables and runners count for all that stands in it.</p>{NewButton(null).When(view.User is not null)}"
                    )
                );
        var other = all ? (Address.To("dashboard", "groups"), "Yours") : (Address.To("explore", "groups"), "Explore all");
        var acts = Html.Of($"<a class=\"button\" href=\"{other.Item1}\">{other.Item2}</a>{NewButton(null)}").When(view.User is not null);
        return Layout.Answer(
            new PageFrame(view, "Groups") { Crumbs = [new Crumb("Groups", here)] },
            Html.Of($"<div class=\"head\"><h1>Groups</h1>{acts}</div>{body}{Lists.Pages(paging, rows.Count > shown.Count, here)}")
        );
    }

    private static async Task<IResult> ShowAsync(PageView view, Actor actor, GroupContext here, Paging paging, Db db, CancellationToken ct)
    {
        var now = view.Now.ToUnixTimeMilliseconds();
        var below = GroupList.Of(Parameters.None, actor, here.Id, false, now);
        var groups = await db.QueryAsync<NamespaceRow>($"{below.Select} LIMIT 200", below.Args, ct);
        var projects = await ProjectListing.OfAsync(view, actor, here.Group, paging, Address.To("groups", here.Group.FullPath), db, ct);
        var subgroups = Html.Of($"<h2>Subgroups</h2><ul class=\"rows\">{groups.Select(Row)}</ul>").When(groups.Count > 0);
        var makes = here.Role >= Role.Developer && view.User is not null;
        var acts = Html.Of(
                $"{Html.Of($"<a class=\"button\" href=\"{Address.To("groups", "new").With(("parent_id", $"{here.Id}"))}\">New subgroup</a>").When(here.Role >= Role.Maintainer)}<a class=\"button primary\" href=\"{Address.To("projects", "new").With(("namespace_id", $"{here.Id}"))}\">New project</a>"
            )
            .When(makes);
        var text = Html.Of($"<p>{here.Group.Description}</p>").When(here.Group.Description.Length > 0);
        return Layout.Answer(
            new PageFrame(view, here.Group.Name) { Group = here, Part = "overview" },
            Html.Of(
                $"""
                <div class="head"><h1><bdi>{here.Group.Name}</bdi></h1><span class="badge">{here.Group.Visibility}</span>{acts}</div>
                {text}{subgroups}
                <h2>Projects</h2>{projects
                    ?? Lists.Empty(
                        "No projects in this group yet",
                        Html.Of(
                            $"<p>Push a repository to an address below it, and the project is there.</p>{Commands.Of($"git push {view.Url.Of($"/{here.Group.FullPath}/my-project.git")} HEAD", "the push command")}"
                        )
                    )}
                """
            )
        );
    }

    /// <summary>What a name alone stands for: the projects of a user, or a group.</summary>
    private static async Task<IResult> SpaceAsync(
        HttpContext http,
        PageView view,
        Actor actor,
        string space,
        Paging paging,
        Db db,
        CancellationToken ct
    )
    {
        // Whether there is such a group is answered there, in the same way for one that is hidden.
        if (await Lookup.NamespaceAsync(db, space, ct) is not { Kind: "user" } own || long.TryParse(space, out _))
            return Results.Redirect(Address.To("groups", space).Text);
        var projects = await ProjectListing.OfAsync(view, actor, own, paging, Address.To(own.FullPath), db, ct);
        return Layout.Answer(
            new PageFrame(view, own.Name) { Crumbs = [new Crumb(own.FullPath, Address.To(own.FullPath))] },
            Html.Of(
                $"<div class=\"head\"><h1><bdi>{own.Name}</bdi></h1><span class=\"muted\">@{own.FullPath}</span></div>{projects ?? Lists.Empty("No projects that you may see", Html.Nothing)}"
            )
        );
    }

    private static Html NewButton(long? parent) =>
        Html.Of(
            $"<a class=\"button primary\" href=\"{Address.To("groups", "new").With(("parent_id", parent?.ToString()))}\">New group</a>"
        );

    private static Html Row(NamespaceRow group)
    {
        var slash = group.FullPath.LastIndexOf('/');
        var above = slash < 0 ? "" : group.FullPath[..slash].Replace("/", " / ") + " / ";
        var text = Html.Of($"<div class=\"side\">{group.Description}</div>").When(group.Description.Length > 0);
        return Html.Of(
            $"<li><div class=\"main\"><a class=\"title\" href=\"{At(group)}\"><span class=\"muted\">{above}</span><bdi>{group.Name}</bdi></a>{text}</div><span class=\"side\">{group.Visibility}</span></li>"
        );
    }
}
