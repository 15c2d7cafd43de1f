using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
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

    private static Task<IResult> RemoveAsync([AsParameters] ImageRemoval it, CancellationToken ct) =>
        it.DoAsync(
            (row, level) => it.Store.RemoveAsync(row, it.Actor.Name, level, ct),
            row => $"{row.Path} is deleted, with its {row.Tags} tags.",
            At(it.Here),
            ct
        );

    private static Task<IResult> RemoveTagAsync(
        [AsParameters] ImageRemoval it,
        string tag,
        ManifestStore manifests,
        CancellationToken ct
    ) =>
        it.DoAsync(
            async (row, level) =>
                ImageNames.IsTag(tag) ? await manifests.RemoveAsync(PlaceOf(row), tag, level, ct) : RegistryBlobs.Removal.Missing,
            _ => $"Tag {tag} is deleted.",
            At(it.Here, $"{it.Id}"),
            ct
        );

    private static Task<IResult> RemoveManifestAsync(
        [AsParameters] ImageRemoval it,
        string digest,
        ManifestStore manifests,
        CancellationToken ct
    ) =>
        it.DoAsync(
            async (row, level) =>
                ImageDigest.Parse(digest) is null
                    ? RegistryBlobs.Removal.Missing
                    : await manifests.RemoveAsync(PlaceOf(row), digest, level, ct),
            _ => $"{Short(digest)} is deleted, with its tags.",
            At(it.Here, $"{it.Id}"),
            ct
        );

    private static RegistryPlace PlaceOf(ImageRepository row) => new(row.ProjectId, row.Name, row.Path);
}
