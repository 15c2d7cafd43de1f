using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Slipway.Server.Accounts;
using Slipway.Server.Http;
using Slipway.Server.Projects;

namespace Slipway.Server.Git.Api;

/// <summary>One file of a repository. https://docs.gitlab.com/api/repository_files/</summary>
internal static class FilesApi
{
    private const string File = "/projects/{project}/repository/files/{file_path}";

    public static void MapFiles(this IEndpointRouteBuilder v4)
    {
        v4.MapMethods(File, ["GET", "HEAD"], FindAsync).Allow(RepositoryApi.ReadsFiles);
        v4.MapGet(File + "/raw", RawAsync).Allow(RepositoryApi.ReadsFiles);
        v4.MapPost(
                File,
                (
                    HttpContext http,
                    CommitCreation creation,
                    ProjectContext here,
                    Parameters parameters,
                    string file_path,
                    CancellationToken ct
                ) => ChangeAsync(http, creation, here, parameters, "create", file_path, ct)
            )
            .Allow(RepositoryApi.Writes);
        v4.MapPut(
                File,
                (
                    HttpContext http,
                    CommitCreation creation,
                    ProjectContext here,
                    Parameters parameters,
                    string file_path,
                    CancellationToken ct
                ) => ChangeAsync(http, creation, here, parameters, "update", file_path, ct)
            )
            .Allow(RepositoryApi.Writes);
        v4.MapDelete(
                File,
                (
                    HttpContext http,
                    CommitCreation creation,
                    ProjectContext here,
                    Parameters parameters,
                    string file_path,
                    CancellationToken ct
                ) => ChangeAsync(http, creation, here, parameters, "delete", file_path, ct)
            )
            .Allow(RepositoryApi.Writes);
    }

    private static async Task<IResult> FindAsync(
        HttpContext http,
        ProjectContext here,
        string file_path,
        Repositories repositories,
        CancellationToken ct
    )
    {
        if (http.Request.Query["ref"].ToString() is not { Length: > 0 } name)
            return Answers.BadParameter("ref is missing, ref is empty");
        var path = RepositoryApi.Name(file_path);
        if (await ReadAsync(repositories.Of(here), here, path, name, ct) is not ({ } found, var refusal))
            return Answers.NotFound("File");
        if (refusal is not null)
            return refusal;
        Describe(http, found, path, name);
        return HttpMethods.IsHead(http.Request.Method)
            ? Results.Ok()
            : Answers.Ok(
                new
                {
                    fileName = Last(path),
                    filePath = path,
                    size = found.Content.LongLength,
                    encoding = "base64",
                    contentSha256 = Digest(found.Content),
                    @ref = name,
                    blobId = found.Entry.Id,
                    commitId = found.Commit,
                    lastCommitId = found.LastCommit,
                    executeFilemode = found.Entry.Mode == "100755",
                    content = Convert.ToBase64String(found.Content),
                }
            );
    }

    private static async Task<IResult> RawAsync(
        HttpContext http,
        ProjectContext here,
        string file_path,
        Repositories repositories,
        CancellationToken ct
    )
    {
        var name = http.Request.Query["ref"].ToString() is { Length: > 0 } given ? given : "HEAD";
        var path = RepositoryApi.Name(file_path);
        if (await ReadAsync(repositories.Of(here), here, path, name, ct) is not ({ } found, var refusal))
            return Answers.NotFound("File");
        if (refusal is not null)
            return refusal;
        Describe(http, found, path, name);
        return RawFile.Answer(http, found.Content, Last(path));
    }

    private static async Task<IResult> ChangeAsync(
        HttpContext http,
        CommitCreation creation,
        ProjectContext here,
        Parameters parameters,
        string action,
        string path,
        CancellationToken ct
    )
    {
        if (http.Actor().Responsible is not { } user)
            return Answers.Forbidden();
        foreach (var needed in action == "delete" ? ["branch", "commit_message"] : (string[])["branch", "commit_message", "content"])
            if (parameters.Text(needed) is null)
                return Answers.BadParameter($"{needed} is missing");
        path = RepositoryApi.Name(path);
        var change = new FileAction(action, path)
        {
            Content = parameters.Text("content"),
            IsBase64 = parameters.Text("encoding") == "base64",
            LastCommit = parameters.Text("last_commit_id"),
            Executable = parameters.Flag("execute_filemode"),
        };
        var (_, wrong) = await creation.CreateAsync(
            here,
            user,
            CommitOrder.Of(parameters, [change]) with
            {
                HookLink = HookLink.Of(http),
            },
            ct
        );
        if (wrong is not null)
            return Answers.Message(400, wrong);
        var made = new { filePath = path, branch = parameters.Text("branch") };
        return action switch
        {
            "create" => Answers.Created(made),
            "update" => Answers.Ok(made),
            _ => Answers.NoContent,
        };
    }

    private static async Task<(FoundFile? File, IResult? Refusal)> ReadAsync(
        Repository repository,
        ProjectContext here,
        string path,
        string name,
        CancellationToken ct
    )
    {
        if (await repository.CommitOfAsync(here, name == "HEAD" ? null : name, ct) is not { } commit)
            return (null, null);
        using var tree = new CommitTree(repository, commit);
        if (tree.Find(path) is not { Type: "blob" } entry)
            return (null, null);
        // A link's bytes are where it leads: they are shown, and never followed.
        if (tree.Objects.Read(entry.Id, RawFile.Largest) is not (_, var content))
            return (new FoundFile(entry, [], commit, commit), Answers.Message(413, "The file is too large for the API."));
        var last = await repository.LogAsync([commit], ["-1"], path, ct);
        return (new FoundFile(entry, content, commit, last.Count > 0 ? last[0].Sha : commit), null);
    }

    private static void Describe(HttpContext http, FoundFile found, string path, string name)
    {
        var headers = http.Response.Headers;
        headers["X-Gitlab-Blob-Id"] = found.Entry.Id;
        headers["X-Gitlab-Commit-Id"] = found.Commit;
        headers["X-Gitlab-Content-Sha256"] = Digest(found.Content);
        headers["X-Gitlab-Encoding"] = "base64";
        headers["X-Gitlab-Execute-Filemode"] = found.Entry.Mode == "100755" ? "true" : "false";
        headers["X-Gitlab-File-Name"] = Header(Last(path));
        headers["X-Gitlab-File-Path"] = Header(path);
        headers["X-Gitlab-Last-Commit-Id"] = found.LastCommit;
        headers["X-Gitlab-Ref"] = Header(name);
        headers["X-Gitlab-Size"] = $"{found.Content.LongLength}";
    }

    /// <summary>A header takes no control characters and nothing beyond ASCII.</summary>
    private static string Header(string text) => text.All(c => c is >= ' ' and < (char)127) ? text : Uri.EscapeDataString(text);

    private static string Last(string path) => path[(path.LastIndexOf('/') + 1)..];

    private static string Digest(byte[] content) => Convert.ToHexStringLower(SHA256.HashData(content));

    private sealed record FoundFile(TreeEntry Entry, byte[] Content, string Commit, string LastCommit);
}
