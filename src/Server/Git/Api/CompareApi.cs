using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Slipway.Server.Http;
using Slipway.Server.Projects;

namespace Slipway.Server.Git.Api;

/// <summary>https://docs.gitlab.com/api/repositories/#compare-branches-tags-or-commits</summary>
internal static class CompareApi
{
    private const int MostCommits = 1000;

    public static void MapCompare(this IEndpointRouteBuilder v4) =>
        v4.MapGet("/projects/{project}/repository/compare", CompareAsync).Allow(RepositoryApi.Reads);

    private static async Task<IResult> CompareAsync(
        ProjectContext here,
        Parameters parameters,
        Repositories repositories,
        ServerUrl url,
        CancellationToken ct
    )
    {
        foreach (var needed in (string[])["from", "to"])
            if (parameters.Text(needed) is not { Length: > 0 })
                return Answers.BadParameter($"{needed} is missing");
        var repository = repositories.Of(here);
        var (from, to) = (parameters.Text("from")!, parameters.Text("to")!);
        if (await repository.ResolveAsync(from, ct) is not { } old || await repository.ResolveAsync(to, ct) is not { } now)
            return Answers.NotFound("Ref");
        var straight = parameters.Flag("straight") == true;
        var parted = straight ? old : await repository.MergeBaseAsync(old, now, ct);
        if (parted is null)
            return Answers.NotFound("Merge Base");
        var commits = await repository.LogAsync([$"{parted}..{now}"], [$"-{MostCommits}"], "", ct);
        var shown = commits.Reverse().Select(commit => CommitJson.From(commit, here, url)).ToList();
        return Answers.Ok(
            new
            {
                commit = shown.Count > 0 ? shown[^1] : null,
                commits = shown,
                diffs = await repository.DiffAsync(parted, now, ct),
                compareTimeout = false,
                compareSameRef = old == now,
                webUrl = url.Of($"/{here.Project.FullPath}/-/compare/{parted}{(straight ? ".." : "...")}{now}"),
            }
        );
    }
}
