using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Slipway.Compiler;
using Slipway.Server.Accounts;
using Slipway.Server.Data;
using Slipway.Server.Git.Push;
using Slipway.Server.Http;
using Slipway.Server.Projects;

namespace Slipway.Server.Git.Api;

/// <param name="Target">The tag's own object; for one without a message the commit.</param>
internal sealed record TagJson(
    string Name,
    string Message,
    string Target,
    CommitJson? Commit,
    object? Release,
    bool Protected,
    string? CreatedAt
);

/// <summary>https://docs.gitlab.com/api/tags/</summary>
internal static class TagsApi
{
    public static void MapTags(this IEndpointRouteBuilder v4)
    {
        const string all = "/projects/{project}/repository/tags";
        v4.MapGet(all, ListAsync).Allow(RepositoryApi.Reads);
        v4.MapGet(all + "/{tag}", FindAsync).Allow(RepositoryApi.Reads);
        v4.MapPost(all, CreateAsync).Allow(RepositoryApi.Writes);
        v4.MapDelete(all + "/{tag}", DeleteAsync).Allow(RepositoryApi.Writes);
    }

    private static async Task<IResult> ListAsync(
        HttpContext http,
        ProjectContext here,
        Paging paging,
        Repositories repositories,
        Db db,
        ServerUrl url,
        CancellationToken ct
    )
    {
        var repository = repositories.Of(here);
        var query = http.Request.Query;
        var search = query["search"].ToString().Trim('^', '$');
        var found = (await repository.RefsAsync(ct, RefNames.Tags)).Where(one => RefNames.Tag(one.Name)!.Contains(search)).ToList();
        var all = await ShapesAsync(here, repository, found, db, url, ct);
        var byTime = query["order_by"].ToString() is "" or "updated";
        var sorted = byTime ? all.OrderBy(tag => tag.Commit?.CommittedDate ?? "") : all.OrderBy(tag => tag.Name, StringComparer.Ordinal);
        var ordered = query["sort"] == "asc" ? sorted.ToList() : [.. sorted.Reverse()];
        return http.Page(paging, ordered.Count, ordered.Skip((int)paging.Offset).Take((int)paging.PerPage));
    }

    private static async Task<IResult> FindAsync(
        ProjectContext here,
        string tag,
        Repositories repositories,
        Db db,
        ServerUrl url,
        CancellationToken ct
    )
    {
        var repository = repositories.Of(here);
        return await repository.RefAsync(RefNames.Tags + RepositoryApi.Name(tag), ct) is { } found
            ? Answers.Ok((await ShapesAsync(here, repository, [found], db, url, ct))[0])
            : Answers.NotFound("Tag");
    }

    private static async Task<IResult> CreateAsync(
        HttpContext http,
        ProjectContext here,
        Parameters parameters,
        Repositories repositories,
        WebPush push,
        Db db,
        ServerUrl url,
        CancellationToken ct
    )
    {
        if (parameters.Text("tag_name") is not { Length: > 0 } name)
            return Answers.BadParameter("tag_name is missing");
        if (parameters.Text("ref") is not { Length: > 0 } from)
            return Answers.BadParameter("ref is missing");
        if (http.Actor().Responsible is not { } user)
            return Answers.Forbidden();
        var repository = repositories.Of(here);
        if (!RefNames.IsValidShort(name))
            return Answers.Message(400, "Tag name invalid");
        if (await repository.RefAsync(RefNames.Tags + name, ct) is not null)
            return Answers.Message(400, $"Tag {name} already exists");
        if (await repository.ResolveAsync(from, ct) is not { } sha)
            return Answers.Message(400, $"Target {from} is invalid");
        var pack = new PackWriter();
        var message = parameters.Text("message") ?? "";
        var target = message.Length == 0 ? sha : pack.AddTag(sha, name, push.Sign(user), message);
        if (
            await push.MoveAsync(
                new Pusher(here, user) { HookLink = HookLink.Of(http) },
                new RefUpdate(RefNames.Tags + name, CommitFacts.ZeroSha, target),
                ct,
                pack
            ) is
            { } wrong
        )
            return Answers.Message(400, wrong);
        var made = new RefEntry(RefNames.Tags + name, target, sha);
        return Answers.Created((await ShapesAsync(here, repository, [made], db, url, ct))[0]);
    }

    private static async Task<IResult> DeleteAsync(
        HttpContext http,
        ProjectContext here,
        string tag,
        Repositories repositories,
        WebPush push,
        CancellationToken ct
    )
    {
        var name = RefNames.Tags + RepositoryApi.Name(tag);
        if (http.Actor().Responsible is not { } user)
            return Answers.Forbidden();
        if (await repositories.Of(here).RefAsync(name, ct) is not { } found)
            return Answers.NotFound("Tag");
        var wrong = await push.MoveAsync(
            new Pusher(here, user) { HookLink = HookLink.Of(http) },
            new RefUpdate(name, found.Object, CommitFacts.ZeroSha),
            ct
        );
        return wrong is null ? Answers.NoContent : Answers.Message(403, wrong);
    }

    private static async Task<List<TagJson>> ShapesAsync(
        ProjectContext here,
        Repository repository,
        List<RefEntry> tags,
        Db db,
        ServerUrl url,
        CancellationToken ct
    )
    {
        var rules = await db.QueryAsync<ProtectedRefRow>(
            $"SELECT {ProtectedRefRow.Columns} FROM protected_refs WHERE project_id = @Id AND kind = 'tag'",
            new { here.Id },
            ct
        );
        var commits = (await repository.CommitsAsync([.. tags.Select(tag => tag.Commit).OfType<string>().Distinct()], ct)).ToDictionary(
            commit => commit.Sha
        );
        var objects = await repository.TagsAsync(tags.Count == 1 ? RefNames.Tag(tags[0].Name) : null, ct);
        return
        [
            .. tags.Select(tag =>
            {
                var name = RefNames.Tag(tag.Name)!;
                var annotation = objects.GetValueOrDefault(name);
                var commit = tag.Commit is { } sha ? commits.GetValueOrDefault(sha) : null;
                return new TagJson(
                    name,
                    annotation?.Message.TrimEnd('\n') ?? "",
                    tag.Object,
                    commit is null ? null : CommitJson.From(commit, here, url),
                    null,
                    ProtectedRefs.Match(rules, name).IsProtected,
                    annotation is null ? null : CommitJson.Stamp(annotation.Tagger)
                );
            }),
        ];
    }
}
