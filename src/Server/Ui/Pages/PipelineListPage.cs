using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Slipway.Engine;
using Slipway.Server.Data;
using Slipway.Server.Git;
using Slipway.Server.Http;
using Slipway.Server.Projects;
using Slipway.Server.Ui.Markup;
using Slipway.Server.Ui.Parts;

namespace Slipway.Server.Ui.Pages;

/// <summary>A project's pipelines, newest first; <c>?ref=</c>, <c>?status=</c> and <c>?page=</c> as GitLab's.</summary>
internal static class PipelineListPage
{
    private static readonly IReadOnlyList<string> Choices = [.. Enum.GetValues<Status>().Select(Statuses.Word)];

    public static async Task<IResult> ShowAsync(
        HttpContext http,
        PageView view,
        ProjectContext here,
        Paging paging,
        Repositories repositories,
        Db db,
        CancellationToken ct
    )
    {
        string? Given(string name) => http.Request.Query[name].ToString().Trim() is { Length: > 0 and <= 500 } value ? value : null;
        var (@ref, status) = (Given("ref"), Given("status"));
        var rows = await db.QueryAsync<PipelineRow>(
            $"""
            SELECT * FROM pipelines WHERE project_id = @Id AND ready = 1 AND source <> 'parent_pipeline'
            {(@ref is null ? "" : "AND ref = @ref")} {(status is null ? "" : "AND status = @status")}
            ORDER BY id DESC LIMIT {paging.PerPage + 1} OFFSET {paging.Offset}
            """,
            new
            {
                here.Id,
                @ref,
                status,
            },
            ct
        );
        var shown = rows.Take((int)paging.PerPage).ToList();
        var stages = await StagesAsync(db, shown, ct);
        var repository = repositories.Of(here.Id);
        var commits = repository.Exists ? await repository.CommitsAsync([.. shown.Select(row => row.Sha).Distinct()], ct) : [];
        var titles = commits.DistinctBy(commit => commit.Sha).ToDictionary(commit => commit.Sha, commit => commit.Title);
        var items = shown.Select(row => Row(view, here.Project, row, titles.GetValueOrDefault(row.Sha), stages[row.Id]));
        var address = Address.To(here.Project.FullPath, "-", "pipelines");
        var isFiltered = @ref is not null || status is not null;
        var body =
            shown.Count > 0 ? Html.Of($"<ul class=\"rows\">{items}</ul>")
            : isFiltered ? Lists.Empty("No pipeline is like that", Html.Of($"<p><a class=\"button\" href=\"{address}\">Show all</a></p>"))
            : Empty();
        var live = Html.Of($" data-live").When(shown.Any(row => Statuses.Parse(row.Status) is { } state && !Statuses.IsCompleted(state)));
        return Layout.Answer(
            new PageFrame(view, "Pipelines") { Project = here.Project, Part = "pipelines" },
            Html.Of(
                $"""
                <div class="head"><h1>Pipelines</h1></div>
                {Filter(address, @ref, status).When(isFiltered || rows.Count > 0)}
                <div id="pipelines" data-part{live}>{body}</div>
                {Lists.Pages(paging, rows.Count > shown.Count, address, ("ref", @ref), ("status", status))}
                """
            )
        );
    }

    private static async Task<ILookup<long, (string Stage, List<JobRow> Jobs)>> StagesAsync(
        Db db,
        List<PipelineRow> pipelines,
        CancellationToken ct
    )
    {
        var jobs = await db.QueryAsync<JobRow>(
            "SELECT * FROM jobs WHERE retried = 0 AND pipeline_id IN @ids ORDER BY stage_index, id",
            new { ids = new In<long>([.. pipelines.Select(row => row.Id)]) },
            ct
        );
        return jobs.GroupBy(job => (job.PipelineId, job.StageIndex))
            .ToLookup(group => group.Key.PipelineId, group => (group.First().Stage, group.ToList()));
    }

    private static Html Row(
        PageView view,
        ProjectRow project,
        PipelineRow row,
        string? title,
        IEnumerable<(string Stage, List<JobRow> Jobs)> stages
    )
    {
        var icons = stages.Select(stage =>
        {
            var (status, tolerated) = StageStatus.Of(stage.Jobs);
            return StatusBadge.IconOnly(status, stage.Stage, tolerated);
        });
        var took = Times.Between(row.StartedAt, row.FinishedAt, view.Now) is { } span ? Html.Of($" · took {span}") : Html.Nothing;
        var broken = Html.Of($"<span class=\"badge bad\">yaml invalid</span>").When(row.YamlErrors is not null);
        return Html.Of(
            $"""
            <li><div class="first">{StatusBadge.Of(row.Status)}</div>
            <div class="main"><a class="title" href="{Address.To(project.FullPath, "-", "pipelines", $"{row.Id}")}"><bdi>{row.Name
                ?? title
                ?? $"Pipeline {row.Id}"}</bdi></a> {broken}
            <div class="side">#{row.Id} · <bdi class="mono">{row.Ref}</bdi> · <span class="mono">{row.Sha[
                ..8
            ]}</span> · {row.Source.Replace('_', ' ')}</div></div>
            <div class="stages">{icons}</div><div class="side">{Times.Ago(row.CreatedAt, view.Now)}{took}</div></li>
            """
        );
    }

    private static Html Filter(Address here, string? @ref, string? status)
    {
        var options = Choices.Select(choice =>
            Html.Of($"<option value=\"{choice}\"{Html.Of($" selected").When(choice == status)}>{StatusBadge.Words(choice)}</option>")
        );
        return Html.Of(
            $"""
            <form class="filter" method="get" action="{here}">
            <label>Branch or tag<input name="ref" value="{@ref}" maxlength="255"></label>
            <label>Status<select name="status"><option value="">any</option>{options}</select></label>
            <button>Filter</button></form>
            """
        );
    }

    private static Html Empty() =>
        Lists.Empty(
            "No pipelines yet",
            Html.Of(
                $"""
                <p>A push starts one when the repository has a <code>.gitlab-ci.yml</code>. This is a whole one:</p>
                <pre>hello:
                  script: echo hello</pre>
                """
            )
        );
}
