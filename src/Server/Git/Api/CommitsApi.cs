using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Slipway.Server.Accounts;
using Slipway.Server.Data;
using Slipway.Server.Http;
using Slipway.Server.Projects;

namespace Slipway.Server.Git.Api;

/// <summary>https://docs.gitlab.com/api/commits/</summary>
internal static class CommitsApi
{
    private const string All = "/projects/{project}/repository/commits";

    public static void MapCommits(this IEndpointRouteBuilder v4)
    {
        v4.MapGet(All, ListAsync).Allow(RepositoryApi.Reads);
        v4.MapGet(All + "/{sha}", FindAsync).Allow(RepositoryApi.Reads);
        v4.MapGet(All + "/{sha}/diff", DiffAsync).Allow(RepositoryApi.Reads);
        v4.MapGet(All + "/{sha}/refs", RefsAsync).Allow(RepositoryApi.Reads);
        v4.MapGet("/projects/{project}/repository/merge_base", MergeBaseAsync).Allow(RepositoryApi.Reads);
    }

    /// <summary>Commits that are made through the API.</summary>
    public static void MapCommitCreation(this IEndpointRouteBuilder v4) => v4.MapPost(All, CreateAsync).Allow(RepositoryApi.Writes);

    private static async Task<IResult> ListAsync(
        HttpContext http,
        ProjectContext here,
        Parameters parameters,
        Paging paging,
        Repositories repositories,
        ServerUrl url,
        CancellationToken ct
    )
    {
        var repository = repositories.Of(here);
        if (Options(parameters, paging) is not { } options)
            return Answers.BadParameter("since is invalid");
        var from = new List<string>();
        if (parameters.Flag("all") == true)
            from.AddRange(
                (await repository.RefsAsync(ct, RefNames.Heads, RefNames.Tags)).Select(one => one.Commit).OfType<string>().Distinct()
            );
        else if (await RangeAsync(repository, here, parameters.Text("ref_name"), ct) is { } range)
            from.Add(range);
        if (from.Count == 0)
            return http.Part<CommitJson>(paging, []);
        var commits = await repository.LogAsync(from, options, (parameters.Text("path") ?? "").Trim('/'), ct);
        return http.Part(paging, [.. commits.Select(commit => CommitJson.From(commit, here, url))]);
    }

    private static async Task<IResult> FindAsync(
        ProjectContext here,
        string sha,
        Repositories repositories,
        Db db,
        ServerUrl url,
        Parameters parameters,
        CancellationToken ct
    ) =>
        await CommitAsync(repositories.Of(here), sha, ct) is { } commit
            ? Answers.Ok(await DetailsAsync(repositories.Of(here), here, commit, parameters.Flag("stats") != false, db, url, ct))
            : Answers.NotFound("Commit");

    private static async Task<IResult> DiffAsync(
        HttpContext http,
        ProjectContext here,
        string sha,
        Paging paging,
        Repositories repositories,
        CancellationToken ct
    )
    {
        var repository = repositories.Of(here);
        if (await CommitAsync(repository, sha, ct) is not { } commit)
            return Answers.NotFound("Commit");
        var diffs = await repository.DiffAsync(commit.Parents.Count > 0 ? commit.Parents[0] : null, commit.Sha, ct);
        return http.Page(paging, diffs.Count, diffs.Skip((int)paging.Offset).Take((int)paging.PerPage));
    }

    private static async Task<IResult> RefsAsync(
        HttpContext http,
        ProjectContext here,
        string sha,
        Paging paging,
        Repositories repositories,
        CancellationToken ct
    )
    {
        var repository = repositories.Of(here);
        if (await CommitAsync(repository, sha, ct) is not { } commit)
            return Answers.NotFound("Commit");
        var below = http.Request.Query["type"].ToString() switch
        {
            "branch" => ["refs/heads"],
            "tag" => ["refs/tags"],
            _ => (string[])["refs/heads", "refs/tags"],
        };
        var call = new GitCall(["for-each-ref", "--format=%(refname)", "--contains", commit.Sha, "--", .. below]);
        var names = (await repository.RunAsync(call, ct)).OrThrow("find refs").Text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var found = names.Select(name => new
        {
            type = RefNames.Branch(name) is null ? "tag" : "branch",
            name = RefNames.Branch(name) ?? RefNames.Tag(name),
        });
        return http.Page(paging, names.Length, found.Skip((int)paging.Offset).Take((int)paging.PerPage));
    }

    private static async Task<IResult> MergeBaseAsync(
        ProjectContext here,
        Parameters parameters,
        Repositories repositories,
        ServerUrl url,
        CancellationToken ct
    )
    {
        if (parameters.List("refs") is not { Count: >= 2 and <= 16 } names)
            return Answers.BadParameter("refs is missing");
        var repository = repositories.Of(here);
        var commits = new List<string>();
        foreach (var name in names)
        {
            if (await repository.ResolveAsync(name, ct) is not { } sha)
                return Answers.Message(400, $"Could not find ref: {name}");
            commits.Add(sha);
        }

        var answer = await repository.RunAsync(new GitCall(["merge-base", "--end-of-options", .. commits]), ct);
        return answer.Ok && await repository.CommitAsync(answer.Line, ct) is { } commit
            ? Answers.Ok(CommitJson.From(commit, here, url))
            : Answers.NotFound("Merge Base");
    }

    private static async Task<IResult> CreateAsync(
        HttpContext http,
        ProjectContext here,
        Parameters parameters,
        CommitCreation creation,
        Repositories repositories,
        Db db,
        ServerUrl url,
        CancellationToken ct
    )
    {
        foreach (var needed in (string[])["branch", "commit_message"])
            if (parameters.Text(needed) is not { Length: > 0 })
                return Answers.BadParameter($"{needed} is missing");
        if (http.Actor().Responsible is not { } user)
            return Answers.Forbidden();
        var order = CommitOrder.Of(parameters, CommitOrder.ActionsOf(parameters.Json)) with { HookLink = HookLink.Of(http) };
        if (order.Actions.Any(action => action.Path.Length == 0))
            return Answers.BadParameter("actions[file_path] is missing");
        var (sha, wrong) = await creation.CreateAsync(here, user, order, ct);
        if (sha is null)
            return Answers.Message(400, wrong!);
        var commit = (await repositories.Of(here).CommitAsync(sha, ct))!;
        return Answers.Created(await DetailsAsync(repositories.Of(here), here, commit, parameters.Flag("stats") != false, db, url, ct));
    }

    private static async Task<Dictionary<string, object?>> DetailsAsync(
        Repository repository,
        ProjectContext here,
        Commit commit,
        bool stats,
        Db db,
        ServerUrl url,
        CancellationToken ct
    )
    {
        var counted = stats ? await repository.StatsAsync(commit.Parents.Count > 0 ? commit.Parents[0] : null, commit.Sha, ct) : null;
        var pipeline = await PipelineOfCommit.FindAsync(db, here, commit.Sha, url, ct);
        return new CommitDetails(CommitJson.From(commit, here, url), counted, here.Id, pipeline).ToJson();
    }

    private static async Task<Commit?> CommitAsync(Repository repository, string name, CancellationToken ct) =>
        await repository.ResolveAsync(RepositoryApi.Name(name), ct) is { } sha ? await repository.CommitAsync(sha, ct) : null;

    /// <summary>A ref, or the commits of one that another has not: <c>main..topic</c>.</summary>
    private static async Task<string?> RangeAsync(Repository repository, ProjectContext here, string? name, CancellationToken ct)
    {
        if (name?.Split("..") is not [var old, var now])
            return await repository.CommitOfAsync(here, name, ct);
        return await repository.ResolveAsync(old, ct) is { } from && await repository.ResolveAsync(now, ct) is { } to
            ? $"{from}..{to}"
            : null;
    }

    /// <returns>Nothing when a moment cannot be read.</returns>
    private static List<string>? Options(Parameters parameters, Paging paging)
    {
        var options = new List<string> { $"--skip={paging.Offset}", $"-{paging.PerPage + 1}" };
        foreach (var name in (string[])["since", "until"])
        {
            if (parameters.Text(name) is not { Length: > 0 } text)
                continue;
            if (!DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at))
                return null;
            options.Add($"--{name}={at.ToUnixTimeSeconds()}");
        }

        if (parameters.Text("author") is { Length: > 0 } author)
            options.AddRange(["--fixed-strings", "--author=" + author]);
        if (parameters.Flag("first_parent") == true)
            options.Add("--first-parent");
        if (parameters.Text("order") == "topo")
            options.Add("--topo-order");
        return options;
    }
}
