using Microsoft.AspNetCore.Http;
using Slipway.Server.Data;
using Slipway.Server.Git;
using Slipway.Server.Http;
using Slipway.Server.Projects;
using Slipway.Server.Schedules;
using Slipway.Server.Ui.Markup;
using Slipway.Server.Ui.Parts;

namespace Slipway.Server.Ui.Pages.Schedules;

/// <summary>A project's schedules: what each is for, when it runs next, how it went last. There are never more than <see cref="ScheduleStore.Most"/>.</summary>
internal static class ScheduleListPage
{
    public static async Task<PageAnswer> ShowAsync(HttpContext http, PageView view, ProjectContext here, Db db, CancellationToken ct)
    {
        // GitLab's tabs.
        var scope = http.Request.Query["scope"].ToString();
        var active = scope switch
        {
            "active" => " AND active = 1",
            "inactive" => " AND active = 0",
            _ => "",
        };
        var rows = await db.QueryAsync<PipelineScheduleRow>(
            $"SELECT * FROM pipeline_schedules WHERE project_id = @Id{active} ORDER BY id",
            new { here.Id },
            ct
        );
        var owners = await db.QueryAsync<UserRow>(
            $"SELECT {UserRow.Columns} FROM users WHERE id IN @ids",
            new { ids = new In<long>([.. rows.Select(row => row.OwnerId).Distinct()]) },
            ct
        );
        var last = await LastAsync(db, [.. rows.Select(row => row.Id)], ct);
        var items = rows.Select(row =>
            Row(view, here, row, owners.FirstOrDefault(one => one.Id == row.OwnerId), last.GetValueOrDefault(row.Id))
        );
        var isMore = rows.Count >= ScheduleStore.Most;
        var add = Html.Of($"<a class=\"button primary\" href=\"{SchedulePages.At(here, "new")}\">New schedule</a>")
            .When(view.MayAct(here) && !isMore);
        return Layout.Answer(
            new PageFrame(view, "Pipeline schedules") { Project = here, Part = "schedules" },
            Html.Of(
                $"""
                <div class="head"><h1>Pipeline schedules</h1>{add}</div>
                {(rows.Count > 0 ? Html.Of($"<ul class=\"rows\">{items}</ul>") : Empty(scope))}
                """
            )
        );
    }

    private static async Task<Dictionary<long, PipelineRow>> LastAsync(Db db, IReadOnlyList<long> ids, CancellationToken ct)
    {
        var rows = await db.QueryAsync<PipelineRow>(
            "SELECT * FROM pipelines WHERE id IN (SELECT MAX(id) FROM pipelines WHERE schedule_id IN @ids AND ready = 1 GROUP BY schedule_id)",
            new { ids = new In<long>(ids) },
            ct
        );
        return rows.ToDictionary(row => row.ScheduleId!.Value);
    }

    private static Html Row(PageView view, ProjectContext here, PipelineScheduleRow row, UserRow? owner, PipelineRow? last)
    {
        var mayChange = view.MayAct(here) && ScheduleRights.MayChange(here, view.User, row);
        var title = mayChange
            ? Html.Of($"<a class=\"title\" href=\"{SchedulePages.At(here, $"{row.Id}", "edit")}\"><bdi>{row.Description}</bdi></a>")
            : Html.Of($"<strong><bdi>{row.Description}</bdi></strong>");
        var next = row.IsActive
            ? Html.Of($"<span>next {Times.Until(row.NextRunAt, view.Now)}</span>")
            : Html.Of($"<span>does not run by itself</span>");
        return Html.Of(
            $"""
            <li><div class="first">{State(row)}</div><div class="main">{title}
            <div class="side facts">{next}<span>{Icons.Clock}<span class="mono">{row.Cron}</span> {row.CronTimezone}</span>{Ref(row)}{Owner(
                owner
            )}</div></div>{Last(here, last)}{Acts(view, here, row, mayChange)}</li>
            """
        );
    }

    private static Html State(PipelineScheduleRow row) =>
        Html.Of(
            $"<span class=\"badge {(row.IsActive ? "good" : "quiet")}\"><span class=\"dot\" aria-hidden=\"true\"></span>{(row.IsActive ? "active" : "inactive")}</span>"
        );

    private static Html Ref(PipelineScheduleRow row) =>
        RefNames.Tag(row.Ref) is { } tag
            ? Html.Of($"<span>{Icons.Tag}<bdi class=\"mono\">{tag}</bdi></span>")
            : Html.Of($"<span>{Icons.Branch}<bdi class=\"mono\">{RefNames.Branch(row.Ref) ?? row.Ref}</bdi></span>");

    /// <summary>Its pipelines run in the owner's name, and not at all once the owner is gone.</summary>
    private static Html Owner(UserRow? owner) =>
        owner is { IsActive: true }
            ? Html.Of($"<span>by <bdi>{owner.Name}</bdi></span>")
            : Html.Of($"<span class=\"badge warn\">its owner is not active: somebody must take it over</span>");

    private static Html Last(ProjectContext here, PipelineRow? last) =>
        last is null
            ? Html.Of($"<span class=\"side\">has not run yet</span>")
            : Html.Of(
                $"<a href=\"{Address.To(here.Project.FullPath, "-", "pipelines", $"{last.Id}")}\" aria-label=\"Last pipeline, #{last.Id}: {StatusBadge.Words(last.Status)}\">{StatusBadge.Of(last.Status)}</a>"
            );

    private static Html Acts(PageView view, ProjectContext here, PipelineScheduleRow row, bool mayChange)
    {
        if (!view.MayAct(here))
            return Html.Nothing;
        var (id, name) = ($"{row.Id}", row.Description);
        var mayAdmin = ScheduleRights.MayAdmin(here, view.User, row);
        var play = Forms.Button(view, SchedulePages.At(here, id, "play"), Icons.Play, "icon", $"Run {name} now");
        var take = Forms.Button(view, SchedulePages.At(here, id, "take_ownership"), "Take ownership", "", $"Take ownership of {name}");
        var edit = Html.Of($"<a class=\"button\" href=\"{SchedulePages.At(here, id, "edit")}\" aria-label=\"Edit {name}\">Edit</a>");
        var remove = Forms.Careful(view, SchedulePages.At(here, id, "delete"), "Delete", "It does not run again. Its pipelines stay.");
        return Html.Of(
            $"<div class=\"acts\">{play}{take.When(mayAdmin && row.OwnerId != view.User!.Id)}{edit.When(mayChange)}{remove.When(mayAdmin)}</div>"
        );
    }

    private static Html Empty(string scope) =>
        Lists.Empty(
            scope.Length > 0 ? $"No schedule is {scope}" : "No schedules yet",
            Html.Of(
                $"""
                <p>A schedule starts a pipeline of a branch or a tag again and again: every night, every Monday, on each month's last day. Its jobs see <code>$CI_PIPELINE_SOURCE == "schedule"</code>.</p>
                """
            )
        );
}
