using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Slipway.Compiler;
using Slipway.Server.Accounts;
using Slipway.Server.Data;
using Slipway.Server.Http;
using Slipway.Server.Jobs;
using Slipway.Server.Projects;

namespace Slipway.Server.Environments;

/// <summary>https://docs.gitlab.com/api/environments/</summary>
internal static class EnvironmentsApi
{
    private const int ShortestSearch = 3;

    public static void MapEnvironments(this IEndpointRouteBuilder v4)
    {
        var all = v4.MapGroup("/projects/{project}/environments");
        all.MapGet("", ListAsync).Allow(new Access.OnProject(Abilities.ReadEnvironment));
        all.MapGet("/{id:long}", ShowAsync).Allow(new Access.OnProject(Abilities.ReadEnvironment));
        all.MapPost("", CreateAsync).Allow(new Access.OnProject(Abilities.CreateEnvironment));
        all.MapPut("/{id:long}", ChangeAsync).Allow(new Access.OnProject(Abilities.UpdateEnvironment));
        all.MapDelete("/{id:long}", RemoveAsync).Allow(new Access.OnProject(Abilities.DestroyEnvironment));
        all.MapPost("/{id:long}/stop", StopAsync).Allow(new Access.OnProject(Abilities.StopEnvironment));
        all.MapPost("/stop_stale", StopStaleAsync).Allow(new Access.OnProject(Abilities.StopEnvironment));
    }

    private static async Task<IResult> ListAsync(
        HttpContext http,
        ProjectContext here,
        Parameters p,
        Paging paging,
        Db db,
        CancellationToken ct
    )
    {
        var (name, search, state) = (p.Text("name"), p.Text("search"), p.Text("states"));
        if (name is not null && search is not null)
            return Answers.BadParameter("name, search are mutually exclusive");
        if (search is { Length: < ShortestSearch })
            return Answers.BadParameter($"Search query is less than {ShortestSearch} characters");
        if (state is not (null or EnvironmentStore.Available or EnvironmentStore.Stopping or EnvironmentStore.Stopped))
            return Answers.BadParameter("states does not have a valid value");
        var where =
            "FROM environments WHERE project_id = @Id"
            + (name is null ? "" : " AND name = @name")
            + (search is null ? "" : $" AND LOWER(name) LIKE @search {Search.Escape}")
            + (state is null ? "" : " AND state = @state");
        var arguments = new
        {
            here.Id,
            name,
            search = search is null ? null : Search.Pattern(search),
            state,
        };
        var total = await db.FindAsync<long>($"SELECT COUNT(*) {where}", arguments, ct);
        var rows = await db.QueryAsync<EnvironmentRow>($"SELECT * {where} ORDER BY id{paging.Limit}", arguments, ct);
        return http.Page(paging, total, rows.Select(EnvironmentJson.From));
    }

    private static async Task<IResult> ShowAsync(ProjectContext here, long id, Db db, DeploymentList deployments, CancellationToken ct)
    {
        if (await FindAsync(db, here, id, ct) is not { } row)
            return Answers.NotFound();
        var last = await deployments.LastAsync(row, ct);
        return Answers.Ok(
            JsonParts.Join(
                EnvironmentJson.From(row),
                new { last_deployment = last is null ? null : await deployments.JsonAsync(last, ct), cluster_agent = (object?)null }
            )
        );
    }

    private static async Task<IResult> CreateAsync(
        ProjectContext here,
        Parameters p,
        Db db,
        EnvironmentStore environments,
        CancellationToken ct
    )
    {
        if (p.Text("name") is not { } name)
            return Answers.BadParameter("name is missing");
        if (NameError(name) is { } error)
            return error.Answer();
        var (wanted, refusal) = Wanted.Read(p);
        if (wanted is null)
            return refusal!;
        var environment = PipelineCompiler.EnvironmentNamed(name);
        var made = await db.WriteAsync(
            async (session, token) =>
            {
                if (await environments.AddAsync(session, here.Id, environment, token) is not { } row)
                    return null;
                return await WriteAsync(session, row, wanted, row.UpdatedAt, token);
            },
            ct
        );
        return made is null ? new FieldError("name", FieldError.Taken).Answer() : Answers.Created(EnvironmentJson.From(made));
    }

    private static async Task<IResult> ChangeAsync(
        ProjectContext here,
        long id,
        Parameters p,
        Db db,
        TimeProvider time,
        CancellationToken ct
    )
    {
        if (await FindAsync(db, here, id, ct) is not { } row)
            return Answers.NotFound();
        var (wanted, refusal) = Wanted.Read(p);
        if (wanted is null)
            return refusal!;
        var changed = await db.WriteAsync((session, token) => WriteAsync(session, row, wanted, time.Milliseconds(), token), ct);
        return changed is null ? Answers.NotFound() : Answers.Ok(EnvironmentJson.From(changed));
    }

    private static Task<EnvironmentRow?> WriteAsync(Session session, EnvironmentRow row, Wanted wanted, long now, CancellationToken ct) =>
        session.FindAsync<EnvironmentRow>(
            """
            UPDATE environments SET tier = @tier, description = @description, external_url = @url, auto_stop_setting = @setting, updated_at = @now
            WHERE id = @Id RETURNING *
            """,
            new
            {
                row.Id,
                tier = wanted.Tier ?? row.Tier,
                description = wanted.Description ?? row.Description,
                url = wanted.Url is { } url ? (url.Length > 0 ? url : null) : row.ExternalUrl,
                setting = wanted.AutoStopSetting ?? row.AutoStopSetting,
                now,
            },
            ct
        );

    private static async Task<IResult> RemoveAsync(ProjectContext here, long id, Db db, CancellationToken ct)
    {
        if (await FindAsync(db, here, id, ct) is not { } row)
            return Answers.NotFound();
        if (row.State != EnvironmentStore.Stopped)
            return Answers.Forbidden();
        await db.WriteAsync(
            async (session, token) =>
            {
                await session.ExecuteAsync("DELETE FROM deployments WHERE environment_id = @Id", row, token);
                return await session.ExecuteAsync("DELETE FROM environments WHERE id = @Id", row, token);
            },
            ct
        );
        return Answers.NoContent;
    }

    private static async Task<IResult> StopAsync(
        Actor actor,
        ProjectContext here,
        long id,
        Parameters p,
        Db db,
        EnvironmentStops stops,
        JobActions jobs,
        CancellationToken ct
    )
    {
        if (await FindAsync(db, here, id, ct) is not { } row)
            return Answers.NotFound();
        var force = p.Flag("force") ?? false;
        if (row.State == EnvironmentStore.Stopped || (row.State == EnvironmentStore.Stopping && !force))
            return Answers.Ok(EnvironmentJson.From(row));
        var stoppers = force ? [] : await stops.JobsAsync(row, ct);
        foreach (var job in stoppers)
        {
            if (!await jobs.MayTouchAsync(actor, here, job, ct))
                return Answers.Forbidden();
        }

        return Answers.Ok(EnvironmentJson.From(await stops.StopAsync(row, stoppers, actor.Responsible?.Id ?? 0, ct)));
    }

    /// <summary>All that nothing was deployed to since a day that is at least a week ago.</summary>
    private static async Task<IResult> StopStaleAsync(
        Actor actor,
        ProjectContext here,
        Parameters p,
        Db db,
        EnvironmentStops stops,
        TimeProvider time,
        CancellationToken ct
    )
    {
        if (here.Role < Role.Maintainer)
            return Answers.Forbidden();
        const DateTimeStyles utc = DateTimeStyles.AssumeUniversal;
        var now = time.GetUtcNow();
        if (
            !DateTimeOffset.TryParse(p.Text("before"), CultureInfo.InvariantCulture, utc, out var before)
            || before > now.AddDays(-7)
            || before < now.AddYears(-10)
        )
            return Answers.Message(StatusCodes.Status400BadRequest, "400 Bad request - Invalid Date");
        var stale = await db.QueryAsync<EnvironmentRow>(
            """
            SELECT * FROM environments e WHERE project_id = @Id AND state = 'available' AND updated_at < @before
              AND NOT EXISTS (SELECT 1 FROM deployments d WHERE d.environment_id = e.id AND d.updated_at >= @before)
            """,
            new { here.Id, before = before.ToUnixTimeMilliseconds() },
            ct
        );
        foreach (var row in stale)
            await stops.StopAsync(row, await stops.JobsAsync(row, ct), actor.Responsible!.Id, ct);
        return Answers.Ok(new { message = "Successfully requested stop for all stale environments" });
    }

    private static Task<EnvironmentRow?> FindAsync(Db db, ProjectContext here, long id, CancellationToken ct) =>
        db.FindAsync<EnvironmentRow>(
            "SELECT * FROM environments WHERE id = @id AND project_id = @project",
            new { id, project = here.Id },
            ct
        );

    private static FieldError? NameError(string name) =>
        name.Length == 0 ? new FieldError("name", FieldError.Blank)
        : name.Length > EnvironmentNames.Longest ? new FieldError("name", $"is too long (maximum is {EnvironmentNames.Longest} characters)")
        : EnvironmentNames.IsValid(name) ? null
        : new FieldError("name", EnvironmentNames.Rule);

    /// <summary>What a caller says of an environment; nothing: as it is.</summary>
    /// <param name="Url">Empty: none.</param>
    private sealed record Wanted(string? Tier, string? Description, string? Url, string? AutoStopSetting)
    {
        private const int LongestUrl = 255;
        private const int LongestDescription = 10_000;

        public static (Wanted? Wanted, IResult? Refusal) Read(Parameters p)
        {
            var wanted = new Wanted(p.Text("tier"), p.Text("description"), p.Text("external_url"), p.Text("auto_stop_setting"));
            if (wanted.Tier is not (null or "production" or "staging" or "testing" or "development" or "other"))
                return (null, Answers.BadParameter("tier does not have a valid value"));
            if (wanted.AutoStopSetting is not (null or "always" or "with_action"))
                return (null, Answers.BadParameter("auto_stop_setting does not have a valid value"));
            if (wanted.Description is { Length: > LongestDescription })
                return (null, new FieldError("description", $"is too long (maximum is {LongestDescription} characters)").Answer());
            if (wanted.Url is not { Length: > 0 } url)
                return (wanted, null);
            if (url.Length > LongestUrl)
                return (null, new FieldError("external_url", $"is too long (maximum is {LongestUrl} characters)").Answer());
            return Uri.TryCreate(url, UriKind.Absolute, out var address) && address.Scheme is "http" or "https"
                ? (wanted, null)
                : (null, new FieldError("external_url", "is blocked: Only allowed schemes are http, https").Answer());
        }
    }
}
