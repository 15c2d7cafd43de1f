using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Slipway.Server.Accounts;
using Slipway.Server.Data;
using Slipway.Server.Http;

namespace Slipway.Server.Projects;

/// <summary>Whose jobs may come into a project with their own token. https://docs.gitlab.com/api/project_job_token_scopes/</summary>
internal static class JobTokenScopeApi
{
    /// <summary>GitLab's limit, of projects and groups together.</summary>
    private const int MaxEntries = 200;

    private static readonly Access Keeper = new Access.OnProject(Abilities.AdminJobTokenScope);

    public static void MapJobTokenScope(this IEndpointRouteBuilder v4)
    {
        var scope = v4.MapGroup("/projects/{project}/job_token_scope");
        scope.MapGet("", () => Answers.Ok(new { inbound_enabled = true, outbound_enabled = false })).Allow(Keeper);
        scope.MapPatch("", Enable).Allow(Keeper);
        scope.MapGet("/allowlist", ProjectsAsync).Allow(Keeper);
        scope.MapPost("/allowlist", AddProjectAsync).Allow(Keeper);
        scope
            .MapDelete(
                "/allowlist/{other:long}",
                (long other, ProjectContext here, Actor actor, Db db, TimeProvider time, CancellationToken ct) =>
                    RemoveAsync("from_project_id", other, here, actor, db, time, ct)
            )
            .Allow(Keeper);
        scope.MapGet("/groups_allowlist", GroupsAsync).Allow(Keeper);
        scope.MapPost("/groups_allowlist", AddGroupAsync).Allow(Keeper);
        scope
            .MapDelete(
                "/groups_allowlist/{other:long}",
                (long other, ProjectContext here, Actor actor, Db db, TimeProvider time, CancellationToken ct) =>
                    RemoveAsync("from_namespace_id", other, here, actor, db, time, ct)
            )
            .Allow(Keeper);
    }

    /// <summary>The list cannot be turned off: GitLab is about to forbid that too.</summary>
    private static IResult Enable(Parameters parameters) =>
        parameters.Flag("enabled") switch
        {
            null => Answers.BadParameter("enabled is missing"),
            true => Answers.NoContent,
            false => Answers.Message(400, "400 Bad request - The allowlist is always enforced"),
        };

    private static async Task<IResult> ProjectsAsync(
        HttpContext http,
        ProjectContext here,
        Paging paging,
        Db db,
        ServerUrl url,
        CancellationToken ct
    )
    {
        const string where = "id = @Id OR id IN (SELECT from_project_id FROM job_token_allowlist WHERE project_id = @Id)";
        var total = await db.FindAsync<long>($"SELECT COUNT(*) FROM projects WHERE {where}", new { here.Id }, ct);
        var rows = await db.QueryAsync<ProjectRow>(
            $"SELECT {ProjectRow.Columns} FROM projects WHERE {where} ORDER BY id{paging.Limit}",
            new { here.Id },
            ct
        );
        return http.Page(paging, total, await ProjectAnswers.SimpleAsync(db, rows, url, ct));
    }

    private static async Task<IResult> GroupsAsync(
        HttpContext http,
        ProjectContext here,
        Paging paging,
        Db db,
        ServerUrl url,
        CancellationToken ct
    )
    {
        const string where = "id IN (SELECT from_namespace_id FROM job_token_allowlist WHERE project_id = @Id)";
        var total = await db.FindAsync<long>($"SELECT COUNT(*) FROM namespaces WHERE {where}", new { here.Id }, ct);
        var rows = await db.QueryAsync<NamespaceRow>(
            $"SELECT {NamespaceRow.Columns} FROM namespaces WHERE {where} ORDER BY id{paging.Limit}",
            new { here.Id },
            ct
        );
        return http.Page(
            paging,
            total,
            rows.Select(row => new
            {
                row.Id,
                row.Name,
                web_url = url.Of("/groups/" + row.FullPath),
            })
        );
    }

    private static async Task<IResult> AddProjectAsync(
        ProjectContext here,
        Parameters parameters,
        Actor actor,
        Db db,
        TimeProvider time,
        CancellationToken ct
    )
    {
        if (parameters.Number("target_project_id") is not { } id)
            return Answers.BadParameter("target_project_id is missing");
        var other = await Lookup.ProjectAsync(db, $"{id}", ct);
        var verdict = await ProjectAccess.CheckAsync(db, actor, other, Abilities.ReadProject, Scopes.Api, true, time.Milliseconds(), ct);
        return verdict is not Verdict.Allowed
            ? Answers.NotFound("Target Project")
            : await AddAsync("from_project_id", id, "target_project_id", here, actor, db, time, ct);
    }

    private static async Task<IResult> AddGroupAsync(
        ProjectContext here,
        Parameters parameters,
        Actor actor,
        Db db,
        TimeProvider time,
        CancellationToken ct
    )
    {
        if (parameters.Number("target_group_id") is not { } id)
            return Answers.BadParameter("target_group_id is missing");
        var group = await Lookup.GroupAsync(db, $"{id}", ct);
        var role = group is null ? Role.None : await Roles.InNamespaceAsync(db, actor.Responsible!, id, time.Milliseconds(), ct);
        return group is null || (group.Visibility == "private" && role == Role.None)
            ? Answers.NotFound("Target Group")
            : await AddAsync("from_namespace_id", id, "target_group_id", here, actor, db, time, ct);
    }

    private static async Task<IResult> AddAsync(
        string column,
        long other,
        string parameter,
        ProjectContext here,
        Actor actor,
        Db db,
        TimeProvider time,
        CancellationToken ct
    )
    {
        var now = time.Milliseconds();
        var error = await db.WriteAsync(
            async (session, token) =>
            {
                var args = new
                {
                    here.Id,
                    other,
                    now,
                };
                if (
                    await session.FindAsync<long>(
                        $"SELECT id FROM job_token_allowlist WHERE project_id = @Id AND {column} = @other",
                        args,
                        token
                    ) != 0
                )
                    return "Target project is already in the job token scope";
                if (
                    await session.FindAsync<long>("SELECT COUNT(*) FROM job_token_allowlist WHERE project_id = @Id", args, token)
                    >= MaxEntries
                )
                    return $"Job token scope has reached its limit of {MaxEntries}";
                await session.ExecuteAsync(
                    $"INSERT INTO job_token_allowlist (project_id, {column}, created_at) VALUES (@Id, @other, @now)",
                    args,
                    token
                );
                await Audit.WriteAsync(session, actor.Name, "job_token_scope_added", $"project {here.Project.FullPath}", args, now, token);
                return null;
            },
            ct
        );
        return error is null
            ? Answers.Created(new Dictionary<string, long> { ["source_project_id"] = here.Id, [parameter] = other })
            : Answers.Message(400, $"400 Bad request - {error}");
    }

    private static async Task<IResult> RemoveAsync(
        string column,
        long other,
        ProjectContext here,
        Actor actor,
        Db db,
        TimeProvider time,
        CancellationToken ct
    )
    {
        var now = time.Milliseconds();
        var removed = await db.WriteAsync(
            async (session, token) =>
            {
                var args = new { here.Id, other };
                var gone = await session.ExecuteAsync(
                    $"DELETE FROM job_token_allowlist WHERE project_id = @Id AND {column} = @other",
                    args,
                    token
                );
                if (gone > 0)
                    await Audit.WriteAsync(
                        session,
                        actor.Name,
                        "job_token_scope_removed",
                        $"project {here.Project.FullPath}",
                        args,
                        now,
                        token
                    );
                return gone;
            },
            ct
        );
        return removed == 0 ? Answers.NotFound() : Answers.NoContent;
    }
}
