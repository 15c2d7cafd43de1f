using Microsoft.AspNetCore.Http;
using Slipway.Server.Data;
using Slipway.Server.Projects;
using Slipway.Server.Registry;
using Slipway.Server.Registry.Contents;
using Slipway.Server.Ui.Markup;
using Slipway.Server.Ui.Parts;

namespace Slipway.Server.Ui.Pages.Images;

/// <summary>One image, by a tag or by its digest: how to pull it, what it is made of, and what refers to it.</summary>
internal static class ImagePage
{
    private const int MostTags = 50;
    private const int MostReferrers = 100;

    public static async Task<IResult> OfTagAsync(
        HttpContext http,
        PageView view,
        ProjectContext here,
        long id,
        string tag,
        RepositoryStore repositories,
        TagStore tags,
        ImageStore images,
        CancellationToken ct
    ) =>
        await repositories.FindAsync(here.Id, id, ct) is { } row && await tags.FindAsync(row.Id, tag, ct) is { } found
            ? await ShowAsync(http, view, here, row, found.Digest, found, tags, images, ct)
            : Refusals.NotFound(http);

    public static async Task<IResult> OfDigestAsync(
        HttpContext http,
        PageView view,
        ProjectContext here,
        long id,
        string digest,
        RepositoryStore repositories,
        TagStore tags,
        ImageStore images,
        CancellationToken ct
    ) =>
        ImageDigest.Parse(digest) is { } parsed && await repositories.FindAsync(here.Id, id, ct) is { } row
            ? await ShowAsync(http, view, here, row, $"{parsed}", null, tags, images, ct)
            : Refusals.NotFound(http);

    /// <summary>All that is read of an image before it is shown.</summary>
    private sealed record Found(ImageRepository Repository, RegistryManifestRow Manifest, ImageFacts Facts)
    {
        public ImageTag? Tag { get; init; }

        /// <summary>Bytes of all that it needs.</summary>
        public long Size { get; init; }

        public IReadOnlyList<string> Tags { get; init; } = [];
        public IReadOnlyList<Referrer> Referrers { get; init; } = [];
    }

    private static async Task<IResult> ShowAsync(
        HttpContext http,
        PageView view,
        ProjectContext here,
        ImageRepository row,
        string digest,
        ImageTag? tag,
        TagStore tags,
        ImageStore images,
        CancellationToken ct
    )
    {
        if (
            await images.FindAsync(row.Id, digest, ct) is not { } manifest
            || await images.ReadAsync(row.Id, manifest.Id, ct) is not { } facts
        )
            return Refusals.NotFound(http);
        var sizes = await tags.SizesAsync(row.Id, [manifest.Id], ct);
        return Page(
            view,
            here,
            new Found(row, manifest, facts)
            {
                Tag = tag,
                Size = sizes.GetValueOrDefault(manifest.Id),
                Tags = await tags.AtAsync(manifest.Id, MostTags, ct),
                Referrers = await images.ReferrersAsync(row.Id, digest, MostReferrers, ct),
            }
        );
    }

    private static PageAnswer Page(PageView view, ProjectContext here, Found found)
    {
        var (row, facts) = (found.Repository, found.Facts);
        var name = found.Tag?.Name ?? RegistryPages.Short(found.Manifest.Digest);
        var where = RegistryPages.Where(view, row);
        var byDigest = $"{where}@{found.Manifest.Digest}";
        var pull =
            ImageKinds.IsIndex(found.Manifest.MediaType) || ImageKinds.IsImage(found.Manifest.ArtifactType) ? "docker pull" : "oras pull";
        return Layout.Answer(
            new PageFrame(view, name)
            {
                Project = here,
                Part = "container_registry",
                Crumbs =
                [
                    new Crumb("Container registry", RegistryPages.At(here)),
                    new Crumb(TagListPage.NameOf(here, row), RegistryPages.At(here, $"{row.Id}")),
                    new Crumb(name, Here(here, found)),
                ],
            },
            Html.Of(
                $"""
                <div class="head"><h1><bdi>{row.Path}{(found.Tag is null ? "@" : ":")}{name}</bdi></h1>{TagListPage.Kind(
                    found.Manifest.MediaType,
                    found.Manifest.ArtifactType
                )}{Remove(view, here, found)}</div>
                <div class="two"><div>
                {Commands.Of($"{pull} {(found.Tag is null ? byDigest : $"{where}:{name}")}", "the command that pulls it")}
                {Commands.Of($"{pull} {byDigest}", "the command that pulls this very image").When(found.Tag is not null)}
                {ImageParts.Platforms(here, row.Id, facts)}
                {ImageParts.Layers(facts)}
                {ImageParts.Referrers(view, here, row.Id, found.Referrers)}
                {ImageParts.Pairs("Settings", facts.Config?.Settings ?? [])}
                {ImageParts.Pairs("Labels", facts.Config?.Labels ?? [])}
                {ImageParts.Pairs("Annotations", facts.Annotations)}
                </div><aside class="side-facts"><h2>Image</h2><dl>{Facts(view, here, found)}</dl></aside></div>
                """
            )
        );
    }

    private static Address Here(ProjectContext here, Found found) =>
        found.Tag is { } tag
            ? RegistryPages.AtTag(here, found.Repository.Id, tag.Name)
            : RegistryPages.AtManifest(here, found.Repository.Id, found.Manifest.Digest);

    private static Html Remove(PageView view, ProjectContext here, Found found)
    {
        if (!view.MayAct(here))
            return Html.Nothing;
        var others = found.Tags.Where(name => name != found.Tag?.Name).ToList();
        var (words, warning) = found.Tag is { } tag
            ? (
                "Delete tag",
                others.Count > 0
                    ? $"{tag.Name} cannot be pulled any more. The image stays at {string.Join(", ", others.Take(5))}."
                    : $"{tag.Name} cannot be pulled any more, and no other tag is at this image."
            )
            : (
                "Delete image",
                $"It cannot be had back. Its tags go too: {(others.Count > 0 ? string.Join(", ", others.Take(5)) : "it has none")}."
            );
        return Forms.Careful(view, Here(here, found).Below("delete"), words, warning);
    }

    private static IEnumerable<Html> Facts(PageView view, ProjectContext here, Found found)
    {
        var (manifest, facts) = (found.Manifest, found.Facts);
        var tags = found.Tags.Select(name =>
            Html.Of($"<li><a href=\"{RegistryPages.AtTag(here, found.Repository.Id, name)}\"><bdi>{name}</bdi></a></li>")
        );
        (string Name, Html Value)[] all =
        [
            ("Digest", Html.Of($"<span class=\"mono\">{manifest.Digest}</span>")),
            ("Size", Html.Of($"{Sizes.Of(found.Size)}")),
            ("Artifact", Html.Of($"<bdi>{manifest.ArtifactType}</bdi>").When(!ImageKinds.IsImage(manifest.ArtifactType))),
            ("Platform", Html.Of($"{facts.Config?.Platform}").When(!string.IsNullOrEmpty(facts.Config?.Platform))),
            ("Built", facts.Config?.Created is { } built and > 0 ? Times.Ago(built, view.Now) : Html.Nothing),
            ("Pushed", Times.Ago(found.Tag?.UpdatedAt, view.Now)),
            ("Last pulled", manifest.PulledAt is null ? Html.Of($"never") : Times.Ago(manifest.PulledAt, view.Now)),
            ("Author", Html.Of($"<bdi>{facts.Config?.Author}</bdi>").When(!string.IsNullOrEmpty(facts.Config?.Author))),
            ("Tags", found.Tags.Count > 0 ? Html.Of($"<ul>{tags}</ul>") : Html.Of($"none")),
            ("Subject", ImageParts.Digest(here, found.Repository.Id, facts.Subject)),
            ("Manifest", Html.Of($"<span class=\"mono\">{manifest.MediaType}</span>, {Sizes.Of(manifest.Size)}")),
            (
                "Config",
                Html.Of($"<span class=\"mono\" title=\"{facts.ConfigDigest}\">{RegistryPages.Short(facts.ConfigDigest ?? "")}</span>")
                    .When(facts.ConfigDigest is not null)
            ),
        ];
        return all.Where(fact => !fact.Value.IsNothing).Select(fact => Html.Of($"<dt>{fact.Name}</dt><dd>{fact.Value}</dd>"));
    }
}
