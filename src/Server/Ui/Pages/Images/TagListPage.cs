using Microsoft.AspNetCore.Http;
using Slipway.Server.Http;
using Slipway.Server.Projects;
using Slipway.Server.Registry.Contents;
using Slipway.Server.Registry.Usage;
using Slipway.Server.Ui.Markup;
using Slipway.Server.Ui.Parts;

namespace Slipway.Server.Ui.Pages.Images;

/// <summary>The tags of a repository; <c>?search=</c>, <c>?sort=</c> and <c>?page=</c>.</summary>
internal static class TagListPage
{
    private const int LongestSearch = 128;

    private static readonly (string Value, string Words)[] Orders =
    [
        ("newest", "Newest first"),
        ("name", "By name"),
        ("size", "Largest first"),
    ];

    public static async Task<IResult> ShowAsync(
        HttpContext http,
        PageView view,
        ProjectContext here,
        long id,
        Paging paging,
        RepositoryStore repositories,
        TagStore tags,
        ImageUsage usage,
        CancellationToken ct
    )
    {
        if (await repositories.FindAsync(here.Id, id, ct) is not { } row)
            return Refusals.NotFound(http);
        var search = http.Request.Query["search"].ToString().Trim() is { Length: <= LongestSearch } words ? words : "";
        var sort = http.Request.Query["sort"].ToString() is ("name" or "size") and var chosen ? chosen : "newest";
        var order = sort switch
        {
            "name" => TagOrder.Name,
            "size" => TagOrder.Largest,
            _ => TagOrder.Newest,
        };
        var (shown, total) = await tags.ListAsync(row.Id, search, order, paging, ct);
        var sizes = await tags.SizesAsync(row.Id, [.. shown.Select(tag => tag.ManifestId).Distinct()], ct);
        var items = shown.Select(tag => Row(view, here, row, tag, sizes.GetValueOrDefault(tag.ManifestId)));
        var address = RegistryPages.At(here, $"{id}");
        var body =
            shown.Count > 0 ? Html.Of($"<ul class=\"rows\">{items}</ul>")
            : search.Length > 0
                ? Lists.Empty("No tag is called like that", Html.Of($"<p><a class=\"button\" href=\"{address}\">Show all</a></p>"))
            : Lists.Empty("No tags", Html.Of($"<p>All have been deleted, or what was pushed has none.</p>"));
        var all = await usage.OfRepositoryAsync(row.Id, ct);
        var isMore = total > paging.Offset + shown.Count;
        return Layout.Answer(
            new PageFrame(view, row.Path)
            {
                Project = here,
                Part = "container_registry",
                Crumbs = [new Crumb("Container registry", RegistryPages.At(here)), new Crumb(NameOf(here, row), address)],
            },
            Html.Of(
                $"""
                <div class="head"><h1><bdi>{row.Path}</bdi></h1></div>
                <div class="facts"><span>{Icons.Tag}{row.Tags} {(
                    row.Tags == 1 ? "tag" : "tags"
                )}</span><span>{Sizes.Of(all.Bytes)}</span><span>made {Times.Ago(row.CreatedAt, view.Now)}</span></div>
                {Filter(address, search, sort).When(row.Tags > 1)}
                {body}
                {Lists.Pages(paging, isMore, address, ("search", search), ("sort", sort == "newest" ? null : sort))}
                """
            )
        );
    }

    /// <summary>Below the project's own path, which stands before it anyway.</summary>
    public static string NameOf(ProjectContext here, ImageRepository row) => row.Name.Length > 0 ? row.Name : here.Project.Path;

    private static Html Filter(Address address, string search, string sort) =>
        Html.Of(
            $"""
            <form class="filter" method="get" action="{address}">
            {Forms.Field(
                "Name",
                null,
                "search",
                Html.Of($"<input name=\"search\" value=\"{search}\" maxlength=\"{LongestSearch}\" autocomplete=\"off\">")
            )}
            {Forms.Select("Order", "sort", sort, Orders)}
            <button>Show</button></form>
            """
        );

    private static Html Row(PageView view, ProjectContext here, ImageRepository row, ImageTag tag, long size)
    {
        var remove = Forms.Careful(
            view,
            RegistryPages.At(here, $"{row.Id}", "tags", tag.Name, "delete"),
            "Delete",
            $"{tag.Name} cannot be pulled any more. The image stays at its other tags, if it has any."
        );
        return Html.Of(
            $"""
            <li><div class="main"><a class="title" href="{RegistryPages.AtTag(here, row.Id, tag.Name)}"><bdi>{tag.Name}</bdi></a> {Kind(
                tag.MediaType,
                tag.ArtifactType
            )}
            <div class="side facts"><span class="mono" title="{tag.Digest}">{RegistryPages.Short(tag.Digest)}</span><span>{Sizes.Of(
                size
            )}</span><span>pushed {Times.Ago(tag.UpdatedAt, view.Now)}</span>{Pulled(view, tag)}</div></div>
            <div class="acts">{remove.When(view.MayAct(here))}</div></li>
            """
        );
    }

    private static Html Pulled(PageView view, ImageTag tag) =>
        tag.PulledAt is null ? Html.Of($"<span>never pulled</span>") : Html.Of($"<span>pulled {Times.Ago(tag.PulledAt, view.Now)}</span>");

    /// <summary>What it is, when it is no plain image.</summary>
    public static Html Kind(string mediaType, string? artifactType) =>
        ImageKinds.IsIndex(mediaType) ? Html.Of($"<span class=\"badge\">multi-platform</span>")
        : ImageKinds.IsImage(artifactType) ? Html.Nothing
        : Html.Of($"<span class=\"badge\" title=\"{artifactType}\">artifact</span>");
}
