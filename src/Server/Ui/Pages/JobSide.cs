using Slipway.Server.Accounts;
using Slipway.Server.Data;
using Slipway.Server.Http;
using Slipway.Server.Jobs;
using Slipway.Server.Projects;
using Slipway.Server.Ui.Markup;
using Slipway.Server.Ui.Parts;

namespace Slipway.Server.Ui.Pages;

/// <summary>What is known of a job, beside its log: facts, what it left, and the other jobs of its stage.</summary>
internal static class JobSide
{
    private const int MostOthers = 50;

    public static async Task<Html> OfAsync(
        Actor actor,
        PageView view,
        ProjectContext here,
        JobRow job,
        ArtifactFinder finder,
        Db db,
        CancellationToken ct
    )
    {
        var pipeline = (await db.FindAsync<PipelineRow>("SELECT * FROM pipelines WHERE id = @PipelineId", job, ct))!;
        var runner = job.RunnerId is null
            ? null
            : await db.FindAsync<string>("SELECT description FROM runners WHERE id = @RunnerId", job, ct);
        var others = await db.QueryAsync<JobRow>(
            $"SELECT * FROM jobs WHERE pipeline_id = @PipelineId AND stage_index = @StageIndex AND retried = 0 AND bridge = 0 ORDER BY id LIMIT {MostOthers}",
            job,
            ct
        );
        var facts = Facts(view, job, pipeline, runner)
            .Where(fact => !fact.Value.IsNothing)
            .Select(fact => Html.Of($"<dt>{fact.Name}</dt><dd>{fact.Value}</dd>"));
        return Html.Of(
            $"<h2>Job #{job.Id}</h2><dl>{facts}</dl>{await ArtifactsAsync(actor, view, here, job, finder, db, ct)}{Others(here, job, others)}"
        );
    }

    private static IEnumerable<(string Name, Html Value)> Facts(PageView view, JobRow job, PipelineRow pipeline, string? runner) =>
        [
            ("Stage", Html.Of($"<bdi>{job.Stage}</bdi>")),
            ("Branch", Html.Of($"<bdi class=\"mono\">{pipeline.Ref}</bdi>")),
            ("Commit", Html.Of($"<span class=\"mono\" title=\"{pipeline.Sha}\">{pipeline.Sha[..8]}</span>")),
            ("Took", Times.Took(job.StartedAt, job.FinishedAt, view.Now)),
            ("Waited", job.QueuedAt is null ? Html.Nothing : Times.Took(job.QueuedAt, job.StartedAt ?? job.FinishedAt, view.Now)),
            ("Timeout", job.Timeout is { } seconds ? Html.Of($"{Times.Span(seconds)}") : Html.Nothing),
            ("Finished", Times.Ago(job.FinishedAt, view.Now)),
            ("Runner", Html.Of($"{(job.RunnerId is { } id ? $"#{id} {runner}" : "")}")),
            ("Tags", Html.Of($"{string.Join(", ", JobTags.Of(job))}")),
            ("Environment", Html.Of($"<bdi>{job.Environment}</bdi>").When(job.Environment is not null)),
            ("Coverage", Html.Of($"{job.Coverage} %").When(job.Coverage is not null)),
            ("Exit code", Html.Of($"{job.ExitCode}").When(job.ExitCode is not null)),
            ("Attempt", Html.Of($"{job.Attempt}").When(job.Attempt > 1)),
        ];

    private static async Task<Html> ArtifactsAsync(
        Actor actor,
        PageView view,
        ProjectContext here,
        JobRow job,
        ArtifactFinder finder,
        Db db,
        CancellationToken ct
    )
    {
        var archive = await finder.ArchiveAsync(actor, here, job.Id, ct);
        var rows = await db.QueryAsync<ArtifactRow>(
            $"SELECT * FROM artifacts WHERE job_id = @Id AND file_type NOT IN ('archive', 'metadata', 'trace') AND {ArtifactRow.IsThere} ORDER BY id",
            new { job.Id, now = view.Now.ToUnixTimeMilliseconds() },
            ct
        );
        if (archive is null && rows.Count == 0)
            return Html.Nothing;
        var open = archive is null
            ? Html.Nothing
            : Html.Of(
                $"<li class=\"acts\"><a class=\"button\" href=\"{ArtifactPages.At(here, job.Id, "browse")}\">Browse</a><a class=\"button\" href=\"{ArtifactPages.At(here, job.Id, "download")}\">{Icons.Download} Download {Sizes.Of(archive.Size)}</a></li>"
            );
        var expires = archive?.ExpiresAt is { } at
            ? Html.Of($"<li class=\"muted\">kept until {at.Instant().UtcDateTime.ToString("yyyy-MM-dd HH:mm 'UTC'")}</li>")
            : Html.Nothing;
        var reports = rows.Select(row => Html.Of($"<li>{row.FileType} report, {Sizes.Of(row.Size)}</li>"));
        return Html.Of($"<h2>Artifacts</h2><ul>{open}{expires}{reports}</ul>");
    }

    private static Html Others(ProjectContext here, JobRow job, IReadOnlyList<JobRow> others)
    {
        if (others.Count < 2)
            return Html.Nothing;
        var items = others.Select(other =>
        {
            var current = Html.Of($" aria-current=\"page\"").When(other.Id == job.Id);
            return Html.Of(
                $"<li><a href=\"{JobButtons.Address(here, other)}\"{current}>{StatusBadge.IconOnly(other.Status, other.Name, other is { Status: "failed", AllowFailure: 1 })}<bdi>{other.Name}</bdi></a></li>"
            );
        });
        return Html.Of($"<h2>Stage <bdi>{job.Stage}</bdi></h2><ul class=\"others\">{items}</ul>");
    }
}
