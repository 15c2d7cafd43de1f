using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Slipway.Server.Accounts;
using Slipway.Server.Data;
using Slipway.Server.Http;
using Slipway.Server.Pipelines;
using Slipway.Server.Projects;

namespace Slipway.Server.Runners;

/// <summary>The runners of a project and of a group, and the registration tokens of both and of the instance. https://docs.gitlab.com/api/runners/</summary>
internal static class OwnersRunnersApi
{
    private const string Above = """
        WITH RECURSIVE up (id, parent_id) AS (
          SELECT id, parent_id FROM namespaces WHERE id = @space
          UNION ALL SELECT n.id, n.parent_id FROM namespaces n JOIN up ON n.id = up.parent_id)
        SELECT id FROM up
        """;

    public static void MapOwnersRunners(this IEndpointRouteBuilder v4)
    {
        var admin = new Access.OnProject(Abilities.AdminRunners, Scopes.ManageRunner);
        v4.MapGet("/projects/{project}/runners", OfProjectAsync).Allow(new Access.OnProject(Abilities.ReadRunners, Scopes.ManageRunner));
        v4.MapPost("/projects/{project}/runners", AssignAsync).Allow(admin);
        v4.MapDelete("/projects/{project}/runners/{id:long}", UnassignAsync).Allow(admin);
        v4.MapPost("/projects/{project}/runners/reset_registration_token", ResetOfProjectAsync).Allow(admin);
        v4.MapGet("/groups/{group}/runners", OfGroupAsync).Allow(new Access.OnGroup(Role.Maintainer, Scopes.ManageRunner));
        v4.MapPost("/groups/{group}/runners/reset_registration_token", ResetOfGroupAsync).Allow(new Access.OnGroup(Role.Owner));
        v4.MapPost("/runners/reset_registration_token", ResetOfInstanceAsync).Allow(new Access.Administrator());
    }

    private static async Task<IResult> OfProjectAsync(
        HttpContext http,
        ProjectContext here,
        Parameters p,
        Paging paging,
        Db db,
        RunnerList list,
        CancellationToken ct
    )
    {
        var groups = await db.QueryAsync<long>(Above, new { space = here.Project.NamespaceId }, ct);
        var where = "r.id IN (SELECT runner_id FROM runner_projects WHERE project_id = @owner)";
        if (here.Settings.GroupRunnersEnabled)
            where += " OR r.namespace_id IN @groups";
        if (here.Settings.SharedRunnersEnabled)
            where += " OR r.runner_type = 'instance_type'";
        return await list.PageAsync(http, $"({where})", new { owner = here.Id, groups = new In<long>(groups) }, p, paging, ct);
    }

    private static async Task<IResult> OfGroupAsync(
        HttpContext http,
        GroupContext here,
        Parameters p,
        Paging paging,
        Db db,
        RunnerList list,
        CancellationToken ct
    )
    {
        var groups = await db.QueryAsync<long>(Above, new { space = here.Id }, ct);
        const string where = "(r.namespace_id IN @groups OR r.runner_type = 'instance_type')";
        return await list.PageAsync(http, where, new { groups = new In<long>(groups) }, p, paging, ct);
    }

    private static async Task<IResult> AssignAsync(
        Actor actor,
        ProjectContext here,
        Parameters p,
        Db db,
        JobBell bell,
        RunnerStore runners,
        RunnerRights rights,
        RunnerList list,
        CancellationToken ct
    )
    {
        if (p.Number("runner_id") is not { } id)
            return Answers.BadParameter("runner_id is missing");
        if (await runners.FindAsync(id, ct) is not { } runner)
            return Answers.NotFound("Runner");
        if (runner.RunnerType != RunnerWords.Project)
            return Answers.Forbidden("Runner is not a project runner");
        if (runner.Locked == 1)
            return Answers.Forbidden("Runner is locked");
        if (!await rights.MayManageAsync(actor.Responsible!, runner, ct))
            return Answers.Forbidden("No access granted");
        const string assign =
            "INSERT INTO runner_projects (runner_id, project_id) VALUES (@runner, @Id) ON CONFLICT (runner_id, project_id) DO NOTHING";
        if (await db.ExecuteAsync(assign, new { runner = id, here.Id }, ct) == 0)
            return Answers.Invalid("runner_projects", "is invalid");
        bell.Ring();
        return Answers.Created(await list.WholeAsync(runner, ct));
    }

    /// <summary>A project's runner always has one project.</summary>
    private static async Task<IResult> UnassignAsync(ProjectContext here, long id, Db db, RunnerRights rights, CancellationToken ct)
    {
        var projects = await rights.ProjectsAsync(id, ct);
        if (!projects.Contains(here.Id))
            return Answers.NotFound("Runner");
        if (projects.Count == 1)
            return Answers.Forbidden("Only one project associated with the runner. Please remove the runner instead");
        await db.ExecuteAsync(
            "DELETE FROM runner_projects WHERE runner_id = @runner AND project_id = @Id",
            new { runner = id, here.Id },
            ct
        );
        return Answers.NoContent;
    }

    private static Task<IResult> ResetOfProjectAsync(ProjectContext here, RegistrationTokens tokens, CancellationToken ct) =>
        ResetAsync(new RunnerOwner.Project(here.Id), tokens, ct);

    private static Task<IResult> ResetOfGroupAsync(GroupContext here, RegistrationTokens tokens, CancellationToken ct) =>
        ResetAsync(new RunnerOwner.Group(here.Id), tokens, ct);

    private static Task<IResult> ResetOfInstanceAsync(RegistrationTokens tokens, CancellationToken ct) =>
        ResetAsync(new RunnerOwner.Instance(), tokens, ct);

    private static async Task<IResult> ResetAsync(RunnerOwner owner, RegistrationTokens tokens, CancellationToken ct) =>
        Answers.Created(new { token = await tokens.ResetAsync(owner, ct), token_expires_at = (DateTimeOffset?)null });
}
