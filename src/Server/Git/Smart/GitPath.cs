using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Slipway.Server.Git.Smart;

/// <summary>
/// Addresses that begin with a project's path, however deep, with or without <c>.git</c>: <c>/group/sub/app.git/info/refs</c>. Routing looks for such an end
/// only where nothing more exact fits.
/// </summary>
/// <param name="end">What stands behind the project, with its slash.</param>
/// <param name="dotGit">Only with <c>.git</c>: without it the address might be a page's.</param>
internal sealed class GitPath(string end, bool dotGit = false) : IRouteConstraint
{
    private const string DotGit = ".git";

    public bool Match(
        HttpContext? httpContext,
        IRouter? route,
        string routeKey,
        RouteValueDictionary values,
        RouteDirection routeDirection
    ) => values[routeKey] is string path && (dotGit ? path.Contains(DotGit + end) : path.EndsWith(end) && path.Length > end.Length);

    /// <summary>The project's path in an address that has matched.</summary>
    public static string Project(HttpContext http)
    {
        var path = (string)http.Request.RouteValues["path"]!;
        var dot = path.IndexOf(DotGit + "/", StringComparison.Ordinal);
        if (dot >= 0)
            return path[..dot];
        foreach (var end in (string[])["/info/refs", "/git-upload-pack", "/git-receive-pack"])
            if (path.EndsWith(end))
                return path[..^end.Length];
        return path;
    }
}
