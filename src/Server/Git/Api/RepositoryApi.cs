using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Slipway.Server.Http;
using Slipway.Server.Projects;

namespace Slipway.Server.Git.Api;

/// <summary>What API v4 says of a project's repository, and how it is changed without git.</summary>
internal static class RepositoryApi
{
    /// <summary>Files and archives: a token for the repository alone will do.</summary>
    public static readonly Access ReadsFiles = new Access.OnProject(Abilities.ReadCode, Scopes.ReadRepository);

    public static readonly Access Reads = new Access.OnProject(Abilities.ReadCode);
    public static readonly Access Writes = new Access.OnProject(Abilities.PushCode);

    public static void MapRepository(this IEndpointRouteBuilder v4)
    {
        v4.MapBranches();
        v4.MapTags();
        v4.MapTree();
        v4.MapFiles();
        v4.MapCommits();
        v4.MapCommitCreation();
        v4.MapCompare();
        v4.MapArchive();
    }

    /// <summary>A name from a route, whose slashes came as <c>%2F</c>: all else was decoded before.</summary>
    public static string Name(string fromRoute) => fromRoute.Replace("%2F", "/", StringComparison.OrdinalIgnoreCase);

    /// <summary>The project's repository; made when nothing has been pushed yet.</summary>
    public static Repository Of(this Repositories repositories, ProjectContext project) => repositories.Create(project.Id);

    /// <summary>The commit a call is about: the one its <c>ref</c> names, or the default branch's.</summary>
    public static async Task<string?> CommitOfAsync(
        this Repository repository,
        ProjectContext project,
        string? name,
        CancellationToken ct
    ) => await repository.ResolveAsync(string.IsNullOrEmpty(name) ? project.Project.DefaultBranch ?? "HEAD" : name, ct);

    /// <summary>A part of a list whose length nobody counts: only whether more follows.</summary>
    /// <param name="items">One more than a page holds, if there is one.</param>
    public static IResult Part<T>(this HttpContext http, Paging paging, IReadOnlyList<T> items)
    {
        var headers = http.Response.Headers;
        var more = items.Count > paging.PerPage;
        headers["X-Page"] = $"{paging.Page}";
        headers["X-Per-Page"] = $"{paging.PerPage}";
        headers["X-Next-Page"] = more ? $"{paging.Page + 1}" : "";
        headers["X-Prev-Page"] = paging.Page > 1 ? $"{paging.Page - 1}" : "";
        var links = new List<string>();
        if (paging.Page > 1)
            links.Add(Link(http, ("page", $"{paging.Page - 1}"), "prev"));
        if (more)
            links.Add(Link(http, ("page", $"{paging.Page + 1}"), "next"));
        links.Add(Link(http, ("page", "1"), "first"));
        headers.Link = string.Join(", ", links);
        return Answers.Ok(items.Take((int)paging.PerPage));
    }

    public static string Link(HttpContext http, (string Name, string Value) changed, string relation)
    {
        var request = http.Request;
        var query = request
            .Query.Where(pair => pair.Key != changed.Name)
            .SelectMany(pair => pair.Value.Select(value => (pair.Key, Value: value ?? "")))
            .Append(changed)
            .Select(pair => $"{Uri.EscapeDataString(pair.Item1)}={Uri.EscapeDataString(pair.Item2)}");
        return $"<{PageAnswers.Called(http)}{request.Path.ToUriComponent()}?{string.Join('&', query)}>; rel=\"{relation}\"";
    }
}
