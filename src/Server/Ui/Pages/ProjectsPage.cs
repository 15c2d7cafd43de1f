using Microsoft.AspNetCore.Routing;
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
        app.MapPage(
            "/",
            (PageView view, Paging paging, Db db, CancellationToken ct) => ShowAsync(view, paging, view.User is null, db, ct),
            Anybody
        );
        app.MapPage(
            "/explore",
            (PageView view, Paging paging, Db db, CancellationToken ct) => ShowAsync(view, paging, true, db, ct),
            Anybody
        );
    }

    private static async Task<PageAnswer> ShowAsync(PageView view, Paging paging, bool all, Db db, CancellationToken ct)
    {
        var rows = await FindAsync(view, paging, all, db, ct);
        var latest = await LatestAsync(db, rows, ct);
        var shown = rows.Take((int)paging.PerPage).ToList();
        var list = Html.Of($"<ul class=\"rows\">{shown.Select(project => Row(project, latest.GetValueOrDefault(project.Id), view))}</ul>");
        var here = all && view.User is not null ? Address.To("explore") : Address.To();
        var body = shown.Count > 0 || paging.Page > 1 ? list : Empty(view);
        return Layout.Answer(
            new PageFrame(view, "Projects"),
            Html.Of(
                $"<div class=\"head\"><h1>Projects</h1>{Switch(all).When(view.User is not null)}</div>{body}{Lists.Pages(paging, rows.Count > shown.Count, here)}"
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

    private static async Task<Dictionary<long, PipelineRow>> LatestAsync(Db db, IReadOnlyList<ProjectRow> projects, CancellationToken ct)
    {
        var found = await db.QueryAsync<PipelineRow>(
            """
            SELECT * FROM pipelines WHERE id IN
              (SELECT MAX(id) FROM pipelines WHERE project_id IN @ids AND ready = 1 AND source <> 'parent_pipeline' GROUP BY project_id)
            """,
            new { ids = new In<long>([.. projects.Select(project => project.Id)]) },
            ct
        );
        return found.ToDictionary(row => row.ProjectId);
    }

    private static Html Row(ProjectRow project, PipelineRow? latest, PageView view)
    {
        var slash = project.FullPath.LastIndexOf('/');
        var badge = latest is null
            ? Html.Of($"<span class=\"side\">no pipeline yet</span>")
            : Html.Of($"<a href=\"{Address.To(project.FullPath, "-", "pipelines", $"{latest.Id}")}\">{StatusBadge.Of(latest.Status)}</a>");
        return Html.Of(
            $"""
            <li><div class="main"><a class="title" href="{Address.To(project.FullPath)}"><span class="muted">{project.FullPath[
                ..slash
            ]} / </span>{project.Name}</a>
            <div class="side">{project.Visibility} · active {Times.Ago(project.LastActivityAt, view.Now)}</div></div>{badge}</li>
            """
        );
    }

    private static Html Switch(bool all) =>
        all
            ? Html.Of($"<a class=\"button\" href=\"{Address.To()}\">Yours</a>")
            : Html.Of($"<a class=\"button\" href=\"{Address.To("explore")}\">Explore all</a>");

    private static Html Empty(PageView view) =>
        view.User is { } user
            ? Lists.Empty(
                "No projects yet",
                Html.Of(
                    $"""
                    <p>Push a repository to an address of yours, and its project is there. Your password or an access token lets you in.</p>
                    <pre>git remote add slipway {view.Url.Of($"/{user.Username}/my-project.git")}
                    git push slipway HEAD</pre>
                    """
                )
            )
            : Lists.Empty(
                "No public projects",
                Html.Of($"<p>Sign in to see yours.</p><p><a class=\"button primary\" href=\"{ReturnPath.SignIn("/")}\">Sign in</a></p>")
            );
}
