using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Slipway.Server.Accounts;
using Slipway.Server.Data;
using Slipway.Server.Http;
using Slipway.Server.Work;

namespace Slipway.Server.Projects;

/// <summary>Projects are found, made, changed and removed. https://docs.gitlab.com/api/projects/</summary>
internal static class ProjectsApi
{
    private static readonly Access Anybody = new Access.Everyone("a list holds public projects and those of who asks");

    public static void MapProjects(this IEndpointRouteBuilder v4)
    {
        v4.MapGet("/projects", ListAsync).Allow(Anybody);
        v4.MapGet("/users/{user}/projects", OfUserAsync).Allow(Anybody);
        v4.MapGet("/groups/{group}/projects", OfGroupAsync).Allow(new Access.OnGroup(Role.None));
        v4.MapPost("/projects", CreateAsync).Allow(new Access.SignedIn());
        v4.MapPost("/projects/user/{user:long}", CreateForAsync).Allow(new Access.Administrator());
        v4.MapGet("/projects/{project}", FindAsync).Allow(new Access.OnProject(Abilities.ReadProject));
        v4.MapPut("/projects/{project}", ChangeAsync).Allow(new Access.OnProject(Abilities.AdminProject));
        v4.MapDelete("/projects/{project}", RemoveAsync).Allow(new Access.OnProject(Abilities.RemoveProject));
        v4.MapPost("/projects/{project}/archive", ArchiveAsync).Allow(new Access.OnProject(Abilities.ArchiveProject));
        v4.MapPost("/projects/{project}/unarchive", UnarchiveAsync).Allow(new Access.OnProject(Abilities.ArchiveProject));
        v4.MapPut("/projects/{project}/transfer", TransferAsync).Allow(new Access.OnProject(Abilities.RemoveProject));
    }

    private static Task<IResult> ListAsync(
        HttpContext http,
        Paging paging,
        Parameters parameters,
        Actor actor,
        Db db,
        ServerUrl url,
        TimeProvider time,
        CancellationToken ct
    ) => PageAsync(ProjectList.Of(parameters, actor, null, false, time.Milliseconds()), http, paging, parameters, actor, db, url, time, ct);

    private static async Task<IResult> OfUserAsync(
        string user,
        HttpContext http,
        Paging paging,
        Parameters parameters,
        Actor actor,
        Db db,
        ServerUrl url,
        TimeProvider time,
        CancellationToken ct
    )
    {
        var found = long.TryParse(user, out var id) ? await UserStore.FindAsync(db, id, ct) : await UserStore.FindAsync(db, user, ct);
        if (found is null || await Lookup.NamespaceAsync(db, found.Username, ct) is not { } space)
            return Answers.NotFound("User");
        var list = ProjectList.Of(parameters, actor, space, false, time.Milliseconds());
        return await PageAsync(list, http, paging, parameters, actor, db, url, time, ct);
    }

    private static Task<IResult> OfGroupAsync(
        GroupContext here,
        HttpContext http,
        Paging paging,
        Parameters parameters,
        Actor actor,
        Db db,
        ServerUrl url,
        TimeProvider time,
        CancellationToken ct
    )
    {
        var isDeep = parameters.Flag("include_subgroups") == true;
        var list = ProjectList.Of(parameters, actor, here.Group, isDeep, time.Milliseconds());
        return PageAsync(list, http, paging, parameters, actor, db, url, time, ct);
    }

    private static async Task<IResult> PageAsync(
        ProjectList list,
        HttpContext http,
        Paging paging,
        Parameters parameters,
        Actor actor,
        Db db,
        ServerUrl url,
        TimeProvider time,
        CancellationToken ct
    )
    {
        var total = await db.FindAsync<long>(list.Count, list.Args, ct);
        var rows = await db.QueryAsync<ProjectRow>(list.Select + paging.Limit, list.Args, ct);
        return parameters.Flag("simple") == true || actor is Actor.Nobody
            ? http.Page(paging, total, await ProjectAnswers.SimpleAsync(db, rows, url, ct))
            : http.Page(paging, total, await ProjectAnswers.FullAsync(db, rows, actor, url, time.Milliseconds(), ct));
    }

    private static async Task<IResult> FindAsync(
        ProjectContext here,
        Actor actor,
        Db db,
        ProjectTies ties,
        ServerUrl url,
        TimeProvider time,
        CancellationToken ct
    ) => Answers.Ok(await WholeAsync(db, ties, here.Project, actor, url, time.Milliseconds(), ct));

    /// <summary>One project, with what a list has not.</summary>
    private static async Task<JsonObject> WholeAsync(
        Db db,
        ProjectTies ties,
        ProjectRow row,
        Actor actor,
        ServerUrl url,
        long now,
        CancellationToken ct
    )
    {
        var whole = await ProjectAnswers.FullAsync(db, row, actor, url, now, ct);
        if (actor is not Actor.Nobody)
            whole["container_expiration_policy"] = await ties.ShowCleanup(row.Id, ct);
        return whole;
    }

    private static Task<IResult> CreateAsync(
        Parameters parameters,
        Actor actor,
        Db db,
        ServerUrl url,
        TimeProvider time,
        CancellationToken ct
    ) => ProjectCreation.AnswerAsync(parameters, actor.Responsible!, actor, db, url, time, ct);

    private static async Task<IResult> CreateForAsync(
        long user,
        Parameters parameters,
        Actor actor,
        Db db,
        ServerUrl url,
        TimeProvider time,
        CancellationToken ct
    ) =>
        await UserStore.FindAsync(db, user, ct) is { Kind: "human" } owner
            ? await ProjectCreation.AnswerAsync(parameters, owner, actor, db, url, time, ct)
            : Answers.NotFound("User");

    private static async Task<IResult> ChangeAsync(
        ProjectContext here,
        Parameters parameters,
        Actor actor,
        Db db,
        ProjectTies ties,
        ServerUrl url,
        TimeProvider time,
        CancellationToken ct
    )
    {
        var row = here.Project;
        var isOwners = ((string[])["name", "path", "visibility"]).Any(name => parameters.Text(name) is not null);
        if (isOwners && here.Role < Role.Owner)
            return Answers.Forbidden();
        var (settings, refusal) = ProjectChange.Apply(here.Settings, parameters);
        if (settings is null)
            return refusal!;
        var branch = parameters.Text("default_branch");
        if (branch is not null && branch != row.DefaultBranch && !await ties.SetHead(row.Id, branch, ct))
            return Answers.Invalid("base", $"Could not set the default branch. Do you have a branch named '{branch}' in your repository?");
        var wanted = row with
        {
            Name = parameters.Text("name") ?? row.Name,
            Path = parameters.Text("path") ?? row.Path,
            Description = parameters.Text("description") ?? row.Description,
            Visibility = parameters.Text("visibility") ?? row.Visibility,
            DefaultBranch = branch ?? row.DefaultBranch,
            Settings = settings.ToJson(),
        };
        var cleanup = await ties.ReadCleanup(row.Id, parameters, ct);
        if (cleanup.Wrong is { } invalid)
            return invalid.Answer();
        var now = time.Milliseconds();
        var error = await db.WriteAsync(
            async (session, token) =>
            {
                var wrong = await ProjectStore.ChangeAsync(session, row, wanted, token);
                if (wrong is not null)
                    return wrong;
                await cleanup.WriteAsync(session, token);
                await Audit.WriteAsync(session, actor.Name, "project_changed", $"project {row.FullPath}", null, now, token);
                return wrong;
            },
            ct
        );
        if (error is not null)
            return error.Answer();
        return await Lookup.ProjectAsync(db, $"{row.Id}", ct) is { } changed
            ? Answers.Ok(await WholeAsync(db, ties, changed, actor, url, now, ct))
            : Answers.NotFound("Project");
    }

    private static async Task<IResult> RemoveAsync(
        ProjectContext here,
        Actor actor,
        Db db,
        WorkLoop work,
        TimeProvider time,
        CancellationToken ct
    )
    {
        var now = time.Milliseconds();
        await db.WriteAsync((session, token) => ProjectRemoval.BeginAsync(session, work, here.Project, actor.Name, now, token), ct);
        return Answers.Message(StatusCodes.Status202Accepted, "202 Accepted");
    }

    private static Task<IResult> ArchiveAsync(
        ProjectContext here,
        Actor actor,
        Db db,
        ServerUrl url,
        TimeProvider time,
        CancellationToken ct
    ) => SetArchivedAsync(here, 1, actor, db, url, time, ct);

    private static Task<IResult> UnarchiveAsync(
        ProjectContext here,
        Actor actor,
        Db db,
        ServerUrl url,
        TimeProvider time,
        CancellationToken ct
    ) => SetArchivedAsync(here, 0, actor, db, url, time, ct);

    private static async Task<IResult> SetArchivedAsync(
        ProjectContext here,
        long archived,
        Actor actor,
        Db db,
        ServerUrl url,
        TimeProvider time,
        CancellationToken ct
    )
    {
        var now = time.Milliseconds();
        await db.WriteAsync(
            async (session, token) =>
            {
                await session.ExecuteAsync("UPDATE projects SET archived = @archived WHERE id = @Id", new { here.Id, archived }, token);
                var action = archived == 1 ? "project_archived" : "project_unarchived";
                await Audit.WriteAsync(session, actor.Name, action, $"project {here.Project.FullPath}", null, now, token);
                return true;
            },
            ct
        );
        return Answers.Created(await ProjectAnswers.FullAsync(db, here.Project with { Archived = archived }, actor, url, now, ct));
    }

    private static async Task<IResult> TransferAsync(
        ProjectContext here,
        Parameters parameters,
        Actor actor,
        Db db,
        ServerUrl url,
        TimeProvider time,
        CancellationToken ct
    )
    {
        var now = time.Milliseconds();
        if (parameters.Text("namespace") is not { } name)
            return Answers.BadParameter("namespace is missing");
        if (await Lookup.NamespaceAsync(db, name, ct) is not { } space)
            return Answers.NotFound("Namespace");
        if (await Roles.InNamespaceAsync(db, actor.Responsible!, space.Id, now, ct) < Role.Maintainer)
            return Answers.Message(400, "Transfer failed, please contact an admin.");
        var error = await db.WriteAsync(
            async (session, token) =>
            {
                var wrong = await ProjectStore.MoveAsync(session, here.Project, space, here.Project.Path, token);
                if (wrong is null)
                    await Audit.WriteAsync(
                        session,
                        actor.Name,
                        "project_transferred",
                        $"project {here.Project.FullPath}",
                        new { to = space.FullPath },
                        now,
                        token
                    );
                return wrong;
            },
            ct
        );
        if (error is not null)
            return error.Answer();
        return await Lookup.ProjectAsync(db, $"{here.Id}", ct) is { } moved
            ? Answers.Ok(await ProjectAnswers.FullAsync(db, moved, actor, url, now, ct))
            : Answers.NotFound("Project");
    }
}
