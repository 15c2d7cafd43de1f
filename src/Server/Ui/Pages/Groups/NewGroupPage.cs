using Microsoft.AspNetCore.Http;
using Slipway.Server.Accounts;
using Slipway.Server.Data;
using Slipway.Server.Http;
using Slipway.Server.Projects;
using Slipway.Server.Ui.Markup;
using Slipway.Server.Ui.Parts;

namespace Slipway.Server.Ui.Pages.Groups;

/// <summary>A new group, at the top or in another.</summary>
internal static class NewGroupPage
{
    private sealed record Given(string Name, string Path, string Parent, string Visibility, string Description);

    public static async Task<IResult> ShowAsync(HttpContext http, PageView view, Db db, CancellationToken ct)
    {
        var parent = http.Request.Query["parent_id"].ToString();
        var above = await AboveAsync(db, view, parent, ct);
        if (parent.Length > 0 && above is null)
            return Refusals.NotFound(http);
        return Page(view, above, new Given("", "", parent, above?.Visibility ?? "private", ""), null, 200);
    }

    public static async Task<IResult> CreateAsync(
        HttpContext http,
        PageView view,
        Actor actor,
        Db db,
        TimeProvider time,
        CancellationToken ct
    )
    {
        var form = await http.Request.ReadFormAsync(ct);
        string Word(string name) => form[$"group[{name}]"].ToString().Trim();
        var given = new Given(Word("name"), Word("path"), Word("parent_id"), form["visibility"].ToString(), Word("description"));
        var above = await AboveAsync(db, view, given.Parent, ct);
        if (given.Parent.Length > 0 && above is null)
            return Refusals.NotFound(http);
        var now = time.Milliseconds();
        var wanted = new GroupToMake(above, view.User!, given.Name, given.Path.Length > 0 ? given.Path : PathRules.Slug(given.Name))
        {
            Visibility = given.Visibility,
            Description = given.Description,
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
        return group is null ? Page(view, above, given, $"{error}.", 422) : new SeeOther(GroupPages.At(group));
    }

    /// <returns>The group to make it in, when somebody may make groups there.</returns>
    private static async Task<NamespaceRow?> AboveAsync(Db db, PageView view, string parent, CancellationToken ct) =>
        parent.Length > 0
        && await Lookup.GroupAsync(db, parent, ct) is { } above
        && await Roles.InNamespaceAsync(db, view.User!, above.Id, view.Now.ToUnixTimeMilliseconds(), ct) >= Role.Maintainer
            ? above
            : null;

    private static PageAnswer Page(PageView view, NamespaceRow? above, Given given, string? problem, int status)
    {
        var title = above is null ? "New group" : "New subgroup";
        return Layout.Answer(
            new PageFrame(view, title)
            {
                Crumbs = [new Crumb("Groups", Address.To("dashboard", "groups")), new Crumb(title, Address.To("groups", "new"))],
            },
            Html.Of(
                $"""
                <h1>{title}{(above is null ? Html.Nothing : Html.Of($" in <bdi>{above.FullPath}</bdi>"))}</h1>
                {Forms.Problem(problem)}
                <form method="post" action="{Address.To("groups")}" class="fields narrowed">
                {Forms.Token(view)}
                <input type="hidden" name="group[parent_id]" value="{given.Parent}">
                {Forms.Text("Name", "group[name]", given.Name, null, Forms.Required)}
                {Forms.Text("Path", "group[path]", given.Path, "the word in its address; made from the name when it is left empty")}
                {Forms.Text("Description", "group[description]", given.Description)}
                {Forms.Visibility(given.Visibility)}
                <div class="acts"><button class="primary">Create group</button></div>
                </form>
                """
            ),
            status
        );
    }
}
