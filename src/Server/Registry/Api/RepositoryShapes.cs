using Microsoft.AspNetCore.Http;
using Slipway.Server.Http;
using Slipway.Server.Registry.Contents;

namespace Slipway.Server.Registry.Api;

/// <summary>What calls tell of repositories: <c>?tags=true</c> and <c>?tags_count=true</c> ask for more.</summary>
internal sealed class RepositoryShapes(TagStore tags, ServerUrl url)
{
    /// <summary>Of the names that a repository is shown with. Lists of tags have a call of their own, in pages.</summary>
    private const int MostTags = 1000;

    public async Task<IResult> PageAsync(
        HttpContext http,
        Paging paging,
        Parameters parameters,
        (IReadOnlyList<ImageRepository> Rows, long Total) found,
        CancellationToken ct
    ) => http.Page(paging, found.Total, await OfAsync(found.Rows, parameters, ct));

    public async Task<IReadOnlyList<RepositoryJson>> OfAsync(
        IReadOnlyList<ImageRepository> rows,
        Parameters parameters,
        CancellationToken ct
    )
    {
        var withTags = parameters.Flag("tags") == true;
        var withCount = parameters.Flag("tags_count") == true;
        var shapes = new List<RepositoryJson>();
        foreach (var row in rows)
        {
            var names = withTags ? await tags.NamesAsync(row.Id, MostTags, ct) : null;
            shapes.Add(
                RepositoryJson.From(row, url) with
                {
                    TagsCount = withCount ? row.Tags : null,
                    Tags = names?.Select(name => TagJson.From(row, name, url)),
                }
            );
        }

        return shapes;
    }
}
