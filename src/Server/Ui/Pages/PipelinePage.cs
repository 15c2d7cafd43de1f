using Microsoft.AspNetCore.Http;
using Slipway.Compiler;
using Slipway.Engine;
using Slipway.Server.Data;
using Slipway.Server.Git;
using Slipway.Server.Jobs.Traces;
using Slipway.Server.Pipelines;
using Slipway.Server.Projects;
using Slipway.Server.Ui.Markup;
using Slipway.Server.Ui.Parts;

namespace Slipway.Server.Ui.Pages;

/// <summary>One pipeline: what failed and why, then its stages side by side, each job with its status, what it needs, and what can be done to it.</summary>
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
        JobTraces traces,
        Db db,
        CancellationToken ct
    )
    {
        if (await db.ReadAsync((session, token) => ReadAsync(session, here, pipeline, store, token), ct) is not { } found)
            return Refusals.NotFound(http);
        var row = found.Row;
        var repository = repositories.Of(here.Id);
        var commit = repository.Exists ? await repository.CommitAsync(row.Sha, ct) : null;
        var title = row.Name ?? commit?.Title ?? $"Pipeline {row.Id}";
        var failures = await PipelineFailures.OfAsync(view, here, found, traces, ct);
        return Layout.Answer(
            new PageFrame(view, $"{StatusBadge.Words(row.Status)} · Pipeline #{row.Id}")
            {
                Project = here,
                Part = "pipelines",
                Crumbs =
                [
                    new Crumb("Pipelines", Address.To(here.Project.FullPath, "-", "pipelines")),
                    new Crumb($"#{row.Id}", Address.To(here.Project.FullPath, "-", "pipelines", $"{row.Id}")),
                ],
            },
            Html.Of(
                $"""
                <div id="pipeline" data-part{PipelineChanges.Live(here, row.Id, found.Seen)}>
                <div class="head">{StatusBadge.Of(row.Status)}<h1><bdi>{title}</bdi></h1>{Actions(view, here, found).When(
                    view.MayAct(here)
                )}</div>
                {Facts(view, here, found)}
                {Problem(row)}
                {failures}
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
        var parent = row.BridgeId is null
            ? null
            : await session.FindAsync<PipelineRow>(
                "SELECT * FROM pipelines WHERE project_id = @ProjectId AND id = (SELECT pipeline_id FROM jobs WHERE id = @BridgeId)",
                row,
                ct
            );
        var state = await store.LoadAsync(session, pipeline, ct);
        return new PipelineShown(row, jobs, user, children, parent, state?.Pipeline)
        {
            Seen = await PipelineChanges.VersionAsync(session, here, pipeline, ct),
        };
    }

    private static Html Actions(PageView view, ProjectContext here, PipelineShown found)
    {
        var canRetry = found.Latest.Any(job => job.Status is "failed" or "canceled");
        var canCancel = found.Latest.Any(job => Statuses.IsCancelable(Statuses.Parse(job.Status)!.Value));
        return Html.Of(
            $"{Forms.Button(view, To("retry"), "Retry failed jobs", "primary").When(canRetry)}{Forms.Button(view, To("cancel"), "Cancel pipeline", "danger").When(canCancel)}"
        );

        Address To(string act) => Address.To(here.Project.FullPath, "-", "pipelines", $"{found.Row.Id}", act);
    }

    private static Html Facts(PageView view, ProjectContext here, PipelineShown found)
    {
        var row = found.Row;
        var took = row.StartedAt is null
            ? Html.Nothing
            : Html.Of($"<span>{Icons.Clock} {Times.Took(row.StartedAt, row.FinishedAt, view.Now)}</span>");
        var by = found.User is { } user ? Html.Of($"<span>by <bdi>{user.Name}</bdi></span>") : Html.Nothing;
        var parent = found.Parent is { } above
            ? Html.Of(
                $"<span>started by <a href=\"{Address.To(here.Project.FullPath, "-", "pipelines", $"{above.Id}")}\">#{above.Id}</a></span>"
            )
            : Html.Nothing;
        var tree = Address.To(here.Project.FullPath, "-", "tree", row.Ref);
        var done = found.Latest.Count(job => Statuses.IsCompleted(Statuses.Parse(job.Status)!.Value));
        return Html.Of(
            $"""
            <div class="facts"><span>#{row.Id}</span><span>{(row.IsTag ? Icons.Tag : Icons.Branch)}<a class="mono" href="{tree}"><bdi>{row.Ref}</bdi></a></span>
            <span>{Icons.Commit}<span class="mono" title="{row.Sha}">{row.Sha[..8]}</span></span><span>{row.Source.Replace('_', ' ')}</span>{by}{parent}<span>{Times.Ago(
                row.CreatedAt,
                view.Now
            )}</span>{took}<span>{done} of {found.Latest.Count} jobs done</span>{LiveMark.Here}</div>
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
/// <param name="Parent">The one of the same project whose trigger job started it.</param>
/// <param name="Compiled">Nothing when it has no jobs.</param>
internal sealed record PipelineShown(
    PipelineRow Row,
    IReadOnlyList<JobRow> Jobs,
    UserRow? User,
    IReadOnlyList<PipelineRow> Children,
    PipelineRow? Parent,
    CompiledPipeline? Compiled
)
{
    /// <summary>The version of what is shown.</summary>
    public required string Seen { get; init; }

    /// <summary>The newest attempt of each job.</summary>
    public IReadOnlyList<JobRow> Latest { get; } = [.. Jobs.Where(job => job.Retried == 0)];
}
