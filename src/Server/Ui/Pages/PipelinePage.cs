using Microsoft.AspNetCore.Http;
using Slipway.Compiler;
using Slipway.Engine;
using Slipway.Server.Data;
using Slipway.Server.Git;
using Slipway.Server.Pipelines;
using Slipway.Server.Projects;
using Slipway.Server.Ui.Markup;
using Slipway.Server.Ui.Parts;

namespace Slipway.Server.Ui.Pages;

/// <summary>One pipeline: its stages side by side, each job with its status, what it needs, and what can be done to it.</summary>
internal static class PipelinePage
{
    public static Task<PipelineRow?> FindAsync(Session session, ProjectContext here, long pipeline, CancellationToken ct) =>
        session.FindAsync<PipelineRow>(
            "SELECT * FROM pipelines WHERE id = @pipeline AND project_id = @Id AND ready = 1",
            new { pipeline, here.Id },
            ct
        );

    public static async Task<IResult> ShowAsync(
        HttpContext http,
        PageView view,
        ProjectContext here,
        long pipeline,
        Repositories repositories,
        PipelineStore store,
        Db db,
        CancellationToken ct
    )
    {
        if (await db.ReadAsync((session, token) => ReadAsync(session, here, pipeline, store, token), ct) is not { } found)
            return Refusals.NotFound(http);
        var row = found.Row;
        var repository = repositories.Of(here.Id);
        var commit = repository.Exists ? await repository.CommitAsync(row.Sha, ct) : null;
        var isOver = Statuses.IsCompleted(Statuses.Parse(row.Status)!.Value);
        var live = Html.Of($" data-live").When(!isOver);
        var title = row.Name ?? commit?.Title ?? $"Pipeline {row.Id}";
        return Layout.Answer(
            new PageFrame(view, $"Pipeline #{row.Id}")
            {
                Project = here.Project,
                Part = "pipelines",
                Crumbs =
                [
                    new Crumb("Pipelines", Address.To(here.Project.FullPath, "-", "pipelines")),
                    new Crumb($"#{row.Id}", Address.To(here.Project.FullPath, "-", "pipelines", $"{row.Id}")),
                ],
            },
            Html.Of(
                $"""
                <div id="pipeline" data-part{live}>
                <div class="head">{StatusBadge.Of(row.Status)}<h1><bdi>{title}</bdi></h1>{Actions(view, here, found).When(
                    view.MayAct(here)
                )}</div>
                {Facts(view, found)}
                {Problem(row)}
                {PipelineGraphView.Of(view, here, found)}
                </div>
                """
            )
        );
    }

    private static async Task<PipelineShown?> ReadAsync(
        Session session,
        ProjectContext here,
        long pipeline,
        PipelineStore store,
        CancellationToken ct
    )
    {
        if (await FindAsync(session, here, pipeline, ct) is not { } row)
            return null;
        var jobs = await session.QueryAsync<JobRow>("SELECT * FROM jobs WHERE pipeline_id = @Id ORDER BY number", row, ct);
        var user = await session.FindAsync<UserRow>($"SELECT {UserRow.Columns} FROM users WHERE id = @UserId", row, ct);
        var children = await session.QueryAsync<PipelineRow>(
            "SELECT * FROM pipelines WHERE project_id = @ProjectId AND bridge_id IN (SELECT id FROM jobs WHERE pipeline_id = @Id)",
            row,
            ct
        );
        var state = await store.LoadAsync(session, pipeline, ct);
        return new PipelineShown(row, jobs, user, children, state?.Pipeline);
    }

    private static Html Actions(PageView view, ProjectContext here, PipelineShown found)
    {
        var latest = found.Jobs.Where(job => job.Retried == 0).ToList();
        var canRetry = latest.Any(job => job.Status is "failed" or "canceled");
        var canCancel = latest.Any(job => Statuses.IsCancelable(Statuses.Parse(job.Status)!.Value));
        return Html.Of(
            $"{Forms.Button(view, To("retry"), "Retry failed jobs", "primary").When(canRetry)}{Forms.Button(view, To("cancel"), "Cancel pipeline", "danger").When(canCancel)}"
        );

        Address To(string act) => Address.To(here.Project.FullPath, "-", "pipelines", $"{found.Row.Id}", act);
    }

    private static Html Facts(PageView view, PipelineShown found)
    {
        var row = found.Row;
        var took = Times.Between(row.StartedAt, row.FinishedAt, view.Now) is { } span ? Html.Of($"<span>took {span}</span>") : Html.Nothing;
        var by = found.User is { } user ? Html.Of($"<span>by <bdi>{user.Name}</bdi></span>") : Html.Nothing;
        return Html.Of(
            $"""
            <div class="facts"><span>#{row.Id}</span><span class="mono">{(row.IsTag ? "tag " : "")}<bdi>{row.Ref}</bdi></span>
            <span class="mono" title="{row.Sha}">{row.Sha[..8]}</span><span>{row.Source.Replace('_', ' ')}</span>{by}<span>{Times.Ago(
                row.CreatedAt,
                view.Now
            )}</span>{took}</div>
            """
        );
    }

    private static Html Problem(PipelineRow row) =>
        row.YamlErrors is { } errors ? Html.Of($"<h2>The configuration is not valid</h2><p class=\"note bad mono\">{errors}</p>")
        : row.FailureReason is { } reason ? Html.Of($"<p class=\"note bad\">{FailureWords.Of(reason)}</p>")
        : Html.Nothing;
}

/// <summary>All that a pipeline's page shows.</summary>
/// <param name="Jobs">Every attempt, in order.</param>
/// <param name="Children">Pipelines of the same project that its trigger jobs started.</param>
/// <param name="Compiled">Nothing when it has no jobs.</param>
internal sealed record PipelineShown(
    PipelineRow Row,
    IReadOnlyList<JobRow> Jobs,
    UserRow? User,
    IReadOnlyList<PipelineRow> Children,
    CompiledPipeline? Compiled
);
