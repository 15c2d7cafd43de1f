using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Slipway.Server.Accounts;
using Slipway.Server.Data;
using Slipway.Server.Http;
using Slipway.Server.Projects;
using Slipway.Server.Ui.Markup;
using Slipway.Server.Ui.Parts;

namespace Slipway.Server.Ui.Pages;

/// <summary>A new project, empty: what to push comes on its own page.</summary>
internal static class NewProjectPage
{
    private static readonly Access SignedIn = new Access.SignedIn();

    /// <summary>The namespaces in which somebody may make projects: the own one, and groups from developer up.</summary>
    private const string Spaces = """
        WITH RECURSIVE mine (id) AS (
          SELECT namespace_id FROM members
          WHERE user_id = @user AND namespace_id IS NOT NULL AND access_level >= 30 AND (expires_at IS NULL OR expires_at > @now)
          UNION SELECT n.id FROM namespaces n JOIN mine ON n.parent_id = mine.id
        )
        """;

    private const int MostSpaces = 500;

    public static void MapNewProject(this IEndpointRouteBuilder app)
    {
        app.MapPage("/projects/new", ShowAsync, SignedIn);
        app.MapForm("/projects", CreateAsync, SignedIn);
    }

    private static async Task<IResult> ShowAsync(HttpContext http, PageView view, Db db, CancellationToken ct) =>
        await PageAsync(view, new Given("", "", http.Request.Query["namespace_id"].ToString(), "private", ""), null, db, 200, ct);

    private static async Task<IResult> CreateAsync(
        HttpContext http,
        PageView view,
        Actor actor,
        Db db,
        TimeProvider time,
        CancellationToken ct
    )
    {
        var form = await http.Request.ReadFormAsync(ct);
        string Word(string name) => form[$"project[{name}]"].ToString().Trim();
        var given = new Given(Word("name"), Word("path"), Word("namespace_id"), form["visibility"].ToString(), Word("description"));
        var user = actor.Responsible!;
        var now = time.Milliseconds();
        var space = await Lookup.NamespaceAsync(db, given.Space.Length > 0 ? given.Space : user.Username, ct);
        var role = space is null ? Role.None : await Roles.InNamespaceAsync(db, user, space.Id, now, ct);
        if (space is null || role < Role.Developer)
            return await PageAsync(view, given, "You may not make projects there.", db, 422, ct);
        var wanted = new ProjectToMake(space, user, given.Name, given.Path.Length > 0 ? given.Path : PathRules.Slug(given.Name))
        {
            Visibility = given.Visibility,
            Description = given.Description,
        };
        var (project, error) = await db.WriteAsync(
            (session, token) => ProjectCreation.MakeAsync(session, wanted, role, actor, now, token),
            ct
        );
        return project is null ? await PageAsync(view, given, $"{error}.", db, 422, ct) : new SeeOther(Address.To(project.FullPath));
    }

    private static async Task<PageAnswer> PageAsync(PageView view, Given given, string? problem, Db db, int status, CancellationToken ct)
    {
        var spaces = await db.QueryAsync<NamespaceRow>(
            $"""
            {Spaces} SELECT {NamespaceRow.Columns} FROM namespaces WHERE deleted_at IS NULL AND (owner_id = @user OR id IN (SELECT id FROM mine)
              OR (kind = 'group' AND @isAdmin = 1))
            ORDER BY CASE WHEN owner_id = @user THEN 0 ELSE 1 END, full_path LIMIT {MostSpaces}
            """,
            new
            {
                user = view.User!.Id,
                isAdmin = view.User.Admin,
                now = view.Now.ToUnixTimeMilliseconds(),
            },
            ct
        );
        return Layout.Answer(
            new PageFrame(view, "New project") { Crumbs = [new Crumb("New project", Address.To("projects", "new"))] },
            Html.Of(
                $"""
                <h1>New project</h1>
                {Forms.Problem(problem)}
                <div class="two even">
                <form method="post" action="{Address.To("projects")}" class="fields">
                {Forms.Token(view)}
                {Forms.Text("Name", "project[name]", given.Name, null, Forms.Required)}
                {Forms.Select(
                    "Group or user",
                    "project[namespace_id]",
                    given.Space,
                    spaces.Select(space => ($"{space.Id}", space.FullPath))
                )}
                {Forms.Text("Path", "project[path]", given.Path, "the last word of its address; made from the name when it is left empty")}
                {Forms.Text("Description", "project[description]", given.Description)}
                {Forms.Visibility(given.Visibility)}
                <div><button class="primary">Create project</button></div>
                </form>
                <aside><h2>Or just push</h2>
                <p>A push to an address that does not exist yet makes the project. A password or an access token lets you in.</p>
                {Commands.Of($"git push {view.Url.Of($"/{view.User.Username}/my-project.git")} HEAD", "the push command")}</aside>
                </div>
                """
            ),
            status
        );
    }

    private sealed record Given(string Name, string Path, string Space, string Visibility, string Description);
}
