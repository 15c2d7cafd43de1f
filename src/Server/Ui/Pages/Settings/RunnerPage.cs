using Microsoft.AspNetCore.Http;
using Slipway.Server.Data;
using Slipway.Server.Http;
using Slipway.Server.Runners;
using Slipway.Server.Ui.Markup;
using Slipway.Server.Ui.Parts;

namespace Slipway.Server.Ui.Pages.Settings;

/// <summary>One runner: what it is, what it does now, and what can be set.</summary>
internal static class RunnerPage
{
    private const int MostJobs = 20;

    public static async Task<IResult> ShowAsync(
        HttpContext http,
        PageView view,
        SettingsPlace here,
        long id,
        Db db,
        CancellationToken ct
    ) =>
        await RunnerPages.FindAsync(db, here, id, ct) is { } runner
            ? await PageAsync(view, here, runner, SettingsOf(runner), null, db, 200, ct)
            : Refusals.NotFound(http);

    public static async Task<IResult> ChangeAsync(
        HttpContext http,
        PageView view,
        SettingsPlace here,
        long id,
        RunnerStore runners,
        ShownOnce once,
        Db db,
        TimeProvider time,
        CancellationToken ct
    )
    {
        if (await RunnerPages.FindAsync(db, here, id, ct) is not { } runner)
            return Refusals.NotFound(http);
        var settings = RunnerForm.Read(await http.Request.ReadFormAsync(ct), SettingsOf(runner));
        if (settings.Problem is { } problem)
            return await PageAsync(view, here, runner, settings, $"{problem}.", db, 422, ct);
        await runners.ChangeAsync(id, settings, ct);
        await RunnerPages.RecordAsync(db, view, "runner_changed", here, runner, time, ct);
        once.Put(http, ShownOnce.Note, "Runner saved.");
        return new SeeOther(here.To("runners", $"{id}"));
    }

    public static async Task<IResult> RemoveAsync(
        HttpContext http,
        PageView view,
        SettingsPlace here,
        long id,
        RunnerStore runners,
        ShownOnce once,
        Db db,
        TimeProvider time,
        CancellationToken ct
    )
    {
        if (await RunnerPages.FindAsync(db, here, id, ct) is not { } runner)
            return Refusals.NotFound(http);
        await runners.RemoveAsync(id, ct);
        await RunnerPages.RecordAsync(db, view, "runner_removed", here, runner, time, ct);
        once.Put(http, ShownOnce.Note, "Runner deleted.");
        return new SeeOther(here.List("runners"));
    }

    private static RunnerSettings SettingsOf(RunnerRow row) =>
        new(
            row.Description,
            row.MaintenanceNote,
            row.Paused == 1,
            row.Locked == 1,
            row.RunUntagged == 1,
            Matching.Tags(row.Tags),
            row.AccessLevel,
            row.MaximumTimeout
        );

    private static async Task<PageAnswer> PageAsync(
        PageView view,
        SettingsPlace here,
        RunnerRow runner,
        RunnerSettings settings,
        string? problem,
        Db db,
        int status,
        CancellationToken ct
    )
    {
        var name = runner.Description.Length > 0 ? runner.Description : $"Runner {runner.Id}";
        var managers = await db.QueryAsync<RunnerManagerRow>(
            "SELECT * FROM runner_managers WHERE runner_id = @Id ORDER BY contacted_at DESC, id DESC LIMIT 20",
            runner,
            ct
        );
        return Layout.Answer(
            here.Frame(
                view,
                name,
                "runners",
                new Crumb("Runners", here.List("runners")),
                new Crumb(name, here.To("runners", $"{runner.Id}"))
            ),
            Html.Of(
                $"""
                <div class="head">{RunnerPages.Presence(runner, view.Now)}<h1><bdi>{name}</bdi></h1></div>
                {Forms.Problem(problem)}
                <div class="two even"><div>
                <h2>Machines</h2>{Machines(here, view, runner, managers)}
                {await JobsAsync(here, runner, db, ct)}
                </div>
                <form method="post" action="{here.To("runners", $"{runner.Id}")}" class="fields">
                <h2>Settings</h2>
                {Forms.Token(view)}
                {RunnerForm.Fields(settings)}
                <div class="acts"><button class="primary">Save changes</button></div>
                </form></div>
                {Forms.Careful(
                    view,
                    here.To("runners", $"{runner.Id}", "delete"),
                    "Delete runner",
                    "Jobs it has go on; it gets no new ones."
                )}
                """
            ),
            status
        );
    }

    private static Html Machines(SettingsPlace here, PageView view, RunnerRow runner, IReadOnlyList<RunnerManagerRow> managers)
    {
        if (managers.Count == 0)
            return Html.Of(
                $"<p class=\"muted\">It has never called. <a href=\"{here.To("runners", $"{runner.Id}", "register")}\">How to connect it</a></p>"
            );
        var rows = managers.Select(one =>
            Html.Of(
                $"""
                <li><div class="main"><strong class="mono">{one.SystemId}</strong><div class="side">{one.Executor} · {one.Platform}/{one.Architecture} · version {one.Version}</div></div>
                <span class="side">{Times.Ago(one.ContactedAt, view.Now)} from {one.Address}</span></li>
                """
            )
        );
        return Html.Of($"<ul class=\"rows\">{rows}</ul>");
    }

    /// <summary>The newest jobs it took: of this project only when it is looked at from there.</summary>
    private static async Task<Html> JobsAsync(SettingsPlace here, RunnerRow runner, Db db, CancellationToken ct)
    {
        var jobs = await db.QueryAsync<JobShown>(
            $"""
            SELECT j.id, j.name, j.status, j.allow_failure, p.full_path FROM jobs j JOIN projects p ON p.id = j.project_id
            WHERE j.runner_id = @Id AND p.deleted_at IS NULL {(here.Project is null ? "" : "AND j.project_id = @project")}
            ORDER BY j.id DESC LIMIT {MostJobs}
            """,
            new { runner.Id, project = here.Project?.Id ?? 0 },
            ct
        );
        if (jobs.Count == 0)
            return Html.Nothing;
        var rows = jobs.Select(job =>
            Html.Of(
                $"""
                <li><div class="first">{StatusBadge.Of(job.Status, job is { Status: "failed", AllowFailure: 1 })}</div>
                <div class="main"><a href="{Address.To(
                    job.FullPath,
                    "-",
                    "jobs",
                    $"{job.Id}"
                )}"><bdi>{job.Name}</bdi></a><div class="side">{job.FullPath} · #{job.Id}</div></div></li>
                """
            )
        );
        return Html.Of($"<h2>Newest jobs</h2><ul class=\"rows\">{rows}</ul>");
    }

    private sealed record JobShown(long Id, string Name, string Status, long AllowFailure, string FullPath);
}
