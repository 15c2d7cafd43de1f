using Microsoft.AspNetCore.Http;
using Slipway.Engine;
using Slipway.Server.Accounts;
using Slipway.Server.Data;
using Slipway.Server.Http;
using Slipway.Server.Jobs;
using Slipway.Server.Jobs.Traces;
using Slipway.Server.Projects;
using Slipway.Server.Runners;
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
        TimeProvider time,
        Db db,
        CancellationToken ct
    )
    {
        if (await list.FindAsync(here.Id, id, ct) is not { } job)
            return Refusals.NotFound(http);
        var isOver = Statuses.IsCompleted(Statuses.Parse(job.Status)!.Value);
        if (!isOver)
            watchers.Watch(job.Id);
        var seen = await db.ReadAsync((session, token) => PipelineChanges.VersionAsync(session, here, job.PipelineId, token), ct);
        // The script asks for what stands beside the log; the log comes to it as events.
        var log =
            http.Request.Query.ContainsKey("part") ? Html.Nothing
            : JobPages.MayReadLog(here, job) ? await JobLog.OfAsync(http, here, job, isOver, traces, ct)
            : Html.Of(
                $"<p class=\"note quiet\">This job ran with debugging on, so its log may show secrets. It is for developers and above.</p>"
            );
        var hasRunner = job.Status == "pending" && await new RunnersThere(db, time).AnyForAsync(job, ct);
        var side = await JobSide.OfAsync(http.Actor(), view, here, job, finder, db, ct);
        var pipeline = Address.To(here.Project.FullPath, "-", "pipelines", $"{job.PipelineId}");
        return Layout.Answer(
            new PageFrame(view, $"{StatusBadge.Words(job.Status)} · {job.Name}")
            {
                Project = here,
                Part = "pipelines",
                Crumbs = [new Crumb($"Pipeline #{job.PipelineId}", pipeline), new Crumb(job.Name, JobButtons.Address(here, job))],
            },
            Html.Of(
                $"""
                <div id="job-head" data-part{PipelineChanges.Live(here, job.PipelineId, seen)}>
                <div class="head">{StatusBadge.Of(job.Status, job is { Status: "failed", AllowFailure: 1 })}<h1><bdi>{job.Name}</bdi></h1>{(
                    view.MayAct(here) ? Acts(view, here, job) : Html.Nothing
                )}</div>
                {State(view, here, job, hasRunner)}
                </div>
                <div class="two"><div>{log}</div><aside id="job-side" class="side-facts" data-part aria-label="About this job">{side}</aside></div>
                """
            )
        );
    }

    private static Html Acts(PageView view, ProjectContext here, JobRow job)
    {
        var erase = JobPages.MayErase(view, here, job)
            ? Forms.Careful(
                view,
                JobButtons.Address(here, job).Below("erase"),
                "Erase",
                "Its log, artifacts and reports are removed for good. That they were there is kept."
            )
            : Html.Nothing;
        return Html.Of($"{JobButtons.Words(view, here, job)}{erase}");
    }

    private static Html State(PageView view, ProjectContext here, JobRow job, bool hasRunner) =>
        job switch
        {
            { Status: "failed", FailureReason: { } reason } => Html.Of(
                $"<p class=\"note {(job.AllowFailure == 1 ? "warn" : "bad")}\">{FailureWords.Of(reason)}{Html.Of($" Exit code {job.ExitCode}.").When(job.ExitCode is not null)}</p>"
            ),
            { Status: "pending" } when hasRunner => Html.Of($"<p class=\"note warn\">It waits for a runner{WithTags(job)} to be free.</p>"),
            { Status: "pending" } => Html.Of(
                $"<p class=\"note bad\">No runner{WithTags(job)} that may take it is online. {(here.Role >= Role.Maintainer ? Html.Of($"<a href=\"{Address.To(here.Project.FullPath, "-", "settings", "ci_cd").At("runners")}\">See the runners</a>") : Html.Of($"Ask a maintainer of the project."))}</p>"
            ),
            { Status: "manual" } when job.Retried == 0 && view.MayAct(here) => Html.Of(
                $"""
                <form method="post" action="{JobButtons.Address(here, job).Below(
                    "play"
                )}" class="card fields"><p>It starts when somebody plays it. Variables given here count more than all others.</p>
                {Forms.Token(view)}{Forms.Pairs(
                    "Variable",
                    "variables",
                    []
                )}<div class="acts"><button class="primary">Play with these</button></div></form>
                """
            ),
            { Status: "manual" } => Html.Of($"<p class=\"note quiet\">It starts when somebody plays it.</p>"),
            { Status: "scheduled", ScheduledAt: { } at } => Html.Of(
                $"<p class=\"note quiet\">It starts by itself at {at.Instant().UtcDateTime.ToString("HH:mm:ss 'UTC'")}.</p>"
            ),
            { Status: "created" } => Html.Of($"<p class=\"note quiet\">It waits for jobs before it.</p>"),
            { Status: "waiting_for_resource" } => Html.Of(
                $"<p class=\"note warn\">It waits until no other job holds the resource group <bdi>{job.ResourceGroup}</bdi>.</p>"
            ),
            _ => Html.Nothing,
        };

    private static string WithTags(JobRow job) => JobTags.Of(job) is { Count: > 0 } tags ? $" with the tags {string.Join(", ", tags)}" : "";
}
