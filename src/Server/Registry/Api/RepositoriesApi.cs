using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Slipway.Server.Accounts;
using Slipway.Server.Data;
using Slipway.Server.Http;
using Slipway.Server.Projects;
using Slipway.Server.Registry.Contents;
using Slipway.Server.Registry.Usage;

namespace Slipway.Server.Registry.Api;

/// <summary>Repositories of images over API v4. https://docs.gitlab.com/api/container_registry/</summary>
internal static class RepositoriesApi
{
    public static void MapRepositories(this IEndpointRouteBuilder v4)
    {
        const string all = "/projects/{project}/registry/repositories";
        v4.MapGet(all, OfProjectAsync).Allow(new Access.OnProject(Abilities.ReadImages));
        v4.MapGet("/groups/{group}/registry/repositories", OfGroupAsync).Allow(new Access.OnGroup(Role.Reporter));
        v4.MapGet("/registry/repositories/{id:long}", FindAsync)
            .Allow(new Access.Everyone("a repository is shown to those who may pull from its project"));
        v4.MapDelete(all + "/{id:long}", DeleteAsync).Allow(new Access.OnProject(Abilities.AdminImages));
    }

    private static async Task<IResult> OfProjectAsync(
        HttpContext http,
        ProjectContext here,
        Paging paging,
        Parameters parameters,
        RepositoryStore store,
        RepositoryShapes shapes,
        CancellationToken ct
    ) => await shapes.PageAsync(http, paging, parameters, await store.OfProjectAsync(here.Id, paging, ct), ct);

    private static async Task<IResult> OfGroupAsync(
        HttpContext http,
        GroupContext here,
        Paging paging,
        Parameters parameters,
        RepositoryStore store,
        RepositoryShapes shapes,
        CancellationToken ct
    ) => await shapes.PageAsync(http, paging, parameters, await store.OfGroupAsync(here.Id, paging, ct), ct);

    private static async Task<IResult> FindAsync(
        long id,
        Actor actor,
        Parameters parameters,
        RepositoryStore store,
        RepositoryShapes shapes,
        ImageUsage usage,
        Db db,
        ServerUrl url,
        TimeProvider time,
        CancellationToken ct
    )
    {
        if (actor is Actor.Nobody)
            return Answers.Unauthorized;
        var now = time.Milliseconds();
        if (
            await store.FindAsync(id, ct) is not { } row
            || await Lookup.ProjectAsync(db, $"{row.ProjectId}", ct) is not { } project
            || await ProjectAccess.CheckAsync(db, actor, project, Abilities.ReadImages, Scopes.Api, true, now, ct) is not Verdict.Allowed
        )
            return Answers.NotFound();
        var shape = (await shapes.OfAsync([row], parameters, ct))[0];
        if (parameters.Flag("size") == true)
            shape = shape with { Size = (await usage.OfRepositoryAsync(row.Id, ct)).TaggedBytes };
        var mayDelete = await ProjectAccess.CheckAsync(db, actor, project, Abilities.AdminImages, Scopes.Api, false, now, ct);
        return Answers.Ok(mayDelete is Verdict.Allowed ? shape with { DeleteApiPath = RepositoryJson.DeletePath(row, url) } : shape);
    }

    private static async Task<IResult> DeleteAsync(ProjectContext here, long id, Actor actor, RepositoryStore store, CancellationToken ct)
    {
        if (IsOfAnother(actor, here))
            return Answers.Forbidden();
        if (await store.FindAsync(here.Id, id, ct) is not { } row)
            return Answers.NotFound();
        return await store.RemoveAsync(row, actor.Name, RepositoryStore.LevelOf(actor, here), ct) switch
        {
            RegistryBlobs.Removal.Removed => Answers.Accepted(StatusCodes.Status202Accepted),
            RegistryBlobs.Removal.Protected => Answers.Forbidden("a rule of the project protects a tag of the repository"),
            _ => Answers.NotFound(),
        };
    }

    /// <summary>Whether it is a job of another project: those are let in to read, and no further.</summary>
    public static bool IsOfAnother(Actor actor, ProjectContext here) => actor is Actor.Job job && job.ProjectId != here.Id;
}
