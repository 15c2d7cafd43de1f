using Microsoft.AspNetCore.Http;
using Slipway.Server.Data;
using Slipway.Server.Http;
using Slipway.Server.Jobs;

namespace Slipway.Server.Runners;

/// <summary>Shows runners, alone and in lists.</summary>
internal sealed class RunnerList(Db db, ServerUrl url, TimeProvider time)
{
    private static readonly string[] Types = [RunnerWords.Instance, RunnerWords.Group, RunnerWords.Project];

    /// <summary>A part of a list, with what the call's filters leave of it.</summary>
    /// <param name="where">Of <c>runners r</c>; knows <c>@owner</c>.</param>
    public async Task<IResult> PageAsync(HttpContext http, string where, object owner, Parameters p, Paging paging, CancellationToken ct)
    {
        if (p.Text("type") is { } type && !Types.Contains(type))
            return Answers.BadParameter("type does not have a valid value");
        var rows = await db.QueryAsync<RunnerRow>($"SELECT r.* FROM runners r WHERE {where} ORDER BY r.id DESC", owner, ct);
        var now = time.Milliseconds();
        var fits = rows.Where(row => Fits(row, p, now)).ToList();
        var page = fits.Skip((int)paging.Offset).Take((int)paging.PerPage).ToList();
        var busy = await BusyAsync(page, ct);
        var addresses = (await ManagersAsync(page, ct)).ToLookup(manager => manager.RunnerId, manager => manager.Address);
        return http.Page(
            paging,
            fits.Count,
            page.Select(row => RunnerJson.Short(row, addresses[row.Id].FirstOrDefault(), busy.Contains(row.Id), now))
        );
    }

    public async Task<object> WholeAsync(RunnerRow runner, CancellationToken ct)
    {
        var managers = await ManagersAsync([runner], ct);
        var projects = await db.QueryAsync<ProjectRow>(
            $"SELECT {ProjectRow.Columns} FROM projects WHERE deleted_at IS NULL AND id IN (SELECT project_id FROM runner_projects WHERE runner_id = @Id) ORDER BY id",
            new { runner.Id },
            ct
        );
        var groups = await db.QueryAsync<NamespaceRow>(
            $"SELECT {NamespaceRow.Columns} FROM namespaces WHERE id = @NamespaceId",
            new { runner.NamespaceId },
            ct
        );
        var busy = await BusyAsync([runner], ct);
        return RunnerJson.Whole(
            runner,
            managers is [var newest, ..] ? newest : null,
            projects,
            groups,
            busy.Count > 0,
            time.Milliseconds(),
            url
        );
    }

    public async Task<IEnumerable<object>> ManagersOfAsync(RunnerRow runner, CancellationToken ct)
    {
        var busy = await db.QueryAsync<long?>(
            "SELECT DISTINCT runner_manager_id FROM jobs WHERE runner_id = @Id AND status IN ('running', 'canceling')",
            new { runner.Id },
            ct
        );
        var now = time.Milliseconds();
        return (await ManagersAsync([runner], ct)).Select(row => RunnerJson.Manager(row, busy.Contains(row.Id), now));
    }

    private static bool Fits(RunnerRow row, Parameters p, long now)
    {
        if (p.Text("type") is { } type && row.RunnerType != type)
            return false;
        if (p.Flag("paused") is { } paused && paused != (row.Paused == 1))
            return false;
        if (p.List("tag_list") is { } tags && !tags.All(Matching.Tags(row.Tags).Contains))
            return false;
        return (p.Text("status") ?? p.Text("scope")) switch
        {
            "active" => row.Paused == 0,
            "paused" => row.Paused == 1,
            ("online" or "offline" or "stale" or "never_contacted") and var status => RunnerPresence.Of(row.ContactedAt, row.CreatedAt, now)
                == status,
            _ => true,
        };
    }

    /// <summary>Those that have a job.</summary>
    private async Task<HashSet<long>> BusyAsync(IReadOnlyList<RunnerRow> runners, CancellationToken ct) =>
        [
            .. await db.QueryAsync<long>(
                "SELECT DISTINCT runner_id FROM jobs WHERE runner_id IN @ids AND status IN ('running', 'canceling')",
                new { ids = new In<long>([.. runners.Select(row => row.Id)]) },
                ct
            ),
        ];

    /// <summary>Their processes, who was heard of last first.</summary>
    private Task<IReadOnlyList<RunnerManagerRow>> ManagersAsync(IReadOnlyList<RunnerRow> runners, CancellationToken ct) =>
        db.QueryAsync<RunnerManagerRow>(
            "SELECT * FROM runner_managers WHERE runner_id IN @ids ORDER BY contacted_at DESC, id DESC",
            new { ids = new In<long>([.. runners.Select(row => row.Id)]) },
            ct
        );
}
