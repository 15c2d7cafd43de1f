using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Slipway.Compiler;
using Slipway.Server.Accounts;
using Slipway.Server.Data;
using Slipway.Server.Git;
using Slipway.Server.Http;
using Slipway.Server.Projects;

namespace Slipway.Server.Environments;

/// <summary>https://docs.gitlab.com/api/deployments/</summary>
internal static class DeploymentsApi
{
    private static readonly string[] s_statuses = ["created", "running", "success", "failed", "canceled", "skipped", "blocked"];

    /// <summary>What somebody may say of a deployment that is done elsewhere.</summary>
    private static readonly string[] s_told = ["running", "success", "failed", "canceled"];

    public static void MapDeployments(this IEndpointRouteBuilder v4)
    {
        var all = v4.MapGroup("/projects/{project}/deployments");
        all.MapGet("", ListAsync).Allow(new Access.OnProject(Abilities.ReadDeployment));
        all.MapGet("/{id:long}", ShowAsync).Allow(new Access.OnProject(Abilities.ReadDeployment));
        all.MapPost("", CreateAsync).Allow(new Access.OnProject(Abilities.CreateDeployment));
        all.MapPut("/{id:long}", ChangeAsync).Allow(new Access.OnProject(Abilities.UpdateDeployment));
        all.MapDelete("/{id:long}", RemoveAsync).Allow(new Access.OnProject(Abilities.DestroyDeployment));
    }

    private static async Task<IResult> ListAsync(
        HttpContext http,
        ProjectContext here,
        Parameters p,
        Paging paging,
        Db db,
        DeploymentList list,
        CancellationToken ct
    )
    {
        var order = p.Text("order_by") ?? "id";
        if (order is not ("id" or "iid" or "created_at" or "updated_at" or "finished_at" or "ref"))
            return Answers.BadParameter("order_by does not have a valid value");
        if (p.Text("sort") is not (null or "asc" or "desc"))
            return Answers.BadParameter("sort does not have a valid value");
        if (p.Text("status") is { } status && !s_statuses.Contains(status))
            return Answers.BadParameter("status does not have a valid value");
        var filter = new List<string>();
        foreach (var (name, clause) in Filters)
        {
            if (p.Text(name) is not { } text)
                continue;
            if (clause.Contains("_at ") && Instant(text) is null)
                return Answers.BadParameter($"{name} is invalid");
            filter.Add(clause);
        }

        var where = string.Concat(filter.Select(clause => " AND " + clause));
        var from = $"FROM deployments d WHERE d.project_id = @Id{where}";
        var arguments = new
        {
            here.Id,
            environment = p.Text("environment"),
            status = p.Text("status"),
            updated_after = Instant(p.Text("updated_after")),
            updated_before = Instant(p.Text("updated_before")),
            finished_after = Instant(p.Text("finished_after")),
            finished_before = Instant(p.Text("finished_before")),
        };
        var sort = p.Text("sort") == "desc" ? "DESC" : "ASC";
        var total = await db.FindAsync<long>($"SELECT COUNT(*) {from}", arguments, ct);
        var rows = await db.QueryAsync<DeploymentRow>(
            $"SELECT d.* {from} ORDER BY d.{order} {sort}, d.id {sort}{paging.Limit}",
            arguments,
            ct
        );
        return http.Page(paging, total, await list.JsonAsync(rows, ct));
    }

    private static readonly (string Name, string Clause)[] Filters =
    [
        ("environment", "d.environment_id IN (SELECT id FROM environments WHERE project_id = @Id AND name = @environment)"),
        ("status", "d.status = @status"),
        ("updated_after", "d.updated_at >= @updated_after"),
        ("updated_before", "d.updated_at <= @updated_before"),
        ("finished_after", "d.finished_at >= @finished_after"),
        ("finished_before", "d.finished_at <= @finished_before"),
    ];

    private static long? Instant(string? text) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at)
            ? at.ToUnixTimeMilliseconds()
            : null;

    private static async Task<IResult> ShowAsync(ProjectContext here, long id, DeploymentList list, CancellationToken ct) =>
        await list.FindAsync(here.Id, id, ct) is { } row ? Answers.Ok(await list.JsonAsync(row, ct)) : Answers.NotFound("Deployment");

    private static async Task<IResult> CreateAsync(
        Actor actor,
        ProjectContext here,
        Parameters p,
        Db db,
        Repositories repositories,
        EnvironmentStore environments,
        DeploymentList list,
        TimeProvider time,
        CancellationToken ct
    )
    {
        foreach (var needed in (string[])["environment", "sha", "ref", "tag", "status"])
            if (p.Text(needed) is not { Length: > 0 })
                return Answers.BadParameter($"{needed} is missing");
        if (!s_told.Contains(p.Text("status")))
            return Answers.BadParameter("status does not have a valid value");
        if (!EnvironmentNames.IsValid(p.Text("environment")!))
            return new FieldError("environment", EnvironmentNames.Rule).Answer();
        var (repository, tag) = (repositories.Of(here.Id), p.Flag("tag") ?? false);
        if (await repository.CommitAsync(p.Text("sha")!, ct) is not { } commit)
            return new FieldError("sha", "The commit does not exist").Answer();
        var name = p.Text("ref")!;
        if (!RefNames.IsValidShort(name) || await repository.RefAsync((tag ? RefNames.Tags : RefNames.Heads) + name, ct) is null)
            return new FieldError("ref", "The branch or tag does not exist").Answer();
        var made = await db.WriteAsync(
            async (session, token) =>
            {
                var environment = await environments.EnsureAsync(
                    session,
                    here.Id,
                    PipelineCompiler.EnvironmentNamed(p.Text("environment")!),
                    token
                );
                var row = await session.FindAsync<DeploymentRow>(
                    """
                    INSERT INTO deployments (project_id, iid, environment_id, user_id, ref, tag, sha, status, created_at, updated_at, finished_at)
                    VALUES (@project, (SELECT COALESCE(MAX(iid), 0) + 1 FROM deployments WHERE project_id = @project), @environment, @user, @name, @tag, @Sha,
                      'created', @now, @now, NULL)
                    RETURNING *
                    """,
                    new
                    {
                        project = here.Id,
                        environment = environment.Id,
                        user = actor.Responsible!.Id,
                        name,
                        tag = tag ? 1L : 0,
                        commit.Sha,
                        now = time.Milliseconds(),
                    },
                    token
                );
                return await MoveAsync(session, environments, row!, p.Text("status")!, time.Milliseconds(), token);
            },
            ct
        );
        return Answers.Created(await list.JsonAsync(made, ct));
    }

    private static async Task<IResult> ChangeAsync(
        ProjectContext here,
        long id,
        Parameters p,
        Db db,
        EnvironmentStore environments,
        DeploymentList list,
        TimeProvider time,
        CancellationToken ct
    )
    {
        if (p.Text("status") is not { } status)
            return Answers.BadParameter("status is missing");
        if (!s_told.Contains(status))
            return Answers.BadParameter("status does not have a valid value");
        if (await list.FindAsync(here.Id, id, ct) is not { } row)
            return Answers.NotFound("Deployment");
        // A job's deployment is what its job is.
        if (row.JobId is not null)
            return Answers.Forbidden();
        if (row.Status == status || (status == "running" && row.Status != "created"))
            return Answers.Message(
                StatusCodes.Status400BadRequest,
                $"400 Bad request - Cannot transition status via :{Verb(status)} from :{row.Status}"
            );
        var moved = await db.WriteAsync((session, token) => MoveAsync(session, environments, row, status, time.Milliseconds(), token), ct);
        return Answers.Ok(await list.JsonAsync(moved, ct));
    }

    private static string Verb(string status) =>
        status switch
        {
            "running" => "run",
            "success" => "succeed",
            "failed" => "drop",
            _ => "cancel",
        };

    private static async Task<DeploymentRow> MoveAsync(
        Session session,
        EnvironmentStore environments,
        DeploymentRow row,
        string status,
        long now,
        CancellationToken ct
    )
    {
        var moved = await session.FindAsync<DeploymentRow>(
            "UPDATE deployments SET status = @status, updated_at = @now, finished_at = @finished WHERE id = @Id RETURNING *",
            new
            {
                row.Id,
                status,
                now,
                finished = status == "running" ? (long?)null : now,
            },
            ct
        );
        if (status == "success")
        {
            var environment = await session.FindAsync<EnvironmentRow>("SELECT * FROM environments WHERE id = @EnvironmentId", row, ct);
            await environments.DeployedAsync(session, environment!, null, null, ct);
        }

        return moved!;
    }

    private static async Task<IResult> RemoveAsync(ProjectContext here, long id, Db db, DeploymentList list, CancellationToken ct)
    {
        if (await list.FindAsync(here.Id, id, ct) is not { } row)
            return Answers.NotFound("Deployment");
        if (row.Status == "running")
            return Answers.Message(StatusCodes.Status400BadRequest, "Cannot destroy running deployment");
        const string remove = """
            DELETE FROM deployments WHERE id = @Id AND status <> 'running'
              AND id <> COALESCE((SELECT MAX(d.id) FROM deployments d WHERE d.environment_id = @EnvironmentId AND d.status = 'success'), 0)
            """;
        return await db.ExecuteAsync(remove, row, ct) == 1
            ? Answers.NoContent
            : Answers.Message(StatusCodes.Status400BadRequest, "Deployment currently deployed to environment");
    }
}
