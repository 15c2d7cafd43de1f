using System.Collections.Immutable;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Slipway.Engine;
using Slipway.Protocol.Variables;
using Slipway.Server.Accounts;
using Slipway.Server.Data;
using Slipway.Server.Git;
using Slipway.Server.Http;
using Slipway.Server.Projects;

namespace Slipway.Server.Pipelines;

/// <summary>https://docs.gitlab.com/api/pipelines/</summary>
internal static class PipelinesApi
{
    public static void MapPipelines(this IEndpointRouteBuilder v4)
    {
        var read = new Access.OnProject(Abilities.ReadPipeline);
        var write = new Access.OnProject(Abilities.UpdatePipeline);
        var pipelines = v4.MapGroup("/projects/{project}/pipelines");
        pipelines.MapGet("", ListAsync).Allow(read);
        pipelines.MapGet("/latest", LatestAsync).Allow(read);
        pipelines.MapGet("/{pipeline:long}", ShowAsync).Allow(read);
        pipelines.MapGet("/{pipeline:long}/variables", VariablesAsync).Allow(write);
        pipelines.MapPost("/{pipeline:long}/retry", RetryAsync).Allow(write);
        pipelines.MapPost("/{pipeline:long}/cancel", CancelAsync).Allow(new Access.OnProject(Abilities.CancelPipeline));
        pipelines.MapPut("/{pipeline:long}/metadata", RenameAsync).Allow(new Access.OnProject(Abilities.RenamePipeline));
        v4.MapPost("/projects/{project}/pipeline", CreateAsync).Allow(new Access.OnProject(Abilities.CreatePipeline));
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
        var (filter, problem) = PipelineFilter.Read(p, here.Id);
        if (problem is not null)
            return Answers.BadParameter(problem);
        var total = await db.FindAsync<long>($"SELECT count(*) FROM pipelines p {filter.Where}", filter.Arguments, ct);
        var rows = await db.QueryAsync<PipelineRow>(
            $"SELECT p.* FROM pipelines p {filter.Where} ORDER BY {filter.Order}{paging.Limit}",
            filter.Arguments,
            ct
        );
        return http.Page(paging, total, rows.Select(row => PipelineJson.Short(row, here.Project, url)));
    }

    private static async Task<IResult> LatestAsync(ProjectContext here, Parameters p, Db db, ServerUrl url, CancellationToken ct)
    {
        var @ref = p.Text("ref") ?? here.Project.DefaultBranch;
        var id = await db.FindAsync<long?>(
            "SELECT id FROM pipelines WHERE project_id = @Id AND ref = @ref AND ready = 1 AND source <> 'parent_pipeline' ORDER BY id DESC LIMIT 1",
            new { here.Id, @ref },
            ct
        );
        return id is { } found ? await ShowAsync(here, found, db, url, ct) : Answers.NotFound();
    }

    private static async Task<IResult> ShowAsync(ProjectContext here, long pipeline, Db db, ServerUrl url, CancellationToken ct) =>
        await WholeAsync(here.Project, pipeline, db, url, ct) is { } shown ? Answers.Ok(shown) : Answers.NotFound();

    /// <returns>A pipeline of the project with all that is said of it; nothing when there is none of that number.</returns>
    public static Task<object?> WholeAsync(ProjectRow project, long pipeline, Db db, ServerUrl url, CancellationToken ct) =>
        db.ReadAsync(
            async (session, token) =>
            {
                if (await FindAsync(session, project, pipeline, token) is not { } row)
                    return null;
                var user = await session.FindAsync<UserRow>($"SELECT {UserRow.Columns} FROM users WHERE id = @UserId", row, token);
                var figures = await session.FindAsync<PipelineFigures>(PipelineFigures.Select, row, token);
                return (object?)PipelineJson.Whole(row, project, user!, figures!, url);
            },
            ct
        );

    /// <summary>They may be secrets that somebody gave it: shown to whoever did, and to maintainers.</summary>
    private static async Task<IResult> VariablesAsync(
        Actor actor,
        ProjectContext here,
        long pipeline,
        Db db,
        PipelineCreation creation,
        CancellationToken ct
    )
    {
        if (await db.ReadAsync((session, token) => FindAsync(session, here.Project, pipeline, token), ct) is not { } row)
            return Answers.NotFound();
        if (here.Role < Role.Maintainer && actor.Responsible?.Id != row.UserId)
            return Answers.Forbidden();
        return Answers.Ok(
            creation
                .VariablesOf(row)
                .Select(variable => new
                {
                    variable_type = variable.File ? "file" : "env_var",
                    key = variable.Key,
                    value = variable.Value,
                    raw = variable.Raw,
                })
        );
    }

    private static async Task<IResult> CreateAsync(
        HttpContext http,
        ProjectContext here,
        Parameters p,
        Repositories repositories,
        PipelineCreation creation,
        Db db,
        ServerUrl url,
        CancellationToken ct
    )
    {
        if (p.Text("ref") is not { Length: > 0 } @ref)
            return Answers.BadParameter("ref is missing");
        if (http.Actor().Responsible is not { } user)
            return Answers.Unauthorized;
        var (variables, problem) = GivenVariables.Read(p);
        if (problem is not null)
            return Answers.BadParameter(problem);
        var (sha, name, tag) = await NamedRef.FindAsync(repositories.Of(here.Id), @ref, ct);
        if (sha is null)
            return Answers.Invalid("base", "Reference not found");
        var outcome = await creation.CreateAsync(
            new PipelineOrder
            {
                Project = here.Project,
                User = user,
                Source =
                    http.Actor() is Actor.Person { BySession: true } ? "web"
                    : http.Actor() is Actor.Job ? "pipeline"
                    : "api",
                Ref = name,
                IsTag = tag,
                Sha = sha,
                Variables = variables,
                Inputs = p.Map("inputs").ToImmutableDictionary(),
                HookLink = HookLink.Of(http),
            },
            ct
        );
        return outcome switch
        {
            PipelineOutcome.Created { Pipeline: { YamlErrors: { } errors } } => Answers.Invalid("base", errors),
            PipelineOutcome.Created created => Created(await ShownAsync(here, created.Pipeline.Id, db, url, ct)),
            PipelineOutcome.Refused refused => Answers.Invalid("base", refused.Message),
            var other => throw new InvalidOperationException(other.GetType().Name),
        };

        static IResult Created(IResult shown) => new WithStatus(shown, StatusCodes.Status201Created);
    }

    private static Task<IResult> RetryAsync(
        HttpContext http,
        ProjectContext here,
        long pipeline,
        Db db,
        PipelineStore store,
        TimeProvider time,
        ServerUrl url,
        CancellationToken ct
    ) =>
        ChangeAsync(here, pipeline, new PipelineEvent.PipelineRetried(time.GetUtcNow()), http.Actor().Responsible, 201, db, store, url, ct);

    private static Task<IResult> CancelAsync(
        HttpContext http,
        ProjectContext here,
        long pipeline,
        Db db,
        PipelineStore store,
        TimeProvider time,
        ServerUrl url,
        CancellationToken ct
    ) =>
        ChangeAsync(
            here,
            pipeline,
            new PipelineEvent.PipelineCanceled(time.GetUtcNow()),
            http.Actor().Responsible,
            200,
            db,
            store,
            url,
            ct
        );

    private static async Task<IResult> ChangeAsync(
        ProjectContext here,
        long pipeline,
        PipelineEvent happened,
        UserRow? user,
        int status,
        Db db,
        PipelineStore store,
        ServerUrl url,
        CancellationToken ct
    )
    {
        if (await db.ReadAsync((session, token) => FindAsync(session, here.Project, pipeline, token), ct) is not { } row)
            return Answers.NotFound();
        if (user is null || !await ProtectedRefs.MayRunOnAsync(db, here, user, row.Ref, row.IsTag, ct))
            return Answers.Forbidden();
        await db.WriteAsync((session, token) => store.ApplyAsync(session, pipeline, happened, token, user.Id), [pipeline], ct);
        return new WithStatus(await ShownAsync(here, pipeline, db, url, ct), status);
    }

    private static async Task<IResult> RenameAsync(
        ProjectContext here,
        long pipeline,
        Parameters p,
        Db db,
        ServerUrl url,
        CancellationToken ct
    )
    {
        const int longest = 255;
        if (p.Text("name") is not { } name)
            return Answers.BadParameter("name is missing");
        if (name.Length > longest)
            return Answers.Invalid("name", $"is too long (maximum is {longest} characters)");
        var changed = await db.ExecuteAsync(
            "UPDATE pipelines SET name = @name WHERE id = @pipeline AND project_id = @Id AND ready = 1",
            new
            {
                name,
                pipeline,
                here.Id,
            },
            ct
        );
        return changed == 1 ? await ShownAsync(here, pipeline, db, url, ct) : Answers.NotFound();
    }

    private static Task<IResult> ShownAsync(ProjectContext here, long pipeline, Db db, ServerUrl url, CancellationToken ct) =>
        ShowAsync(here, pipeline, db, url, ct);

    private static Task<PipelineRow?> FindAsync(Session session, ProjectRow project, long pipeline, CancellationToken ct) =>
        session.FindAsync<PipelineRow>(
            "SELECT * FROM pipelines WHERE id = @pipeline AND project_id = @Id AND ready = 1",
            new { pipeline, project.Id },
            ct
        );

    /// <summary>An answer with another status than its own.</summary>
    private sealed class WithStatus(IResult inner, int status) : IResult
    {
        public Task ExecuteAsync(HttpContext http)
        {
            http.Response.OnStarting(() =>
            {
                if (http.Response.StatusCode == StatusCodes.Status200OK)
                    http.Response.StatusCode = status;
                return Task.CompletedTask;
            });
            return inner.ExecuteAsync(http);
        }
    }
}
