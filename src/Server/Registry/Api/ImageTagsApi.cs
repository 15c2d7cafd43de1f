using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Slipway.Compiler.Keywords.Durations;
using Slipway.Server.Accounts;
using Slipway.Server.Http;
using Slipway.Server.Projects;
using Slipway.Server.Registry.Cleanup;
using Slipway.Server.Registry.Contents;
using Slipway.Server.Registry.Manifests;
using Slipway.Server.Registry.Tokens;

namespace Slipway.Server.Registry.Api;

/// <summary>Tags of images over API v4. https://docs.gitlab.com/api/container_registry/#list-registry-repository-tags</summary>
internal static class ImageTagsApi
{
    public static void MapImageTags(this IEndpointRouteBuilder v4)
    {
        const string all = "/projects/{project}/registry/repositories/{id:long}/tags";
        var read = new Access.OnProject(Abilities.ReadImages);
        v4.MapGet(all, ListAsync).Allow(read);
        v4.MapGet(all + "/{tag}", FindAsync).Allow(read);
        v4.MapDelete(all, DeleteManyAsync).Allow(new Access.OnProject(Abilities.AdminImages));
        v4.MapDelete(all + "/{tag}", DeleteAsync).Allow(new Access.OnProject(Abilities.DestroyImages));
    }

    private static async Task<IResult> ListAsync(
        HttpContext http,
        ProjectContext here,
        long id,
        Paging paging,
        RepositoryStore repositories,
        TagStore tags,
        ServerUrl url,
        CancellationToken ct
    )
    {
        if (await repositories.FindAsync(here.Id, id, ct) is not { } row)
            return Answers.NotFound();
        var (rows, total) = await tags.ListAsync(row.Id, "", TagOrder.Name, paging, ct);
        return http.Page(paging, total, rows.Select(tag => TagJson.From(row, tag.Name, url)));
    }

    private static async Task<IResult> FindAsync(
        ProjectContext here,
        long id,
        string tag,
        RepositoryStore repositories,
        TagStore tags,
        ImageStore images,
        ServerUrl url,
        CancellationToken ct
    )
    {
        if (await repositories.FindAsync(here.Id, id, ct) is not { } row)
            return Answers.NotFound();
        if (await tags.FindAsync(row.Id, tag, ct) is not { } found || await images.ReadAsync(row.Id, found.ManifestId, ct) is not { } facts)
            return Answers.NotFound("Tag");
        var sizes = await tags.SizesAsync(row.Id, [found.ManifestId], ct);
        return Answers.Ok(TagDetailsJson.From(row, found, facts, sizes.GetValueOrDefault(found.ManifestId), url));
    }

    private static async Task<IResult> DeleteAsync(
        ProjectContext here,
        long id,
        string tag,
        Actor actor,
        RepositoryStore repositories,
        ManifestStore manifests,
        CancellationToken ct
    )
    {
        if (RepositoriesApi.IsOfAnother(actor, here))
            return Answers.Forbidden();
        if (await repositories.FindAsync(here.Id, id, ct) is not { } row)
            return Answers.NotFound();
        if (!ImageNames.IsTag(tag))
            return Answers.NotFound("Tag");
        var place = new RegistryPlace(row.ProjectId, row.Name, row.Path);
        return await manifests.RemoveAsync(place, tag, RepositoryStore.LevelOf(actor, here), ct) switch
        {
            RegistryBlobs.Removal.Removed => Answers.Ok(StatusCodes.Status200OK),
            RegistryBlobs.Removal.Protected => Answers.Forbidden("a rule of the project protects the tag"),
            _ => Answers.NotFound("Tag"),
        };
    }

    /// <summary>Deletes all that the rule says. GitLab does it later, and once an hour at the most; here it is done when it is answered.</summary>
    private static async Task<IResult> DeleteManyAsync(
        ProjectContext here,
        long id,
        Actor actor,
        Parameters parameters,
        RepositoryStore repositories,
        CleanupRuns runs,
        CancellationToken ct
    )
    {
        if (RepositoriesApi.IsOfAnother(actor, here))
            return Answers.Forbidden();
        var (rule, refusal) = Rule(parameters);
        if (rule is null)
            return refusal!;
        if (await repositories.FindAsync(here.Id, id, ct) is not { } row)
            return Answers.NotFound();
        await runs.RunAsync(here.Id, row.Id, rule, RepositoryStore.LevelOf(actor, here), ct);
        return Answers.Accepted(StatusCodes.Status202Accepted);
    }

    private static (CleanupRule? Rule, IResult? Refusal) Rule(Parameters parameters)
    {
        // The older name is still good.
        if ((parameters.Text("name_regex_delete") ?? parameters.Text("name_regex")) is not { Length: > 0 } names)
            return (null, Answers.BadParameter("name_regex_delete, name_regex are missing, at least one parameter must be provided"));
        var keeps = parameters.Text("name_regex_keep");
        if (CleanupRule.Whole(names) is null)
            return (null, Answers.BadParameter("name_regex_delete is an invalid regexp"));
        if (keeps is not null && CleanupRule.Whole(keeps) is null)
            return (null, Answers.BadParameter("name_regex_keep is an invalid regexp"));
        var count = parameters.Number("keep_n");
        if (parameters.Text("keep_n") is { Length: > 0 } && count is not (>= 0 and <= int.MaxValue))
            return (null, Answers.BadParameter("keep_n is invalid"));
        TimeSpan? age = null;
        if (parameters.Text("older_than") is { Length: > 0 } text)
        {
            if (!ChronicDuration.TryParse(text, out var seconds))
                return (null, Answers.BadParameter("older_than is invalid"));
            age = TimeSpan.FromSeconds(seconds);
        }

        return (new CleanupRule(names, keeps, (int?)count, age), null);
    }
}
