using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Slipway.Server.Http;

/// <summary>Which part of a list is asked for. GitLab's offset pagination: <c>page</c> from 1, <c>per_page</c> 20, at most 100. https://docs.gitlab.com/api/rest/#offset-based-pagination</summary>
internal sealed record Paging(long Page, long PerPage)
{
    /// <summary>Minimal APIs find this by its name.</summary>
    public static ValueTask<Paging> BindAsync(HttpContext http) =>
        ValueTask.FromResult(
            new Paging(Math.Clamp(Number(http, "page") ?? 1, 1, MostPages), Math.Clamp(Number(http, "per_page") ?? 20, 1, 100))
        );

    public long Offset => (Page - 1) * PerPage;

    /// <summary>Behind a query's ORDER BY; its two numbers are this record's own.</summary>
    public string Limit => $" LIMIT {PerPage} OFFSET {Offset}";

    private const long MostPages = 1_000_000;

    private static long? Number(HttpContext http, string name) => long.TryParse(http.Request.Query[name], out var number) ? number : null;
}

/// <summary>A list's part, with the headers that tell a client where it is.</summary>
internal static class PageAnswers
{
    public static IResult Page<T>(this HttpContext http, Paging paging, long total, IEnumerable<T> items)
    {
        var pages = (total + paging.PerPage - 1) / paging.PerPage;
        var headers = http.Response.Headers;
        headers["X-Page"] = paging.Page.ToString();
        headers["X-Per-Page"] = paging.PerPage.ToString();
        headers["X-Total"] = total.ToString();
        headers["X-Total-Pages"] = pages.ToString();
        headers["X-Next-Page"] = paging.Page < pages ? (paging.Page + 1).ToString() : "";
        headers["X-Prev-Page"] = paging.Page > 1 ? (paging.Page - 1).ToString() : "";
        headers["Link"] = string.Join(", ", Links(http, paging, pages));
        return Answers.Ok(items);
    }

    private static IEnumerable<string> Links(HttpContext http, Paging paging, long pages)
    {
        var request = http.Request;
        var server = Called(http);
        if (paging.Page > 1)
            yield return Link(paging.Page - 1, "prev");
        if (paging.Page < pages)
            yield return Link(paging.Page + 1, "next");
        yield return Link(1, "first");
        if (pages > 0)
            yield return Link(pages, "last");

        string Link(long page, string relation)
        {
            var query = request
                .Query.Where(pair => pair.Key is not ("page" or "per_page"))
                .SelectMany(pair => pair.Value.Select(value => (pair.Key, Value: value)))
                .Append(("page", page.ToString()))
                .Append(("per_page", paging.PerPage.ToString()))
                .Select(pair => $"{Uri.EscapeDataString(pair.Item1)}={Uri.EscapeDataString(pair.Item2 ?? "")}");
            return $"<{server}{request.Path.ToUriComponent()}?{string.Join('&', query)}>; rel=\"{relation}\"";
        }
    }

    /// <summary>Clients go there with their tokens, so what the server is said to be called counts for more than how this request came.</summary>
    public static string Called(HttpContext http) =>
        http.RequestServices.GetRequiredService<ServerOptions>().ExternalUrl is null
            ? $"{http.Request.Scheme}://{http.Request.Host}{http.Request.PathBase}"
            : http.RequestServices.GetRequiredService<ServerUrl>().Base;
}
