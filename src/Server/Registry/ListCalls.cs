using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Slipway.Server.Data;
using Slipway.Server.Projects;

namespace Slipway.Server.Registry;

/// <summary>Names of tags and repositories, in the order of their bytes, a part at a time: <c>n</c> of them after <c>last</c>.</summary>
internal sealed class ListCalls(Db db)
{
    /// <summary>Of one answer. Some clients know no second part.</summary>
    private const int Most = 10_000;

    public async Task<IResult> TagsAsync(RegistryCall call)
    {
        if (Part(call.Http.Request) is not var (count, last))
            return RegistryError.PageInvalid;
        var names = await db.ReadAsync(
            async (session, ct) =>
                await RegistryBlobs.RepositoryAsync(session, call.Place, ct) is { } repository
                    ? await session.QueryAsync<string>(
                        "SELECT name FROM registry_tags WHERE repository_id = @repository AND name_key > @last ORDER BY name_key LIMIT @limit",
                        new
                        {
                            repository,
                            last = Encoding.UTF8.GetBytes(last),
                            limit = count + 1L,
                        },
                        ct
                    )
                    : null,
            call.Ct
        );
        if (names is null)
            return RegistryError.NameUnknown;
        return Results.Json(new { name = call.Place.FullName, tags = Take(call.Http, call.Address("tags/list"), names, count) });
    }

    public async Task<IResult> CatalogAsync(HttpContext http)
    {
        if (Part(http.Request) is not var (count, last))
            return RegistryError.PageInvalid;
        var names = await db.QueryAsync<string>(
            $"""
            SELECT c.name FROM registry_names c JOIN projects p ON p.id = c.project_id
            WHERE c.name_key > @last AND {ProjectSettings.HaveImages} ORDER BY c.name_key LIMIT @limit
            """,
            new { last = Encoding.UTF8.GetBytes(last), limit = count + 1L },
            http.RequestAborted
        );
        return Results.Json(new { repositories = Take(http, "/v2/_catalog", names, count) });
    }

    /// <returns>Nothing when the number is none.</returns>
    private static (int Count, string Last)? Part(HttpRequest request)
    {
        var last = request.Query["last"].ToString();
        if (request.Query["n"] is not { Count: > 0 } given)
            return (Most, last);
        if (given is not [{ Length: > 0 } text] || !text.All(char.IsAsciiDigit))
            return null;
        return (int.TryParse(text, out var count) ? Math.Min(count, Most) : Most, last);
    }

    /// <param name="names">One more than are wanted when there are more.</param>
    private static IEnumerable<string> Take(HttpContext http, string address, IReadOnlyList<string> names, int count)
    {
        if (count > 0 && names.Count > count)
            http.Response.Headers.Link = new StringValues(
                $"<{address}?last={Uri.EscapeDataString(names[count - 1])}&n={count}>; rel=\"next\""
            );
        return names.Take(count);
    }
}
