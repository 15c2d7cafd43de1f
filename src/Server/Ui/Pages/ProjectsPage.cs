using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Slipway.Server.Accounts;
using Slipway.Server.Data;
using Slipway.Server.Http;
using Slipway.Server.Ui.Markup;
using Slipway.Server.Ui.Parts;

namespace Slipway.Server.Ui.Pages;

/// <summary>The projects of whoever is signed in, and those that everybody may see.</summary>
internal static class ProjectsPage
{
    private static readonly Access Anybody = new Access.Everyone("shows to each what each may see");

    private const string Mine = """
        WITH RECURSIVE mine (id) AS (
          SELECT id FROM namespaces WHERE owner_id = @user
          UNION SELECT namespace_id FROM members WHERE user_id = @user AND namespace_id IS NOT NULL AND (expires_at IS NULL OR expires_at > @now)
          UNION SELECT n.id FROM namespaces n JOIN mine ON n.parent_id = mine.id
        )
        """;

    private const string IsMine = """
        (p.namespace_id IN (SELECT id FROM mine)
          OR p.id IN (SELECT project_id FROM members WHERE user_id = @user AND (expires_at IS NULL OR expires_at > @now)))
        """;

    public static void MapProjectList(this IEndpointRouteBuilder app)
    {
        foreach (var home in (string[])["/", "/dashboard/projects"])
            app.MapPage(home, HomeAsync, Anybody);
        foreach (var all in (string[])["/explore", "/explore/projects"])
            app.MapPage(all, (PageView view, Paging paging, Db db, CancellationToken ct) => ShowAsync(view, paging, true, db, ct), Anybody);
    }

    /// <summary>A server without users has nothing to show but where to make the first one.</summary>
    private static async Task<IResult> HomeAsync(PageView view, Paging paging, FirstRun first, Db db, CancellationToken ct) =>
        view.User is null && await first.IsNeededAsync(ct)
            ? Results.Redirect(SetUpPage.Here.Text)
            : await ShowAsync(view, paging, view.User is null, db, ct);

    private static async Task<PageAnswer> ShowAsync(PageView view, Paging paging, bool all, Db db, CancellationToken ct)
    {
        var rows = await FindAsync(view, paging, all, db, ct);
        var shown = rows.Take((int)paging.PerPage).ToList();
        var list = await ProjectListing.ListAsync(view, shown, db, ct);
        var here = all && view.User is not null ? Address.To("explore") : Address.To();
        var body = shown.Count > 0 || paging.Page > 1 ? list : Empty(view);
        return Layout.Answer(
            new PageFrame(view, "Projects"),
            Html.Of(
                $"<div class=\"head\"><h1>Projects</h1>{Acts(all).When(view.User is not null)}</div>{body}{Lists.Pages(paging, rows.Count > shown.Count, here)}"
            )
        );
    }

    private static Task<IReadOnlyList<ProjectRow>> FindAsync(PageView view, Paging paging, bool all, Db db, CancellationToken ct)
    {
        var columns = string.Join(", ", ProjectRow.Columns.Split(", ").Select(column => "p." + column));
        var open = view.User is null ? "p.visibility = 'public'" : $"(p.visibility IN ('public', 'internal') OR {IsMine})";
        return db.QueryAsync<ProjectRow>(
            $"""
            {Mine} SELECT {columns} FROM projects p WHERE p.deleted_at IS NULL AND {(all ? open : IsMine)}
            ORDER BY p.last_activity_at DESC, p.id DESC LIMIT {paging.PerPage + 1} OFFSET {paging.Offset}
            """,
            new { user = view.User?.Id ?? 0, now = view.Now.ToUnixTimeMilliseconds() },
            ct
        );
    }

    private static Html Acts(bool all)
    {
        var other = all ? (Address.To(), "Yours") : (Address.To("explore"), "Explore all");
        return Html.Of(
            $"<a class=\"button\" href=\"{other.Item1}\">{other.Item2}</a><a class=\"button primary\" href=\"{Address.To("projects", "new")}\">New project</a>"
        );
    }

    private static Html Empty(PageView view) =>
        view.User is { } user
            ? Lists.Empty(
                "No projects yet",
                Html.Of(
                    $"""
                    <p>Push a repository to an address of yours, and its project is there. Your password or an access token lets you in.</p>
                    {Commands.Of(
                        $"git remote add slipway {view.Url.Of($"/{user.Username}/my-project.git")}\ngit push slipway HEAD",
                        "the push commands"
                    )}
                    <p>Or <a href="{Address.To("projects", "new")}">make an empty project</a> first.</p>
                    """
                )
            )
            : Lists.Empty(
                "No public projects",
                Html.Of($"<p>Sign in to see yours.</p><p><a class=\"button primary\" href=\"{ReturnPath.SignIn("/")}\">Sign in</a></p>")
            );
}
