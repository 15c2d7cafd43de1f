using Slipway.Server.Accounts;
using Slipway.Server.Data;
using Slipway.Server.Http;
using Slipway.Server.Projects;
using Slipway.Server.Ui.Markup;
using Slipway.Server.Ui.Parts;

namespace Slipway.Server.Ui.Pages;

/// <summary>Projects in a list, each with how its newest pipeline went.</summary>
internal static class ProjectListing
{
    /// <summary>The projects of a namespace that somebody may see.</summary>
    /// <returns>Nothing when there is none.</returns>
    public static async Task<Html?> OfAsync(
        PageView view,
        Actor actor,
        NamespaceRow space,
        Paging paging,
        Address here,
        Db db,
        CancellationToken ct
    )
    {
        var list = ProjectList.Of(
            Parameters.None.With("order_by", "last_activity_at"),
            actor,
            space,
            false,
            view.Now.ToUnixTimeMilliseconds()
        );
        var rows = await db.QueryAsync<ProjectRow>($"{list.Select} LIMIT {paging.PerPage + 1} OFFSET {paging.Offset}", list.Args, ct);
        var shown = rows.Take((int)paging.PerPage).ToList();
        return shown.Count == 0 && paging.Page == 1
            ? null
            : Html.Of($"{await ListAsync(view, shown, db, ct)}{Lists.Pages(paging, rows.Count > shown.Count, here)}");
    }

    public static async Task<Html> ListAsync(PageView view, IReadOnlyList<ProjectRow> projects, Db db, CancellationToken ct)
    {
        var found = await db.QueryAsync<PipelineRow>(
            """
            SELECT * FROM pipelines WHERE id IN
              (SELECT MAX(id) FROM pipelines WHERE project_id IN @ids AND ready = 1 AND source <> 'parent_pipeline' GROUP BY project_id)
            """,
            new { ids = new In<long>([.. projects.Select(project => project.Id)]) },
            ct
        );
        var latest = found.ToDictionary(row => row.ProjectId);
        return Html.Of($"<ul class=\"rows\">{projects.Select(project => Row(project, latest.GetValueOrDefault(project.Id), view))}</ul>");
    }

    private static Html Row(ProjectRow project, PipelineRow? latest, PageView view)
    {
        var above = project.FullPath[..project.FullPath.LastIndexOf('/')].Replace("/", " / ");
        var badge = latest is null
            ? Html.Of($"<span class=\"side\">no pipeline yet</span>")
            : Html.Of(
                $"<span class=\"side\"><bdi class=\"mono\">{latest.Ref}</bdi> {Times.Ago(latest.CreatedAt, view.Now)}</span><a href=\"{Address.To(project.FullPath, "-", "pipelines", $"{latest.Id}")}\">{StatusBadge.Of(latest.Status)}</a>"
            );
        var text = Html.Of($"<div class=\"side\">{project.Description}</div>").When(project.Description.Length > 0);
        var archived = Html.Of($" <span class=\"badge\">archived</span>").When(project.Archived == 1);
        return Html.Of(
            $"""
            <li><div class="main"><a class="title" href="{Address.To(
                project.FullPath
            )}"><span class="muted">{above} / </span>{project.Name}</a>{archived}{text}
            <div class="side">{project.Visibility} · active {Times.Ago(project.LastActivityAt, view.Now)}</div></div>{badge}</li>
            """
        );
    }
}
