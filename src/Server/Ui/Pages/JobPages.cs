using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Slipway.Engine;
using Slipway.Server.Accounts;
using Slipway.Server.Blobs;
using Slipway.Server.Data;
using Slipway.Server.Http;
using Slipway.Server.Jobs;
using Slipway.Server.Jobs.Traces;
using Slipway.Server.Pipelines;
using Slipway.Server.Projects;
using Slipway.Server.Ui.Logs;
using Slipway.Server.Ui.Markup;
using Slipway.Server.Ui.Parts;

namespace Slipway.Server.Ui.Pages;

/// <summary>A job: its page, its log raw and live, its artifacts, and what can be done to it.</summary>
internal static class JobPages
{
    public static void MapJobPages(this IEndpointRouteBuilder project)
    {
        var read = new Access.OnProject(Abilities.ReadJob);
        project.MapPage("/jobs/{id:long}", JobPage.ShowAsync, read);
        project.MapPage("/jobs/{id:long}/raw", RawAsync, read);
        project.MapPage("/jobs/{id:long}/trace.events", EventsAsync, read);
        project.MapForm("/jobs/{id:long}/play", PlayAsync, new Access.OnProject(Abilities.UpdateJob));
        project.MapForm("/jobs/{id:long}/retry", RetryAsync, new Access.OnProject(Abilities.UpdateJob));
        project.MapForm("/jobs/{id:long}/cancel", CancelAsync, new Access.OnProject(Abilities.CancelJob));
        project.MapForm("/jobs/{id:long}/erase", EraseAsync, new Access.OnProject(Abilities.EraseJob));
    }

    /// <summary>Whoever ran it where nothing is protected, and who answers for the project (gitlab-ci-yaml-2 §14), once it is over.</summary>
    public static bool MayErase(PageView view, ProjectContext here, JobRow job) =>
        Statuses.IsCompleted(Statuses.Parse(job.Status)!.Value)
        && job.ErasedAt is null
        && view.User is { } user
        && here.Project.Archived == 0
        && (here.Role >= Role.Maintainer || (here.Role >= Role.Developer && user.Id == job.UserId && job.Protected == 0));

    /// <summary>A log that may show secrets is for those who could have put them there.</summary>
    public static bool MayReadLog(ProjectContext here, JobRow job) => job.DebugTrace == 0 || here.Role >= Role.Developer;

    /// <summary>Trigger jobs too: they can be played, retried and cancelled.</summary>
    private static Task<JobRow?> FindAsync(Db db, ProjectContext here, long id, CancellationToken ct) =>
        db.FindAsync<JobRow>("SELECT * FROM jobs WHERE id = @id AND project_id = @project", new { id, project = here.Id }, ct);

    private static async Task<IResult> RawAsync(
        HttpContext http,
        ProjectContext here,
        long id,
        JobList list,
        JobTraces traces,
        CancellationToken ct
    )
    {
        if (await list.FindAsync(here.Id, id, ct) is not { } job || !MayReadLog(here, job))
            return Refusals.NotFound(http);
        return new BlobAnswer(
            "text/plain; charset=utf-8",
            null,
            traces.Size(job),
            (part, token) => traces.OpenAsync(job, part is var (start, length) ? new BlobRange(start, length) : null, token)
        );
    }

    private static async Task<IResult> EventsAsync(HttpContext http, ProjectContext here, long id, JobList list, CancellationToken ct)
    {
        if (await list.FindAsync(here.Id, id, ct) is not { } job || !MayReadLog(here, job))
            return Refusals.NotFound(http);
        return new LogEvents(
            token => list.FindAsync(here.Id, id, token),
            new LogWindow(Number("start"), Math.Max(1, Number("line"))),
            Number("done")
        );

        long Number(string name) => long.TryParse(http.Request.Query[name], out var number) ? Math.Max(0, number) : 0;
    }

    private static async Task<IResult> PlayAsync(
        HttpContext http,
        ProjectContext here,
        long id,
        Parameters p,
        Db db,
        JobActions actions,
        CancellationToken ct
    )
    {
        var (keys, values) = (p.Form!["variables[][key]"], p.Form["variables[][value]"]);
        var pairs = keys.Select((key, at) => (Key: key?.Trim() ?? "", Value: (at < values.Count ? values[at] : null) ?? ""));
        var (variables, problem) = GivenVariables.Of(pairs.Where(pair => pair.Key.Length > 0));
        return problem is null
            ? await ChangeAsync(http, here, id, db, actions, (job, user) => actions.PlayAsync(job, variables, user, ct), ct)
            : Refusals.Message(http, 422, "It was not played", problem);
    }

    private static async Task<IResult> EraseAsync(
        HttpContext http,
        PageView view,
        ProjectContext here,
        long id,
        JobList list,
        JobActions actions,
        CancellationToken ct
    )
    {
        if (await list.FindAsync(here.Id, id, ct) is not { } job)
            return Refusals.NotFound(http);
        if (!await actions.MayTouchAsync(http.Actor(), here, job, ct))
            return OfOthers(http);
        if (!MayErase(view, here, job) || await actions.EraseAsync(job, ct) is not { } erased)
            return Refusals.Message(
                http,
                403,
                "Not yours to erase",
                "Jobs that are over are erased by whoever ran them, and by maintainers."
            );
        return After(http, here, erased);
    }

    private static Task<IResult> RetryAsync(
        HttpContext http,
        ProjectContext here,
        long id,
        Db db,
        JobActions actions,
        CancellationToken ct
    ) => ChangeAsync(http, here, id, db, actions, (job, user) => actions.RetryAsync(job, user, ct), ct);

    private static async Task<IResult> CancelAsync(
        HttpContext http,
        ProjectContext here,
        long id,
        Db db,
        JobActions actions,
        CancellationToken ct
    )
    {
        if (await FindAsync(db, here, id, ct) is not { } job)
            return Refusals.NotFound(http);
        if (!await actions.MayTouchAsync(http.Actor(), here, job, ct))
            return OfOthers(http);
        return After(http, here, await actions.CancelAsync(job, false, http.Actor().Responsible?.Id, ct));
    }

    private static async Task<IResult> ChangeAsync(
        HttpContext http,
        ProjectContext here,
        long id,
        Db db,
        JobActions actions,
        Func<JobRow, long, Task<JobRow?>> change,
        CancellationToken ct
    )
    {
        if (await FindAsync(db, here, id, ct) is not { } job)
            return Refusals.NotFound(http);
        if (!await actions.MayTouchAsync(http.Actor(), here, job, ct))
            return OfOthers(http);
        return await change(job, http.Actor().Responsible!.Id) is { } changed
            ? After(http, here, changed)
            : Refusals.Message(http, 409, "Too late", "The job is not waiting for that any more. Load its page again to see how it is.");
    }

    /// <summary>The ref is protected, and not from everybody.</summary>
    internal static IResult OfOthers(HttpContext http) =>
        Refusals.Message(
            http,
            403,
            "Not on a protected branch or tag",
            "What runs on a protected branch or tag is started, cancelled and erased by those who may push or merge there. Ask a maintainer."
        );

    private static SeeOther After(HttpContext http, ProjectContext here, JobRow job) =>
        new(
            http.Request.Query["from"] == "pipeline" || job.IsBridge
                ? Address.To(here.Project.FullPath, "-", "pipelines", $"{job.PipelineId}")
                : JobButtons.Address(here, job)
        );
}
