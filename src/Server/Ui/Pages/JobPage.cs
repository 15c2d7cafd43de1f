using Microsoft.AspNetCore.Http;
using Slipway.Engine;
using Slipway.Server.Accounts;
using Slipway.Server.Data;
using Slipway.Server.Http;
using Slipway.Server.Jobs;
using Slipway.Server.Jobs.Traces;
using Slipway.Server.Projects;
using Slipway.Server.Ui.Logs;
using Slipway.Server.Ui.Markup;
using Slipway.Server.Ui.Parts;

namespace Slipway.Server.Ui.Pages;

/// <summary>A job's page: the log, and beside it what is known of the job.</summary>
internal static class JobPage
{
    public static async Task<IResult> ShowAsync(
        HttpContext http,
        PageView view,
        ProjectContext here,
        long id,
        JobList list,
        JobTraces traces,
        TraceWatchers watchers,
        ArtifactFinder finder,
        Db db,
        CancellationToken ct
    )
    {
        if (await list.FindAsync(here.Id, id, ct) is not { } job)
            return Refusals.NotFound(http);
        var isOver = Statuses.IsCompleted(Statuses.Parse(job.Status)!.Value);
        if (!isOver)
            watchers.Watch(job.Id);
        // The script asks for what stands beside the log; the log comes to it as events.
        var log =
            http.Request.Query.ContainsKey("part") ? Html.Nothing
            : JobPages.MayReadLog(here, job) ? await LogAsync(here, job, isOver, traces, ct)
            : Html.Of(
                $"<p class=\"note quiet\">This job ran with debugging on, so its log may show secrets. It is for developers and above.</p>"
            );
        var side = await SideAsync(http, view, here, job, finder, db, ct);
        var live = Html.Of($" data-live").When(!isOver);
        var pipeline = Address.To(here.Project.FullPath, "-", "pipelines", $"{job.PipelineId}");
        return Layout.Answer(
            new PageFrame(view, job.Name)
            {
                Project = here.Project,
                Part = "pipelines",
                Crumbs = [new Crumb($"Pipeline #{job.PipelineId}", pipeline), new Crumb(job.Name, JobButtons.Address(here, job))],
            },
            Html.Of(
                $"""
                <div id="job-head" data-part{live}>
                <div class="head">{StatusBadge.Of(job.Status, job is { Status: "failed", AllowFailure: 1 })}<h1><bdi>{job.Name}</bdi></h1>{(
                    view.MayAct(here) ? JobButtons.Of(view, here, job, "job") : Html.Nothing
                )}</div>
                {State(job)}
                </div>
                <div class="two"><div>{log}</div><aside id="job-side" class="side-facts" data-part aria-label="About this job">{side}</aside></div>
                """
            )
        );
    }

    private static Html State(JobRow job) =>
        job switch
        {
            { Status: "failed", FailureReason: { } reason } => Html.Of(
                $"<p class=\"note {(job.AllowFailure == 1 ? "warn" : "bad")}\">{FailureWords.Of(reason)}</p>"
            ),
            { Status: "pending" } => Html.Of($"<p class=\"note warn\">It waits for a runner{WithTags(job)}.</p>"),
            { Status: "manual" } => Html.Of($"<p class=\"note quiet\">It starts when somebody plays it.</p>"),
            { Status: "created" } => Html.Of($"<p class=\"note quiet\">It waits for jobs before it.</p>"),
            { Status: "waiting_for_resource" } => Html.Of(
                $"<p class=\"note warn\">It waits until no other job holds the resource group <bdi>{job.ResourceGroup}</bdi>.</p>"
            ),
            _ => Html.Nothing,
        };

    private static string WithTags(JobRow job) => JobTags.Of(job) is { Count: > 0 } tags ? $" with the tags {string.Join(", ", tags)}" : "";

    private static async Task<Html> LogAsync(ProjectContext here, JobRow job, bool isOver, JobTraces traces, CancellationToken ct)
    {
        var size = traces.Size(job);
        var address = JobButtons.Address(here, job);
        if (job.ErasedAt is not null)
            return Html.Of($"<p class=\"note quiet\">Its log and artifacts were erased.</p>");
        if (size == 0 && isOver)
            return Html.Of($"<p class=\"note quiet\">It wrote no log.</p>");
        var window = await LogWindow.FindAsync(traces, job, size, ct);
        var (reader, items) = (new LogReader(window.FirstLine), new List<LogItem>());
        await LogWindow.ReadAsync(traces, job, (window.Start, size), reader, items, ct);
        if (isOver)
            reader.End(items);
        var raw = Address.To(here.Project.FullPath, "-", "jobs", $"{job.Id}", "raw");
        var events = Address
            .To(here.Project.FullPath, "-", "jobs", $"{job.Id}", "trace.events")
            .With(("start", $"{window.Start}"), ("line", $"{window.FirstLine}"), ("done", $"{items.Count}"));
        var source = isOver ? Html.Nothing : Html.Of($" data-events=\"{events.Text}\"");
        var cut = window.Start > 0 ? Html.Of($"<span>only the end; all of it is in the raw log</span>") : Html.Nothing;
        return Html.Of(
            $"<div class=\"log\"><div class=\"log-top\"><span>Log</span><span id=\"log-state\" role=\"status\">{(isOver ? "complete" : "running")}</span>{cut}<a href=\"{raw}\">Raw</a></div><div class=\"lines\" role=\"log\" aria-live=\"off\" aria-label=\"Log\"{source}>{LogView.Of(items, isOver ? null : reader.Partial())}</div></div>"
        );
    }

    private static async Task<Html> SideAsync(
        HttpContext http,
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
        (string Name, Html Value)[] facts =
        [
            ("Stage", Html.Of($"<bdi>{job.Stage}</bdi>")),
            ("Branch", Html.Of($"<bdi class=\"mono\">{pipeline.Ref}</bdi>")),
            ("Commit", Html.Of($"<span class=\"mono\">{pipeline.Sha[..8]}</span>")),
            ("Took", Html.Of($"{Times.Between(job.StartedAt, job.FinishedAt, view.Now)}")),
            ("Waited", Html.Of($"{Times.Between(job.QueuedAt, job.StartedAt ?? job.FinishedAt, view.Now)}")),
            ("Finished", Times.Ago(job.FinishedAt, view.Now)),
            ("Runner", Html.Of($"{(job.RunnerId is { } id ? $"#{id} {runner}" : "")}")),
            ("Tags", Html.Of($"{string.Join(", ", JobTags.Of(job))}")),
            ("Environment", Html.Of($"<bdi>{job.Environment}</bdi>").When(job.Environment is not null)),
            ("Coverage", Html.Of($"{job.Coverage} %").When(job.Coverage is not null)),
            ("Exit code", Html.Of($"{job.ExitCode}").When(job.ExitCode is not null)),
            ("Attempt", Html.Of($"{job.Attempt}").When(job.Attempt > 1)),
        ];
        var items = facts.Where(fact => !fact.Value.IsNothing).Select(fact => Html.Of($"<dt>{fact.Name}</dt><dd>{fact.Value}</dd>"));
        return Html.Of($"<h2>Job #{job.Id}</h2><dl>{items}</dl>{await ArtifactsAsync(http.Actor(), view, here, job, finder, db, ct)}");
    }

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
        var address = Address.To(here.Project.FullPath, "-", "jobs", $"{job.Id}", "artifacts", "download");
        var download = archive is null
            ? Html.Nothing
            : Html.Of($"<li><a class=\"button\" href=\"{address}\">Download {Size(archive.Size)}</a></li>");
        var expires = archive?.ExpiresAt is { } at
            ? Html.Of($"<li class=\"muted\">kept until {at.Instant().UtcDateTime.ToString("yyyy-MM-dd HH:mm 'UTC'")}</li>")
            : Html.Nothing;
        return Html.Of(
            $"<h2>Artifacts</h2><ul>{download}{expires}{rows.Select(row => Html.Of($"<li>{row.FileType} report, {Size(row.Size)}</li>"))}</ul>"
        );
    }

    private static string Size(long bytes) =>
        bytes < 1024 ? $"{bytes} B"
        : bytes < 1024 * 1024 ? $"{bytes / 1024.0:0.#} KiB"
        : $"{bytes / 1024.0 / 1024:0.#} MiB";
}
