using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Slipway.Server.Accounts;
using Slipway.Server.Data;
using Slipway.Server.Environments;
using Slipway.Server.Http;
using Slipway.Server.Jobs;
using Slipway.Server.Projects;
using Slipway.Server.Ui.Markup;
using Slipway.Server.Ui.Parts;

namespace Slipway.Server.Ui.Pages;

/// <summary>Where a project is deployed to: what is there, since when, and what was there before. https://docs.gitlab.com/ci/environments/</summary>
internal static class EnvironmentPages
{
    private const int MostDeployments = 50;

    public static void MapEnvironmentPages(this IEndpointRouteBuilder project)
    {
        var read = new Access.OnProject(Abilities.ReadEnvironment);
        project.MapPage("/environments", ListAsync, read);
        project.MapPage("/environments/{id:long}", ShowAsync, read);
        project.MapForm("/environments/{id:long}/stop", StopAsync, new Access.OnProject(Abilities.StopEnvironment));
    }

    private static Address At(ProjectContext here, params string[] words) =>
        Address.To([here.Project.FullPath, "-", "environments", .. words]);

    private static async Task<PageAnswer> ListAsync(
        HttpContext http,
        PageView view,
        ProjectContext here,
        Paging paging,
        Db db,
        CancellationToken ct
    )
    {
        var isStopped = http.Request.Query["scope"] == EnvironmentStore.Stopped;
        var rows = await db.QueryAsync<EnvironmentRow>(
            $"""
            SELECT * FROM environments WHERE project_id = @Id AND state {(isStopped ? "=" : "<>")} 'stopped'
            ORDER BY updated_at DESC, id DESC LIMIT {paging.PerPage + 1} OFFSET {paging.Offset}
            """,
            new { here.Id },
            ct
        );
        var shown = rows.Take((int)paging.PerPage).ToList();
        var last = await LastAsync(db, [.. shown.Select(row => row.Id)], ct);
        var items = shown.Select(row => Row(view, here, row, last.GetValueOrDefault(row.Id)));
        var (scope, other, words) = isStopped ? ("stopped", At(here), "Available") : (null, At(here).With(("scope", "stopped")), "Stopped");
        return Layout.Answer(
            new PageFrame(view, "Environments") { Project = here, Part = "environments" },
            Html.Of(
                $"""
                <div class="head"><h1>{(
                    isStopped ? "Stopped environments" : "Environments"
                )}</h1><a class="button" href="{other}">{words}</a></div>
                {(shown.Count > 0 ? Html.Of($"<ul class=\"rows\">{items}</ul>") : Empty(isStopped))}
                {Lists.Pages(paging, rows.Count > shown.Count, At(here), ("scope", scope))}
                """
            )
        );
    }

    private static async Task<IResult> ShowAsync(
        HttpContext http,
        PageView view,
        Actor actor,
        ProjectContext here,
        long id,
        EnvironmentStops stops,
        Db db,
        CancellationToken ct
    )
    {
        if (await FindAsync(db, here, id, ct) is not { } row)
            return Refusals.NotFound(http);
        var deployments = await db.QueryAsync<DeploymentRow>(
            $"SELECT * FROM deployments WHERE environment_id = @Id ORDER BY id DESC LIMIT {MostDeployments}",
            row,
            ct
        );
        var ids = new In<long>([.. deployments.Select(one => one.JobId).OfType<long>()]);
        var jobs = (await db.QueryAsync<JobRow>("SELECT * FROM jobs WHERE id IN @ids", new { ids }, ct)).ToDictionary(job => job.Id);
        var current = deployments.FirstOrDefault(one => one.Status == "success");
        var items = deployments.Select(one =>
            Deployment(view, here, one, one.JobId is { } job ? jobs.GetValueOrDefault(job) : null, one == current)
        );
        var mayStop = row.State == EnvironmentStore.Available && view.MayAct(here);
        var stoppers = mayStop ? await stops.JobsAsync(row, ct) : [];
        var warning =
            stoppers.Count > 0
                ? $"This plays {string.Join(", ", stoppers.Select(job => job.Name))}."
                : "No job stops it: it is only said to be stopped.";
        return Layout.Answer(
            new PageFrame(view, row.Name)
            {
                Project = here,
                Part = "environments",
                Crumbs = [new Crumb("Environments", At(here)), new Crumb(row.Name, At(here, $"{id}"))],
            },
            Html.Of(
                $"""
                <div class="head">{State(row)}<h1><bdi>{row.Name}</bdi></h1>{Open(row)}{Forms.Careful(view, At(here, $"{id}", "stop"), "Stop", warning).When(
                    mayStop
                )}</div>
                {Facts(view, row)}
                <h2>Deployments</h2>
                {(deployments.Count == 0 ? Html.Of($"<p class=\"muted\">Nothing has been deployed here yet.</p>") : Html.Of($"<ul class=\"rows\">{items}</ul>"))}
                """
            )
        );
    }

    private static async Task<IResult> StopAsync(
        HttpContext http,
        Actor actor,
        ProjectContext here,
        long id,
        EnvironmentStops stops,
        JobActions jobs,
        ShownOnce once,
        Db db,
        CancellationToken ct
    )
    {
        if (await FindAsync(db, here, id, ct) is not { } row)
            return Refusals.NotFound(http);
        if (row.State == EnvironmentStore.Available)
        {
            var stoppers = await stops.JobsAsync(row, ct);
            foreach (var job in stoppers)
                if (!await jobs.MayTouchAsync(actor, here, job, ct))
                    return Refusals.Message(
                        http,
                        403,
                        "Not on a protected branch or tag",
                        "It is stopped by those who may push or merge there."
                    );
            var stopped = await stops.StopAsync(row, stoppers, actor.Responsible!.Id, ct);
            once.Put(
                http,
                ShownOnce.Note,
                stopped.State == EnvironmentStore.Stopped ? $"{row.Name} is stopped." : $"{row.Name} is being stopped."
            );
        }

        return new SeeOther(At(here, $"{id}"));
    }

    private static Task<EnvironmentRow?> FindAsync(Db db, ProjectContext here, long id, CancellationToken ct) =>
        db.FindAsync<EnvironmentRow>(
            "SELECT * FROM environments WHERE id = @id AND project_id = @project",
            new { id, project = here.Id },
            ct
        );

    /// <summary>The newest deployment of each that succeeded.</summary>
    private static async Task<Dictionary<long, DeploymentRow>> LastAsync(Db db, IReadOnlyList<long> environments, CancellationToken ct)
    {
        var rows = await db.QueryAsync<DeploymentRow>(
            "SELECT * FROM deployments WHERE id IN (SELECT MAX(id) FROM deployments WHERE environment_id IN @ids AND status = 'success' GROUP BY environment_id)",
            new { ids = new In<long>(environments) },
            ct
        );
        return rows.ToDictionary(row => row.EnvironmentId);
    }

    private static Html Row(PageView view, ProjectContext here, EnvironmentRow row, DeploymentRow? last)
    {
        var what = last is null
            ? Html.Of($"nothing deployed yet")
            : Html.Of(
                $"<span>{Icons.Branch}<bdi class=\"mono\">{last.Ref}</bdi></span><span>{Icons.Commit}<span class=\"mono\">{last.Sha[..8]}</span></span><span>{Times.Ago(last.FinishedAt ?? last.CreatedAt, view.Now)}</span>"
            );
        return Html.Of(
            $"""
            <li><div class="first">{State(row)}</div><div class="main"><a class="title" href="{At(
                here,
                $"{row.Id}"
            )}"><bdi>{row.Name}</bdi></a> <span class="badge">{row.Tier}</span>
            <div class="side facts">{what}</div></div>{Open(row)}</li>
            """
        );
    }

    private static Html Deployment(PageView view, ProjectContext here, DeploymentRow row, JobRow? job, bool isCurrent)
    {
        var by = job is null
            ? Html.Of($"<span>told from outside</span>")
            : Html.Of($"<a href=\"{JobButtons.Address(here, job)}\"><bdi>{job.Name}</bdi></a>");
        var acts = job is null || job.Retried == 1 || !view.MayAct(here) ? Html.Nothing : JobButtons.Words(view, here, job);
        return Html.Of(
            $"""
            <li><div class="first">{StatusBadge.Of(row.Status)}</div><div class="main"><strong>#{row.Iid}</strong> {by}{Html.Of(
                $" <span class=\"badge good\">what is there now</span>"
            ).When(isCurrent)}
            <div class="side facts"><span>{(row.Tag == 1 ? Icons.Tag : Icons.Branch)}<bdi class="mono">{row.Ref}</bdi></span><span>{Icons.Commit}<span class="mono">{row.Sha[
                ..8
            ]}</span></span><span>{Times.Ago(row.CreatedAt, view.Now)}</span></div></div><div class="acts">{acts}</div></li>
            """
        );
    }

    private static Html Facts(PageView view, EnvironmentRow row)
    {
        var stops =
            row.AutoStopAt is { } at && row.State == EnvironmentStore.Available
                ? Html.Of($"<span>stops by itself at {at.Instant().UtcDateTime.ToString("yyyy-MM-dd HH:mm 'UTC'")}</span>")
                : Html.Nothing;
        var text = Html.Of($"<p>{row.Description}</p>").When(row.Description.Length > 0);
        return Html.Of(
            $"<div class=\"facts\"><span>{row.Tier}</span><span>CI_ENVIRONMENT_SLUG <span class=\"mono\">{row.Slug}</span></span><span>made {Times.Ago(row.CreatedAt, view.Now)}</span>{stops}</div>{text}"
        );
    }

    private static Html State(EnvironmentRow row)
    {
        var tone = row.State switch
        {
            EnvironmentStore.Available => "good",
            EnvironmentStore.Stopping => "warn",
            _ => "quiet",
        };
        return Html.Of($"<span class=\"badge {tone}\"><span class=\"dot\" aria-hidden=\"true\"></span>{row.State}</span>");
    }

    /// <summary>Its address is a job's words: only one of the web is a link.</summary>
    private static Html Open(EnvironmentRow row) =>
        row.ExternalUrl is { } url && row.State == EnvironmentStore.Available && Address.Web(url) is { } address
            ? Html.Of(
                $"<a class=\"button\" href=\"{address}\" rel=\"noopener noreferrer nofollow\" aria-label=\"Open {row.Name}\">Open</a>"
            )
            : Html.Nothing;

    private static Html Empty(bool isStopped) =>
        isStopped
            ? Lists.Empty("None is stopped", Html.Nothing)
            : Lists.Empty(
                "No environments yet",
                Html.Of(
                    $"<p>A job with <code>environment:</code> makes one when it first deploys.</p>{Commands.Of("deploy:\n  script: ./deploy.sh\n  environment:\n    name: production\n    url: https://example.com", "the configuration")}"
                )
            );
}
