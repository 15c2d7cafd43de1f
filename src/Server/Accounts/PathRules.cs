using Slipway.Server.Http;

namespace Slipway.Server.Accounts;

/// <summary>
/// What users, groups and projects may be called in URLs, folders and Git remotes: no name can be mistaken for one of our own pages, climb out of a folder, or
/// look like a file of Git's. https://docs.gitlab.com/user/reserved_names/
/// </summary>
internal static class PathRules
{
    private const int MaxLength = 255;

    private const string Characters =
        "can contain only letters, digits, '_', '-' and '.'. Cannot start with '-' or '.', or end in '.', '.git', '.atom' or '.lock'";

    private static readonly HashSet<string> AtTop = new(StringComparer.OrdinalIgnoreCase)
    {
        "-",
        "admin",
        "api",
        "apple-touch-icon.png",
        "assets",
        "dashboard",
        "explore",
        "favicon.ico",
        "files",
        "groups",
        "health_check",
        "help",
        "import",
        "invites",
        "jwt",
        "login",
        "metrics",
        "oauth",
        "profile",
        "projects",
        "public",
        "robots.txt",
        "s",
        "search",
        "setup",
        "sitemap",
        "sitemap.xml",
        "snippets",
        "static",
        "unsubscribes",
        "uploads",
        "users",
        "v2",
    };

    private static readonly HashSet<string> Below = new(StringComparer.OrdinalIgnoreCase)
    {
        "-",
        "badges",
        "blame",
        "blob",
        "builds",
        "commits",
        "create",
        "create_dir",
        "dependency_proxy",
        "edit",
        "environments",
        "files",
        "find_file",
        "gitlab-lfs",
        "info",
        "new",
        "preview",
        "raw",
        "refs",
        "tree",
        "update",
        "wikis",
    };

    /// <summary>A user's name, or a group's that stands in no other.</summary>
    public static FieldError? CheckTop(string field, string path) =>
        Check(field, path) ?? (AtTop.Contains(path) ? new FieldError(field, $"{path} is a reserved name") : null);

    /// <summary>A project's, or a group's within a group.</summary>
    public static FieldError? CheckBelow(string field, string path) =>
        Check(field, path) ?? (Below.Contains(path) ? new FieldError(field, $"{path} is a reserved name") : null);

    /// <summary>What is looked up by: paths that differ in case only are one.</summary>
    public static string Key(string path) => path.ToLowerInvariant();

    /// <summary>A path made of somebody's words, <c>My App</c> to <c>my-app</c>; what has no letter or digit gives nothing.</summary>
    public static string Slug(string name)
    {
        var letters = name.ToLowerInvariant().Select(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '.' ? c : '-');
        return string.Join('-', new string([.. letters]).Split('-', StringSplitOptions.RemoveEmptyEntries)).Trim('.', '-');
    }

    private static FieldError? Check(string field, string path)
    {
        if (path.Length == 0)
            return new FieldError(field, FieldError.Blank);
        if (path.Length > MaxLength)
            return new FieldError(field, $"is too long (maximum is {MaxLength} characters)");
        var isPlain =
            path.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '.') && path[0] is not ('-' or '.') && path[^1] != '.';
        var isFile = ((string[])[".git", ".atom", ".lock"]).Any(end => path.EndsWith(end, StringComparison.OrdinalIgnoreCase));
        return isPlain && !isFile && !path.Contains("..") ? null : new FieldError(field, Characters);
    }
}
