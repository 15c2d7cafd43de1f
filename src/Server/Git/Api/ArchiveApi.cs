using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Net.Http.Headers;
using Slipway.Server.Http;
using Slipway.Server.Projects;

namespace Slipway.Server.Git.Api;

/// <summary>https://docs.gitlab.com/api/repositories/#get-file-archive</summary>
internal static class ArchiveApi
{
    public static void MapArchive(this IEndpointRouteBuilder v4)
    {
        const string archive = "/projects/{project}/repository/archive";
        v4.MapGet(
                archive,
                (HttpContext http, ProjectContext here, Repositories all, CancellationToken ct) => SendAsync(http, here, "tar.gz", all, ct)
            )
            .Allow(RepositoryApi.ReadsFiles);
        v4.MapGet(archive + ".{format}", SendAsync).Allow(RepositoryApi.ReadsFiles);
    }

    private static async Task<IResult> SendAsync(
        HttpContext http,
        ProjectContext here,
        string format,
        Repositories repositories,
        CancellationToken ct
    )
    {
        var query = http.Request.Query;
        var kind = format switch
        {
            "zip" => "zip",
            "tar" => "tar",
            "tar.gz" or "tgz" => "tar.gz",
            _ => null,
        };
        if (kind is null)
            return Answers.Message(406, "406 Not Acceptable");
        var name = query["sha"].ToString() is { Length: > 0 } given ? given : here.Project.DefaultBranch ?? "HEAD";
        var repository = repositories.Of(here);
        if (await repository.ResolveAsync(name, ct) is not { } sha)
            return Answers.NotFound("File");
        var path = query["path"].ToString().Trim('/');
        using (var tree = new CommitTree(repository, sha))
            if (path.Length > 0 && tree.Find(path) is null)
                return Answers.NotFound("File");
        // app-main-1234…/: GitLab's name, in which a slash of a branch is a dash.
        var prefix = string.Join('-', new[] { here.Project.Path, name, sha, path }.Where(part => part.Length > 0)).Replace('/', '-');
        var disposition = new ContentDispositionHeaderValue("attachment");
        disposition.SetHttpFileName($"{prefix}.{kind}");
        http.Response.Headers.ContentDisposition = disposition.ToString();
        http.Response.ContentType = kind switch
        {
            "zip" => "application/zip",
            "tar" => "application/x-tar",
            _ => "application/gzip",
        };
        string[] below = path.Length == 0 ? [] : [path];
        var call = new GitCall(["--literal-pathspecs", "archive", $"--format={kind}", $"--prefix={prefix}/", sha, "--", .. below])
        {
            Limit = TimeSpan.FromMinutes(30),
            Drink = (output, token) => output.CopyToAsync(http.Response.Body, token),
        };
        if (!(await repository.RunAsync(call, ct)).Ok)
            http.Abort();
        return Results.Empty;
    }
}
