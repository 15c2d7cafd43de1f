using System.Globalization;
using Slipway.Server.Data;
using Slipway.Server.Git;
using Slipway.Server.Http;

namespace Slipway.Server.Webhooks;

/// <summary>What every event says of its project, of whoever brought it about, and of a commit.</summary>
internal static class HookProject
{
    public static object Project(ProjectRow project, ServerUrl url)
    {
        var (page, ssh, http) = (url.Of("/" + project.FullPath), Ssh(project, url), url.Of($"/{project.FullPath}.git"));
        return new
        {
            id = project.Id,
            name = project.Name,
            description = project.Description,
            web_url = page,
            avatar_url = (string?)null,
            git_ssh_url = ssh,
            git_http_url = http,
            @namespace = NamespaceOf(project),
            visibility_level = LevelOf(project),
            path_with_namespace = project.FullPath,
            default_branch = project.DefaultBranch,
            ci_config_path = (string?)null,
            homepage = page,
            url = ssh,
            ssh_url = ssh,
            http_url = http,
        };
    }

    public static object Repository(ProjectRow project, ServerUrl url) =>
        new
        {
            name = project.Name,
            url = Ssh(project, url),
            description = project.Description,
            homepage = url.Of("/" + project.FullPath),
            git_http_url = url.Of($"/{project.FullPath}.git"),
            git_ssh_url = Ssh(project, url),
            visibility_level = LevelOf(project),
        };

    /// <summary>Addresses of people are not for strangers: GitLab hides them alike.</summary>
    public static object User(UserRow user) =>
        new
        {
            id = user.Id,
            name = user.Name,
            username = user.Username,
            avatar_url = (string?)null,
            email = "[REDACTED]",
        };

    public static object Commit(Commit commit, ProjectRow project, ServerUrl url) =>
        new
        {
            id = commit.Sha,
            message = commit.Message,
            title = commit.Title,
            timestamp = commit.Committer.At,
            url = url.Of($"/{project.FullPath}/-/commit/{commit.Sha}"),
            author = new { name = commit.Author.Name, email = commit.Author.Email },
        };

    public static string NamespaceOf(ProjectRow project) =>
        project.FullPath.LastIndexOf('/') is > 0 and var slash ? project.FullPath[..slash] : "";

    /// <summary><c>2016-08-12 15:23:28 UTC</c>.</summary>
    public static string? Time(long? at) =>
        at is { } known ? known.Instant().UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss 'UTC'", CultureInfo.InvariantCulture) : null;

    private static string Ssh(ProjectRow project, ServerUrl url) => $"git@{url.Uri.Host}:{project.FullPath}.git";

    private static int LevelOf(ProjectRow project) =>
        project.Visibility switch
        {
            "public" => 20,
            "internal" => 10,
            _ => 0,
        };
}
