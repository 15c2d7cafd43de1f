using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Slipway.Server.Accounts;
using Slipway.Server.Data;
using Slipway.Server.Http;
using Slipway.Server.Jobs;
using Slipway.Server.Projects;
using Slipway.Server.Runners;
using Slipway.Server.Ui.Markup;
using Slipway.Server.Ui.Parts;

namespace Slipway.Server.Ui.Pages.Settings;

/// <summary>Runners: those a place has, a new one, and what can be set of one. https://docs.gitlab.com/ci/runners/runners_scope/</summary>
internal static class RunnerPages
{
    public static void Map(IEndpointRouteBuilder place, Access access)
    {
        if (access is Access.Administrator)
            place.MapPage("/runners", AllAsync, access);
        place.MapPage("/runners/new", New, access);
        place.MapForm("/runners", CreateAsync, access);
        place.MapPage("/runners/{id:long}", RunnerPage.ShowAsync, access);
        place.MapPage("/runners/{id:long}/register", RunnerRegistrationPage.ShowAsync, access);
        place.MapPage("/runners/{id:long}/events", RunnerRegistrationPage.EventsAsync, access);
        place.MapForm("/runners/{id:long}", RunnerPage.ChangeAsync, access);
        place.MapForm("/runners/{id:long}/delete", RunnerPage.RemoveAsync, access);
    }

    /// <summary>The place's own runner of this number; an administrator's are all.</summary>
    public static Task<RunnerRow?> FindAsync(Db db, SettingsPlace here, long id, CancellationToken ct) =>
        db.FindAsync<RunnerRow>(
            $"SELECT r.* FROM runners r WHERE r.id = @id AND {Own(here)}",
            new
            {
                id,
                project = here.Project?.Id ?? 0,
                group = here.Group?.Id ?? 0,
            },
            ct
        );

    /// <summary>The list, as a part of a page.</summary>
    public static async Task<Html> ListAsync(PageView view, SettingsPlace here, Db db, CancellationToken ct)
    {
        var space = here.Project?.Project.NamespaceId ?? here.Group?.Group.ParentId;
        var rows = await db.QueryAsync<RunnerRow>(
            $"""
            WITH RECURSIVE up (id, parent_id) AS (
              SELECT id, parent_id FROM namespaces WHERE id = @space
              UNION ALL SELECT n.id, n.parent_id FROM namespaces n JOIN up ON n.id = up.parent_id)
            SELECT r.* FROM runners r WHERE {Own(
                here
            )} OR r.namespace_id IN (SELECT id FROM up) OR r.runner_type = 'instance_type' ORDER BY r.id DESC
            """,
            new
            {
                space,
                project = here.Project?.Id ?? 0,
                group = here.Group?.Id ?? 0,
            },
            ct
        );
        var projects = await db.QueryAsync<long>(
            "SELECT runner_id FROM runner_projects WHERE project_id = @project",
            new { project = here.Project?.Id ?? 0 },
            ct
        );
        var items = rows.Select(row => Row(view, here, row, IsOwn(here, row, projects)));
        var list =
            rows.Count == 0
                ? Lists.Empty(
                    "No runners yet",
                    Html.Of(
                        $"<p>Jobs wait until there is one. A runner is a program on any machine that can reach this server; making one here gives the command to type there.</p>"
                    )
                )
                : Html.Of($"<ul class=\"rows\">{items}</ul>");
        return Html.Of(
            $"""
            <section id="runners" aria-labelledby="runners-title"><div class="head">{here.Heading("runners", "Runners")}<a class="button" href="{here.To(
                "runners",
                "new"
            )}">New runner</a></div>{list}</section>
            """
        );
    }

    /// <summary>Whether it is there: a word with a picture of its own shape.</summary>
    public static Html Presence(RunnerRow runner, DateTimeOffset now)
    {
        var (word, tone) = runner.Paused == 1 ? ("paused", "quiet") : Presence(runner, now.ToUnixTimeMilliseconds());
        return Html.Of($"<span class=\"badge {tone}\"><span class=\"dot\" aria-hidden=\"true\"></span>{word.Replace('_', ' ')}</span>");
    }

    public static (string Word, string Tone) Presence(RunnerRow runner, long now)
    {
        var word = RunnerPresence.Of(runner.ContactedAt, runner.CreatedAt, now);
        return (
            word,
            word switch
            {
                RunnerPresence.Online => "good",
                RunnerPresence.NeverContacted => "warn",
                _ => "bad",
            }
        );
    }

    private static async Task<PageAnswer> AllAsync(PageView view, SettingsPlace here, Db db, CancellationToken ct) =>
        Layout.Answer(here.Frame(view, "Runners", "runners"), Html.Of($"{await ListAsync(view, here, db, ct)}"));

    private static Html Row(PageView view, SettingsPlace here, RunnerRow row, bool isOwn)
    {
        var name = row.Description.Length > 0 ? row.Description : $"runner {row.Id}";
        var title = isOwn
            ? Html.Of($"<a class=\"title\" href=\"{here.To("runners", $"{row.Id}")}\"><bdi>{name}</bdi></a>")
            : Html.Of($"<strong><bdi>{name}</bdi></strong>");
        var tags = Matching.Tags(row.Tags).Select(tag => Html.Of($"<span class=\"badge\"><bdi>{tag}</bdi></span> "));
        var whose = row.RunnerType switch
        {
            RunnerWords.Instance => "for all projects",
            RunnerWords.Group => "for a group",
            _ => "for a project",
        };
        var seen = row.ContactedAt is null ? Html.Nothing : Html.Of($" · heard of {Times.Ago(row.ContactedAt, view.Now)}");
        return Html.Of(
            $"""
            <li><div class="first">{Presence(row, view.Now)}</div><div class="main">{title} {tags}<div class="side">#{row.Id} · {whose}{(
                row.RunUntagged == 1 ? "" : " · only jobs with its tags"
            )}{(row.AccessLevel == RunnerWords.RefProtected ? " · protected branches only" : "")}{seen}</div></div></li>
            """
        );
    }

    private static PageAnswer New(PageView view, SettingsPlace here) => RunnerForm.NewPage(view, here, RunnerSettings.Unsaid, null, 200);

    private static async Task<IResult> CreateAsync(
        HttpContext http,
        PageView view,
        SettingsPlace here,
        RunnerStore runners,
        ShownOnce once,
        Db db,
        TimeProvider time,
        CancellationToken ct
    )
    {
        var form = await http.Request.ReadFormAsync(ct);
        var settings = RunnerForm.Read(form, RunnerSettings.Unsaid);
        if (settings.Problem is { } problem)
            return RunnerForm.NewPage(view, here, settings, $"{problem}.", 422);
        var (runner, token) = await runners.AddAsync(here.RunnerOwner, settings, view.User!.Id, ct);
        await RecordAsync(db, view, "runner_created", here, runner, time, ct);
        once.Put(http, $"runner {runner.Id}", token);
        return new SeeOther(
            here.To("runners", $"{runner.Id}", "register").With(("executor", form["executor"] == "shell" ? "shell" : null))
        );
    }

    /// <summary>What happens to runners is kept.</summary>
    public static Task<bool> RecordAsync(
        Db db,
        PageView view,
        string action,
        SettingsPlace here,
        RunnerRow runner,
        TimeProvider time,
        CancellationToken ct
    ) =>
        db.WriteAsync(
            async (session, token) =>
            {
                var details = new { runner.Id, runner.Description };
                await Audit.WriteAsync(session, view.User!.Username, action, here.Name, details, time.Milliseconds(), token);
                return true;
            },
            ct
        );

    private static bool IsOwn(SettingsPlace here, RunnerRow row, IReadOnlyList<long> ofProject) =>
        here.IsInstance
        || (here.Project is not null && row.RunnerType == RunnerWords.Project && ofProject.Contains(row.Id))
        || (here.Group is { } group && row.NamespaceId == group.Id);

    private static string Own(SettingsPlace here) =>
        here.Project is not null ? "r.id IN (SELECT runner_id FROM runner_projects WHERE project_id = @project)"
        : here.Group is not null ? "r.namespace_id = @group"
        : "1 = 1";
}
