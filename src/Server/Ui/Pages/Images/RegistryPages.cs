using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Slipway.Server.Accounts;
using Slipway.Server.Http;
using Slipway.Server.Projects;
using Slipway.Server.Registry;
using Slipway.Server.Registry.Contents;
using Slipway.Server.Registry.Manifests;
using Slipway.Server.Registry.Tokens;
using Slipway.Server.Ui.Markup;
using Slipway.Server.Ui.Parts;

namespace Slipway.Server.Ui.Pages.Images;

/// <summary>A project's images: its repositories, the tags of one, and one image. https://docs.gitlab.com/user/packages/container_registry/</summary>
internal static class RegistryPages
{
    public static void MapRegistryPages(this IEndpointRouteBuilder project)
    {
        var read = new Access.OnProject(Abilities.ReadImages);
        var delete = new Access.OnProject(Abilities.DestroyImages);
        project.MapPage("/container_registry", RepositoryListPage.ShowAsync, read);
        project.MapPage("/container_registry/{id:long}", TagListPage.ShowAsync, read);
        project.MapPage("/container_registry/{id:long}/tags/{tag}", ImagePage.OfTagAsync, read);
        project.MapPage("/container_registry/{id:long}/manifests/{digest}", ImagePage.OfDigestAsync, read);
        project.MapForm("/container_registry/{id:long}/delete", RemoveAsync, new Access.OnProject(Abilities.AdminImages));
        project.MapForm("/container_registry/{id:long}/tags/{tag}/delete", RemoveTagAsync, delete);
        project.MapForm("/container_registry/{id:long}/manifests/{digest}/delete", RemoveManifestAsync, delete);
    }

    public static Address At(ProjectContext here, params string[] words) =>
        Address.To([here.Project.FullPath, "-", "container_registry", .. words]);

    public static Address AtTag(ProjectContext here, long repository, string tag) => At(here, $"{repository}", "tags", tag);

    public static Address AtManifest(ProjectContext here, long repository, string digest) => At(here, $"{repository}", "manifests", digest);

    /// <summary>What docker calls a repository.</summary>
    public static string Where(PageView view, ImageRepository row) => $"{view.Url.Uri.Authority}/{row.Path}";

    /// <summary><c>sha256:</c> and as many digits as people look at.</summary>
    public static string Short(string digest)
    {
        const int digits = 12;
        var end = digest.IndexOf(':') + 1 + digits;
        return digest.Length > end ? digest[..end] : digest;
    }

    private static async Task<IResult> RemoveAsync(
        HttpContext http,
        Actor actor,
        ProjectContext here,
        long id,
        RepositoryStore store,
        ShownOnce once,
        CancellationToken ct
    )
    {
        if (await store.FindAsync(here.Id, id, ct) is not { } row)
            return Refusals.NotFound(http);
        if (await store.RemoveAsync(row, actor.Name, RepositoryStore.LevelOf(actor, here), ct) == RegistryBlobs.Removal.Protected)
            return Protected(http);
        once.Put(http, ShownOnce.Note, $"{row.Path} is deleted, with its {row.Tags} tags.");
        return new SeeOther(At(here));
    }

    private static async Task<IResult> RemoveTagAsync(
        HttpContext http,
        Actor actor,
        ProjectContext here,
        long id,
        string tag,
        RepositoryStore store,
        ManifestStore manifests,
        ShownOnce once,
        CancellationToken ct
    )
    {
        if (await store.FindAsync(here.Id, id, ct) is not { } row || !ImageNames.IsTag(tag))
            return Refusals.NotFound(http);
        var removal = await manifests.RemoveAsync(PlaceOf(row), tag, RepositoryStore.LevelOf(actor, here), ct);
        if (removal == RegistryBlobs.Removal.Protected)
            return Protected(http);
        if (removal != RegistryBlobs.Removal.Removed)
            return Refusals.NotFound(http);
        once.Put(http, ShownOnce.Note, $"Tag {tag} is deleted.");
        return new SeeOther(At(here, $"{id}"));
    }

    private static async Task<IResult> RemoveManifestAsync(
        HttpContext http,
        Actor actor,
        ProjectContext here,
        long id,
        string digest,
        RepositoryStore store,
        ManifestStore manifests,
        ShownOnce once,
        CancellationToken ct
    )
    {
        if (await store.FindAsync(here.Id, id, ct) is not { } row || ImageDigest.Parse(digest) is null)
            return Refusals.NotFound(http);
        switch (await manifests.RemoveAsync(PlaceOf(row), digest, RepositoryStore.LevelOf(actor, here), ct))
        {
            case RegistryBlobs.Removal.Removed:
                once.Put(http, ShownOnce.Note, $"{Short(digest)} is deleted, with its tags.");
                return new SeeOther(At(here, $"{id}"));
            case RegistryBlobs.Removal.Needed:
                return Refusals.Message(http, 409, "An index needs this image", "Delete the index that holds it first.");
            case RegistryBlobs.Removal.Protected:
                return Protected(http);
            default:
                return Refusals.NotFound(http);
        }
    }

    private static PageAnswer Protected(HttpContext http) =>
        Refusals.Message(http, 403, "A tag is protected", "A rule of the project keeps it. Those who may change the rules can say more.");

    private static RegistryPlace PlaceOf(ImageRepository row) => new(row.ProjectId, row.Name, row.Path);
}
