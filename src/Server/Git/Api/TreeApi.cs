using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Slipway.Server.Http;
using Slipway.Server.Projects;

namespace Slipway.Server.Git.Api;

/// <param name="Type"><c>tree</c>, <c>blob</c> or <c>commit</c> for a submodule.</param>
internal sealed record TreeJson(string Id, string Name, string Type, string Path, string Mode);

/// <summary>https://docs.gitlab.com/api/repositories/#list-repository-tree</summary>
internal static class TreeApi
{
    public static void MapTree(this IEndpointRouteBuilder v4)
    {
        v4.MapGet("/projects/{project}/repository/tree", ListAsync).Allow(RepositoryApi.Reads);
        v4.MapGet("/projects/{project}/repository/blobs/{sha}", BlobAsync).Allow(RepositoryApi.Reads);
        v4.MapGet("/projects/{project}/repository/blobs/{sha}/raw", RawAsync).Allow(RepositoryApi.ReadsFiles);
    }

    private static async Task<IResult> ListAsync(
        HttpContext http,
        ProjectContext here,
        Parameters parameters,
        Paging paging,
        Repositories repositories,
        CancellationToken ct
    )
    {
        var repository = repositories.Of(here);
        var path = (parameters.Text("path") ?? "").Trim('/');
        if (await repository.CommitOfAsync(here, parameters.Text("ref"), ct) is not { } commit)
            return Answers.NotFound(here.Project.DefaultBranch is null ? "Tree" : "invalid revision or path");
        if (await EntriesAsync(repository, commit, path, parameters.Flag("recursive") == true, ct) is not { } entries)
            return Answers.NotFound("invalid revision or path");
        // GitLab lists folders first, then files, then submodules.
        var sorted = entries
            .OrderBy(entry =>
                entry.Type switch
                {
                    "tree" => 0,
                    "blob" => 1,
                    _ => 2,
                }
            )
            .ToList();
        if (parameters.Text("pagination") != "keyset")
            return http.Page(paging, sorted.Count, sorted.Skip((int)paging.Offset).Take((int)paging.PerPage));
        var from = parameters.Text("page_token") is { Length: > 0 } token
            ? sorted.FindIndex(entry => Token(entry) == token || entry.Id == token) + 1
            : 0;
        var part = sorted.Skip(from).Take((int)paging.PerPage).ToList();
        if (from + part.Count < sorted.Count)
            http.Response.Headers.Link = RepositoryApi.Link(http, ("page_token", Token(part[^1])), "next");
        return Answers.Ok(part);
    }

    private static async Task<IResult> BlobAsync(ProjectContext here, string sha, Repositories repositories, CancellationToken ct) =>
        await ContentAsync(repositories.Of(here), sha, ct) is { } content
            ? Answers.Ok(
                new
                {
                    size = content.LongLength,
                    encoding = "base64",
                    content = Convert.ToBase64String(content),
                    sha,
                }
            )
            : Answers.NotFound("Blob");

    private static async Task<IResult> RawAsync(
        HttpContext http,
        ProjectContext here,
        string sha,
        Repositories repositories,
        CancellationToken ct
    ) => await ContentAsync(repositories.Of(here), sha, ct) is { } content ? RawFile.Answer(http, content, sha) : Answers.NotFound("Blob");

    private static async Task<byte[]?> ContentAsync(Repository repository, string sha, CancellationToken ct) =>
        RefNames.IsSha(sha)
        && await repository.RunAsync(new GitCall("cat-file", "blob", sha) { MaxOutput = RawFile.Largest }, ct) is { Ok: true } answer
            ? answer.Output
            : null;

    /// <returns>Nothing when the path is no folder.</returns>
    private static async Task<List<TreeJson>?> EntriesAsync(
        Repository repository,
        string commit,
        string path,
        bool recursive,
        CancellationToken ct
    )
    {
        using var tree = new CommitTree(repository, commit);
        if (path.Length > 0 && tree.Find(path) is not { IsFolder: true })
            return null;
        string[] deep = recursive ? ["-r", "-t"] : [];
        string[] below = path.Length == 0 ? [] : ["--", path + "/"];
        var answer = await repository.RunAsync(new GitCall(["--literal-pathspecs", "ls-tree", "-z", .. deep, commit, .. below]), ct);
        return [.. answer.OrThrow("list a tree").Parts().Select(Parse).Where(entry => entry.Path != path)];
    }

    /// <param name="line">MODE SP TYPE SP ID TAB PATH.</param>
    private static TreeJson Parse(string line)
    {
        var tab = line.IndexOf('\t');
        var words = line[..tab].Split(' ');
        var path = line[(tab + 1)..];
        return new TreeJson(words[2], path[(path.LastIndexOf('/') + 1)..], words[1], path, words[0]);
    }

    /// <summary>Two files may be the same object, but not at the same path.</summary>
    private static string Token(TreeJson entry) => Convert.ToHexStringLower(System.Text.Encoding.UTF8.GetBytes(entry.Path));
}
