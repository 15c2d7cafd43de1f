using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Slipway.Server.Accounts;
using Slipway.Server.Data;
using Slipway.Server.Git;
using Slipway.Server.Http;
using Slipway.Server.Pipelines;
using Slipway.Server.Projects;

namespace Slipway.Server.Schedules;

/// <summary>https://docs.gitlab.com/api/pipeline_schedules/</summary>
internal static class SchedulesApi
{
    private const string NotAuthorized = "The current user is not authorized to set up a pipeline schedule for that branch or tag";

    public static void MapSchedules(this IEndpointRouteBuilder v4)
    {
        var read = new Access.OnProject(Abilities.ReadSchedules);
        var write = new Access.OnProject(Abilities.CreateSchedule);
        var schedules = v4.MapGroup("/projects/{project}/pipeline_schedules");
        schedules.MapGet("", ListAsync).Allow(read);
        schedules.MapPost("", CreateAsync).Allow(write);
        schedules.MapGet("/{id:long}", ShowAsync).Allow(read);
        schedules.MapPut("/{id:long}", ChangeAsync).Allow(write);
        schedules.MapDelete("/{id:long}", RemoveAsync).Allow(write);
        schedules.MapGet("/{id:long}/pipelines", PipelinesAsync).Allow(read);
        schedules.MapPost("/{id:long}/take_ownership", TakeAsync).Allow(write);
        schedules.MapPost("/{id:long}/play", PlayAsync).Allow(new Access.OnProject(Abilities.CreatePipeline));
    }

    private static async Task<IResult> ListAsync(
        HttpContext http,
        ProjectContext here,
        Parameters p,
        Paging paging,
        Db db,
        ServerUrl url,
        CancellationToken ct
    )
    {
        if (p.Text("scope") is { } scope && scope is not ("active" or "inactive"))
            return Answers.BadParameter("scope does not have a valid value");
        var active = p.Text("scope") switch
        {
            "active" => " AND active = 1",
            "inactive" => " AND active = 0",
            _ => "",
        };
        var where = $"FROM pipeline_schedules WHERE project_id = @Id{active}";
        var total = await db.FindAsync<long>($"SELECT count(*) {where}", new { here.Id }, ct);
        var rows = await db.QueryAsync<PipelineScheduleRow>($"SELECT * {where} ORDER BY id{paging.Limit}", new { here.Id }, ct);
        var owners = await db.QueryAsync<UserRow>(
            $"SELECT {UserRow.Columns} FROM users WHERE id IN @ids",
            new { ids = new In<long>([.. rows.Select(row => row.OwnerId).Distinct()]) },
            ct
        );
        return http.Page(
            paging,
            total,
            rows.Select(row => ScheduleJson.Short(row, owners.FirstOrDefault(one => one.Id == row.OwnerId), url))
        );
    }

    private static async Task<IResult> ShowAsync(
        Actor actor,
        ProjectContext here,
        long id,
        ScheduleStore store,
        ScheduleViews views,
        CancellationToken ct
    ) => await store.FindAsync(here.Id, id, ct) is { } row ? Answers.Ok(await views.WholeAsync(here, actor, row, ct)) : NotFound;

    private static async Task<IResult> PipelinesAsync(
        HttpContext http,
        ProjectContext here,
        long id,
        Parameters p,
        Paging paging,
        Db db,
        ScheduleStore store,
        ServerUrl url,
        CancellationToken ct
    )
    {
        if (await store.FindAsync(here.Id, id, ct) is null)
            return NotFound;
        var (filter, problem) = PipelineFilter.Read(p, here.Id);
        if (problem is not null)
            return Answers.BadParameter(problem);
        var args = new Dictionary<string, object?>(filter.Arguments) { ["schedule"] = id };
        var where = $"FROM pipelines p {filter.Where} AND p.schedule_id = @schedule";
        var total = await db.FindAsync<long>($"SELECT count(*) {where}", args, ct);
        // The oldest first, as nowhere else.
        var order = p.Text("sort") == "desc" ? "desc" : "asc";
        var rows = await db.QueryAsync<PipelineRow>($"SELECT p.* {where} ORDER BY p.id {order}{paging.Limit}", args, ct);
        return http.Page(paging, total, rows.Select(row => PipelineJson.Short(row, here.Project, url)));
    }

    private static async Task<IResult> CreateAsync(
        Actor actor,
        ProjectContext here,
        Parameters p,
        Db db,
        Repositories repositories,
        ScheduleStore store,
        ScheduleViews views,
        CancellationToken ct
    )
    {
        foreach (var needed in (string[])["description", "ref", "cron"])
            if (p.Text(needed) is null)
                return Answers.BadParameter($"{needed} is missing");
        var (wanted, problem) = await ScheduleChange.ReadAsync(p, null, repositories.Of(here.Id), ct);
        if (wanted is null)
            return problem!.Answer();
        var user = actor.Responsible!;
        if (!await ProtectedRefs.MayRunOnAsync(db, here, user, wanted.ShortRef, wanted.IsTag, ct))
            return Answers.Invalid("base", NotAuthorized);
        return await store.CreateAsync(here.Id, user.Id, wanted, ct) is { } made
            ? Answers.Created(await views.WholeAsync(here, actor, made, ct))
            : Answers.Invalid("base", $"Maximum number of pipeline schedules ({ScheduleStore.Most}) exceeded");
    }

    private static async Task<IResult> ChangeAsync(
        Actor actor,
        ProjectContext here,
        long id,
        Parameters p,
        Db db,
        Repositories repositories,
        ScheduleStore store,
        ScheduleViews views,
        CancellationToken ct
    )
    {
        if (await store.FindAsync(here.Id, id, ct) is not { } row)
            return NotFound;
        if (!ScheduleRights.MayChange(here, actor.Responsible, row))
            return Answers.Forbidden();
        var (wanted, problem) = await ScheduleChange.ReadAsync(p, row, repositories.Of(here.Id), ct);
        if (wanted is null)
            return problem!.Answer();
        if (!await ProtectedRefs.MayRunOnAsync(db, here, actor.Responsible!, wanted.ShortRef, wanted.IsTag, ct))
            return Answers.Invalid("base", NotAuthorized);
        return await store.ChangeAsync(row, wanted, ct) is { } changed
            ? Answers.Ok(await views.WholeAsync(here, actor, changed, ct))
            : NotFound;
    }

    private static async Task<IResult> RemoveAsync(Actor actor, ProjectContext here, long id, ScheduleStore store, CancellationToken ct)
    {
        if (await store.FindAsync(here.Id, id, ct) is not { } row)
            return NotFound;
        if (!ScheduleRights.MayAdmin(here, actor.Responsible, row))
            return Answers.Forbidden();
        await store.RemoveAsync(row, ct);
        return Answers.NoContent;
    }

    private static async Task<IResult> TakeAsync(
        Actor actor,
        ProjectContext here,
        long id,
        ScheduleStore store,
        ScheduleViews views,
        CancellationToken ct
    )
    {
        if (await store.FindAsync(here.Id, id, ct) is not { } row)
            return NotFound;
        var user = actor.Responsible!;
        if (!ScheduleRights.MayAdmin(here, user, row))
            return Answers.Forbidden();
        if (row.OwnerId == user.Id)
            return Answers.Ok(await views.WholeAsync(here, actor, row, ct));
        return await store.GiveAsync(row, user.Id, ct) is { } taken
            ? Answers.Created(await views.WholeAsync(here, actor, taken, ct))
            : NotFound;
    }

    private static async Task<IResult> PlayAsync(
        Actor actor,
        ProjectContext here,
        long id,
        ScheduleStore store,
        ScheduleRuns runs,
        CancellationToken ct
    )
    {
        if (await store.FindAsync(here.Id, id, ct) is not { } row)
            return NotFound;
        // In the name of who wants it now: the owner's rights are not for others to use.
        return await runs.RunAsync(row, here.Project, actor.Responsible!, null, ct) switch
        {
            PipelineOutcome.Created => Answers.Message(StatusCodes.Status201Created, "201 Created"),
            PipelineOutcome.Refused refused => Answers.Invalid("base", refused.Message),
            var other => throw new InvalidOperationException(other.GetType().Name),
        };
    }

    private static IResult NotFound => Answers.NotFound("Pipeline Schedule");
}
