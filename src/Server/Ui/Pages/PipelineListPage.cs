using Microsoft.AspNetCore.Http;
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
        var (rows, seen) = await db.ReadAsync((session, token) => ReadAsync(session, here, paging, @ref, status, token), ct);
        var shown = rows.Take((int)paging.PerPage).ToList();
        var stages = await StagesAsync(db, shown, ct);
        var repository = repositories.Of(here.Id);
        var commits = repository.Exists ? await repository.CommitsAsync([.. shown.Select(row => row.Sha).Distinct()], ct) : [];
        var titles = commits.DistinctBy(commit => commit.Sha).ToDictionary(commit => commit.Sha, commit => commit.Title);
        var items = shown.Select(row => PipelineListRow.Of(view, here, row, titles.GetValueOrDefault(row.Sha), stages[row.Id]));
        var address = Address.To(here.Project.FullPath, "-", "pipelines");
        var isFiltered = @ref is not null || status is not null;
        var body =
            shown.Count > 0 ? Html.Of($"<ul class=\"rows pipelines\">{items}</ul>")
            : isFiltered ? Lists.Empty("No pipeline is like that", Html.Of($"<p><a class=\"button\" href=\"{address}\">Show all</a></p>"))
            : Empty();
        var run = Html.Of(
            $"<a class=\"button primary\" href=\"{Address.To(here.Project.FullPath, "-", "pipelines", "new")}\">Run pipeline</a>"
        );
        return Layout.Answer(
            new PageFrame(view, "Pipelines") { Project = here, Part = "pipelines" },
            Html.Of(
                $"""
                <div class="head"><h1>Pipelines</h1>{LiveMark.Here}{run.When(view.MayAct(here))}</div>
                {Filter(address, @ref, status).When(isFiltered || rows.Count > 0)}
                <div id="pipelines" data-part{PipelineChanges.Live(here, null, seen)}>{body}</div>
                {Lists.Pages(paging, rows.Count > shown.Count, address, ("ref", @ref), ("status", status))}
                """
            )
        );
    }

    private static async Task<(IReadOnlyList<PipelineRow> Rows, string Seen)> ReadAsync(
        Session session,
        ProjectContext here,
        Paging paging,
        string? @ref,
        string? status,
        CancellationToken ct
    )
    {
        var rows = await session.QueryAsync<PipelineRow>(
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
        return (rows, await PipelineChanges.VersionAsync(session, here, null, ct));
    }

    private static async Task<ILookup<long, List<JobRow>>> StagesAsync(Db db, List<PipelineRow> pipelines, CancellationToken ct)
    {
        var jobs = await db.QueryAsync<JobRow>(
            "SELECT * FROM jobs WHERE retried = 0 AND pipeline_id IN @ids ORDER BY stage_index, id",
            new { ids = new In<long>([.. pipelines.Select(row => row.Id)]) },
            ct
        );
        return jobs.GroupBy(job => (job.PipelineId, job.StageIndex)).ToLookup(group => group.Key.PipelineId, group => group.ToList());
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
                {Commands.Of("hello:\n  script: echo hello", "the configuration")}
                """
            )
        );
}
