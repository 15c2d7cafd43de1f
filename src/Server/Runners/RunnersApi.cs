using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Slipway.Engine;
using Slipway.Protocol.Coordination;
using Slipway.Server.Accounts;
using Slipway.Server.Data;
using Slipway.Server.Http;
using Slipway.Server.Jobs;

namespace Slipway.Server.Runners;

/// <summary>Runners, one by one, for people and their scripts. https://docs.gitlab.com/api/runners/</summary>
internal static class RunnersApi
{
    public static void MapRunners(this IEndpointRouteBuilder v4)
    {
        var manages = new Access.SignedIn(Scopes.ManageRunner);
        v4.MapPost("/user/runners", CreateAsync).Allow(new Access.SignedIn(Scopes.CreateRunner));
        v4.MapGet("/runners", OwnAsync).Allow(manages);
        v4.MapGet("/runners/all", AllAsync).Allow(new Access.Administrator(Scopes.ManageRunner));
        v4.MapGet("/runners/{id:long}", ShowAsync).Allow(manages);
        v4.MapPut("/runners/{id:long}", ChangeAsync).Allow(manages);
        v4.MapDelete("/runners/{id:long}", RemoveAsync).Allow(manages);
        v4.MapGet("/runners/{id:long}/jobs", JobsAsync).Allow(manages);
        v4.MapGet("/runners/{id:long}/managers", ManagersAsync).Allow(manages);
        v4.MapPost("/runners/{id:long}/reset_authentication_token", ResetTokenAsync).Allow(manages);
    }

    private static async Task<IResult> CreateAsync(
        Actor actor,
        Parameters p,
        RunnerStore runners,
        RunnerRights rights,
        CancellationToken ct
    )
    {
        var (owner, problem) = OwnerOf(p);
        if (owner is null)
            return problem!;
        var user = actor.Responsible!;
        if (!await rights.MayManageAsync(user, owner, ct))
            return Answers.Forbidden();
        var settings = RunnerSettings.Read(p);
        if (settings.Problem is { } error)
            return error.Answer();
        var (runner, token) = await runners.AddAsync(owner, settings, user.Id, ct);
        return Answers.Created(RegistrationApi.Credentials(runner, token));
    }

    private static (RunnerOwner? Owner, IResult? Problem) OwnerOf(Parameters p) =>
        (p.Text("runner_type"), p.Number("group_id"), p.Number("project_id")) switch
        {
            (null, _, _) => (null, Answers.BadParameter("runner_type is missing")),
            (RunnerWords.Instance, _, _) => (new RunnerOwner.Instance(), null),
            (RunnerWords.Group, { } group, _) => (new RunnerOwner.Group(group), null),
            (RunnerWords.Group, null, _) => (null, Answers.BadParameter("group_id is missing")),
            (RunnerWords.Project, _, { } project) => (new RunnerOwner.Project(project), null),
            (RunnerWords.Project, _, null) => (null, Answers.BadParameter("project_id is missing")),
            _ => (null, Answers.BadParameter("runner_type does not have a valid value")),
        };

    /// <summary>The groups' and projects' runners that whoever asks may change.</summary>
    private static async Task<IResult> OwnAsync(
        HttpContext http,
        Actor actor,
        Parameters p,
        Paging paging,
        Db db,
        RunnerRights rights,
        RunnerList list,
        CancellationToken ct
    )
    {
        var own = new List<long>();
        foreach (var runner in await db.QueryAsync<RunnerRow>("SELECT * FROM runners WHERE runner_type <> 'instance_type'", null, ct))
            if (await rights.MayManageAsync(actor.Responsible!, runner, ct))
                own.Add(runner.Id);
        return await list.PageAsync(http, "r.id IN @owner", new { owner = new In<long>(own) }, p, paging, ct);
    }

    private static Task<IResult> AllAsync(HttpContext http, Parameters p, Paging paging, RunnerList list, CancellationToken ct) =>
        list.PageAsync(http, "1 = 1", new { owner = 0L }, p, paging, ct);

    private static Task<IResult> ShowAsync(
        Actor actor,
        long id,
        RunnerStore runners,
        RunnerRights rights,
        RunnerList list,
        CancellationToken ct
    ) => WithAsync(actor, id, runners, rights, async runner => Answers.Ok(await list.WholeAsync(runner, ct)), ct);

    private static Task<IResult> ChangeAsync(
        Actor actor,
        long id,
        Parameters p,
        RunnerStore runners,
        RunnerRights rights,
        RunnerList list,
        CancellationToken ct
    ) =>
        WithAsync(
            actor,
            id,
            runners,
            rights,
            async runner =>
            {
                var settings = RunnerSettings.Read(p, runner);
                if (settings.Problem is { } problem)
                    return problem.Answer();
                return await runners.ChangeAsync(runner.Id, settings, ct) is { } changed
                    ? Answers.Ok(await list.WholeAsync(changed, ct))
                    : Answers.NotFound("Runner");
            },
            ct
        );

    private static Task<IResult> RemoveAsync(Actor actor, long id, RunnerStore runners, RunnerRights rights, CancellationToken ct) =>
        WithAsync(
            actor,
            id,
            runners,
            rights,
            async runner =>
            {
                await runners.RemoveAsync(runner.Id, ct);
                return Answers.NoContent;
            },
            ct
        );

    private static Task<IResult> JobsAsync(
        HttpContext http,
        Actor actor,
        long id,
        Parameters p,
        Paging paging,
        RunnerStore runners,
        RunnerRights rights,
        JobList jobs,
        CancellationToken ct
    ) =>
        WithAsync(
            actor,
            id,
            runners,
            rights,
            _ =>
            {
                var status = p.Text("status") is { } word && Statuses.Parse(word) is not null ? $" AND j.status = '{word}'" : "";
                return jobs.PageAsync(http, $"j.runner_id = @owner{status}", id, p, paging, withProject: true, ct);
            },
            ct
        );

    private static Task<IResult> ManagersAsync(
        Actor actor,
        long id,
        RunnerStore runners,
        RunnerRights rights,
        RunnerList list,
        CancellationToken ct
    ) => WithAsync(actor, id, runners, rights, async runner => Answers.Ok(await list.ManagersOfAsync(runner, ct)), ct);

    private static Task<IResult> ResetTokenAsync(Actor actor, long id, RunnerStore runners, RunnerRights rights, CancellationToken ct) =>
        WithAsync(
            actor,
            id,
            runners,
            rights,
            async runner => Answers.Created(new RunnerToken(await runners.ResetTokenAsync(runner, ct), runner.TokenExpiresAt.Instant())),
            ct
        );

    private static async Task<IResult> WithAsync(
        Actor actor,
        long id,
        RunnerStore runners,
        RunnerRights rights,
        Func<RunnerRow, Task<IResult>> then,
        CancellationToken ct
    )
    {
        if (await runners.FindAsync(id, ct) is not { } runner)
            return Answers.NotFound("Runner");
        return await rights.MayManageAsync(actor.Responsible!, runner, ct) ? await then(runner) : Answers.Forbidden("No access granted");
    }
}
