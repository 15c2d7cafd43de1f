using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Slipway.Server.Accounts;

namespace Slipway.Server.Ui;

/// <summary>
/// Addresses of pages begin with a project's path, which may have any number of words, and routing can match such a beginning only at an end. So before routing
/// <c>/group/sub/app/-/jobs/1</c> becomes <c>/-/page/group%2Fsub%2Fapp/jobs/1</c>, and <c>/group/app</c> becomes <c>/-/page/group%2Fapp</c>: one word names the project,
/// as in API v4. A group's begin with <c>/groups/</c>, and become <c>/-/group/acme%2Ftools</c>. All other addresses stay what they are.
/// </summary>
internal static class PagePath
{
    /// <summary>Routes of a project's pages begin with this. Nobody comes by such an address from outside.</summary>
    public const string Project = "/-/page/{project}";

    /// <summary>The same for a group's.</summary>
    public const string Group = "/-/group/{group}";

    /// <summary>A name alone: a user's, or a group's.</summary>
    public const string Space = "/-/space/{space}";

    private const string Inside = "/-/page/";
    private const string InsideGroup = "/-/group/";
    private const string InsideSpace = "/-/space/";
    private const string Groups = "/groups/";
    private const string Mark = "/-/";
    private const string Images = "container_registry";
    private static readonly object Original = new();

    private static readonly HashSet<string> Reserved = new(StringComparer.OrdinalIgnoreCase)
    {
        "-",
        ".well-known",
        "admin",
        "api",
        "assets",
        "dashboard",
        "explore",
        "groups",
        "jwt",
        "metrics",
        "oauth",
        "projects",
        "users",
        "v2",
    };

    private static readonly string[] GitEnds = ["/info/refs", "/git-upload-pack", "/git-receive-pack"];

    public static void UsePagePaths(this WebApplication app) =>
        app.Use(
            (http, next) =>
            {
                http.Items[Original] = http.Request.Path.ToUriComponent() + http.Request.QueryString.ToUriComponent();
                var path = http.Request.Path.Value ?? "/";
                if (
                    ((string[])[Inside, InsideGroup, InsideSpace]).Any(inside =>
                        path.StartsWith(inside, StringComparison.OrdinalIgnoreCase)
                    )
                )
                    http.Request.Path = "/-/";
                else if (Rewrite(path) is { } rewritten)
                    http.Request.Path = rewritten;

                return next(http);
            }
        );

    /// <summary>The path and query before they were rewritten.</summary>
    public static string Requested(HttpContext http) => (string?)http.Items[Original] ?? "/";

    /// <returns>Nothing when it is no project's page.</returns>
    internal static string? Rewrite(string path)
    {
        if (path.StartsWith(Groups, StringComparison.Ordinal))
            return RewriteGroup(path);
        var words = path.Trim('/').Split('/');
        if (words is [var space])
            return PathRules.CheckTop("path", space) is null ? InsideSpace + space : null;
        if (Reserved.Contains(words[0]) || path.Contains(".git/") || GitEnds.Any(path.EndsWith))
            return null;
        var (project, page) = Registry(path, words) ?? Parts(path);
        return project.Contains('/') || project.Contains("%2F", StringComparison.OrdinalIgnoreCase)
            ? Inside + project.Replace("/", "%2F") + page
            : null;
    }

    private static string? RewriteGroup(string path)
    {
        var (group, page) = Parts(path[(Groups.Length - 1)..]);
        return group is "" or "new" ? null : InsideGroup + group.Replace("/", "%2F") + page;
    }

    /// <summary>GitLab's addresses of images have no <c>/-/</c>.</summary>
    private static (string Project, string Page)? Registry(string path, string[] words) =>
        path.Contains(Mark) ? null
        : words is [_, _, .., Images] ? (string.Join('/', words[..^1]), "/" + Images)
        : words is [_, _, .., Images, var id] && long.TryParse(id, out _) ? (string.Join('/', words[..^2]), $"/{Images}/{id}")
        : null;

    /// <summary>What comes before <c>/-/</c>, and what behind it, with a slash.</summary>
    private static (string Owner, string Page) Parts(string path)
    {
        var mark = path.IndexOf(Mark, StringComparison.Ordinal);
        return mark < 0 ? (path.Trim('/'), "") : (path[..mark].Trim('/'), path[(mark + Mark.Length - 1)..].TrimEnd('/'));
    }
}
