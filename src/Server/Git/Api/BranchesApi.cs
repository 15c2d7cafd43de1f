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

/// <summary>https://docs.gitlab.com/api/branches/</summary>
internal static class BranchesApi
{
    public static void MapBranches(this IEndpointRouteBuilder v4)
    {
        const string all = "/projects/{project}/repository/branches";
        v4.MapGet(all, ListAsync).Allow(RepositoryApi.Reads);
        v4.MapGet(all + "/{branch}", FindAsync).Allow(RepositoryApi.Reads);
        v4.MapPost(all, CreateAsync).Allow(RepositoryApi.Writes);
        v4.MapDelete(all + "/{branch}", DeleteAsync).Allow(RepositoryApi.Writes);
        v4.MapDelete("/projects/{project}/repository/merged_branches", DeleteMergedAsync).Allow(RepositoryApi.Writes);
    }

    private static async Task<IResult> ListAsync(
        HttpContext http,
        ProjectContext here,
        Paging paging,
        Repositories repositories,
        BranchShapes shapes,
        CancellationToken ct
    )
    {
        var repository = repositories.Of(here);
        var search = http.Request.Query["search"].ToString();
        var found = (await repository.RefsAsync(ct, RefNames.Heads)).Where(one => Matches(RefNames.Branch(one.Name)!, search)).ToList();
        var part = found.Skip((int)paging.Offset).Take((int)paging.PerPage).ToList();
        return http.Page(paging, found.Count, await shapes.OfAsync(here, repository, part, http.Actor(), ct));
    }

    private static async Task<IResult> FindAsync(
        HttpContext http,
        ProjectContext here,
        string branch,
        Repositories repositories,
        BranchShapes shapes,
        CancellationToken ct
    )
    {
        var repository = repositories.Of(here);
        return await repository.RefAsync(RefNames.Heads + RepositoryApi.Name(branch), ct) is { } found
            ? Answers.Ok((await shapes.OfAsync(here, repository, [found], http.Actor(), ct))[0])
            : Answers.NotFound("Branch");
    }

    private static async Task<IResult> CreateAsync(
        HttpContext http,
        ProjectContext here,
        Parameters parameters,
        Repositories repositories,
        WebPush push,
        BranchShapes shapes,
        CancellationToken ct
    )
    {
        if (parameters.Text("branch") is not { Length: > 0 } branch)
            return Answers.BadParameter("branch is missing");
        if (parameters.Text("ref") is not { Length: > 0 } from)
            return Answers.BadParameter("ref is missing");
        if (http.Actor().Responsible is not { } user)
            return Answers.Forbidden();
        var repository = repositories.Of(here);
        if (!RefNames.IsValidShort(branch))
            return Answers.Message(400, "Branch name is invalid");
        if (await repository.RefAsync(RefNames.Heads + branch, ct) is not null)
            return Answers.Message(400, "Branch already exists");
        if (await repository.ResolveAsync(from, ct) is not { } sha)
            return Answers.Message(400, "Invalid reference name: " + from);
        if (
            await push.MoveAsync(
                new Pusher(here, user) { HookLink = HookLink.Of(http) },
                new RefUpdate(RefNames.Heads + branch, CommitFacts.ZeroSha, sha),
                ct
            ) is
            { } wrong
        )
            return Answers.Message(400, wrong);
        var made = new RefEntry(RefNames.Heads + branch, sha, sha);
        return Answers.Created((await shapes.OfAsync(here, repository, [made], http.Actor(), ct))[0]);
    }

    private static async Task<IResult> DeleteAsync(
        HttpContext http,
        ProjectContext here,
        string branch,
        Repositories repositories,
        WebPush push,
        CancellationToken ct
    )
    {
        var name = RefNames.Heads + RepositoryApi.Name(branch);
        if (http.Actor().Responsible is not { } user)
            return Answers.Forbidden();
        if (await repositories.Of(here).RefAsync(name, ct) is not { } found)
            return Answers.NotFound("Branch");
        if (RefNames.Branch(name) == here.Project.DefaultBranch)
            return Answers.Message(405, "Cannot remove HEAD branch");
        var wrong = await push.MoveAsync(
            new Pusher(here, user) { HookLink = HookLink.Of(http) },
            new RefUpdate(name, found.Object, CommitFacts.ZeroSha),
            ct
        );
        return wrong is null ? Answers.NoContent : Answers.Message(403, wrong);
    }

    private static async Task<IResult> DeleteMergedAsync(
        HttpContext http,
        ProjectContext here,
        Repositories repositories,
        WebPush push,
        Db db,
        CancellationToken ct
    )
    {
        var repository = repositories.Of(here);
        if (http.Actor().Responsible is not { } user)
            return Answers.Forbidden();
        var merged = await BranchShapes.MergedAsync(repository, here.Project.DefaultBranch, ct);
        // One request is one link of a chain of webhooks.
        var link = HookLink.Of(http);
        foreach (var one in (await repository.RefsAsync(ct, RefNames.Heads)).Where(one => merged.Contains(one.Name)))
        {
            var branch = RefNames.Branch(one.Name)!;
            if (branch == here.Project.DefaultBranch)
                continue;
            // What is protected is kept, merged or not.
            if (!(await ProtectedRefs.MatchAsync(db, here.Id, ProtectedRefs.Branch, branch, ct)).IsProtected)
                await push.MoveAsync(
                    new Pusher(here, user) { HookLink = link },
                    new RefUpdate(one.Name, one.Object, CommitFacts.ZeroSha),
                    ct
                );
        }

        return Answers.Accepted(new { message = "202 Accepted" });
    }

    /// <param name="search">Anywhere in it; at its beginning with <c>^</c>, at its end with <c>$</c>.</param>
    private static bool Matches(string name, string search)
    {
        var (start, end) = (search.StartsWith('^'), search.EndsWith('$') && search.Length > 1);
        var text = search[(start ? 1 : 0)..(end ? ^1 : ^0)];
        const StringComparison any = StringComparison.OrdinalIgnoreCase;
        return (start, end) switch
        {
            (true, true) => name.Equals(text, any),
            (true, false) => name.StartsWith(text, any),
            (false, true) => name.EndsWith(text, any),
            _ => name.Contains(text, any),
        };
    }
}
