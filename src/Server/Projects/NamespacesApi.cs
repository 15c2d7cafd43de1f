using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Slipway.Server.Accounts;
using Slipway.Server.Data;
using Slipway.Server.Http;

namespace Slipway.Server.Projects;

/// <summary>Where who asks can put projects. https://docs.gitlab.com/api/namespaces/</summary>
internal static class NamespacesApi
{
    private const string Mine = """
        WITH RECURSIVE mine (id) AS (
          SELECT namespace_id FROM members
          WHERE user_id = @Id AND namespace_id IS NOT NULL AND access_level >= @least AND (expires_at IS NULL OR expires_at > @now)
          UNION SELECT n.id FROM namespaces n JOIN mine ON n.parent_id = mine.id
        )
        """;

    public static void MapNamespaces(this IEndpointRouteBuilder v4)
    {
        v4.MapGet("/namespaces", ListAsync).Allow(new Access.SignedIn());
        v4.MapGet("/namespaces/{id}", FindAsync).Allow(new Access.SignedIn());
        v4.MapGet("/namespaces/{id}/exists", ExistsAsync).Allow(new Access.SignedIn());
    }

    private static async Task<IResult> ListAsync(
        HttpContext http,
        Paging paging,
        Parameters parameters,
        Actor actor,
        Db db,
        ServerUrl url,
        TimeProvider time,
        CancellationToken ct
    )
    {
        var me = actor.Responsible!;
        var filter = "deleted_at IS NULL";
        if (!me.IsAdmin || parameters.Flag("owned_only") == true)
            filter += " AND (owner_id = @Id OR id IN (SELECT id FROM mine))";
        if (!string.IsNullOrEmpty(parameters.Text("search")))
            filter += $" AND LOWER(full_path) LIKE @search {Search.Escape}";
        var args = new
        {
            me.Id,
            least = (long)(parameters.Flag("owned_only") == true ? Role.Owner : Role.Guest),
            now = time.Milliseconds(),
            search = Search.Pattern(parameters.Text("search") ?? ""),
        };
        var total = await db.FindAsync<long>($"{Mine} SELECT COUNT(*) FROM namespaces WHERE {filter}", args, ct);
        var rows = await db.QueryAsync<NamespaceRow>(
            $"{Mine} SELECT {NamespaceRow.Columns} FROM namespaces WHERE {filter} ORDER BY LOWER(full_path), id{paging.Limit}",
            args,
            ct
        );
        return http.Page(paging, total, rows.Select(row => NamespaceJson.Brief(row, url)));
    }

    private static async Task<IResult> FindAsync(string id, Actor actor, Db db, ServerUrl url, TimeProvider time, CancellationToken ct)
    {
        var me = actor.Responsible!;
        var space = await Lookup.NamespaceAsync(db, id, ct);
        var isSeen =
            space is not null
            && (
                space.Visibility != "private"
                || await Roles.InNamespaceAsync(db, me, space.Id, time.Milliseconds(), ct) > Role.None
                || await Roles.IsBelowAsync(db, me, space, time.Milliseconds(), ct)
            );
        return isSeen ? Answers.Ok(NamespaceJson.Brief(space!, url)) : Answers.NotFound("Namespace");
    }

    /// <summary>Whether a name at the top is taken, and others that are not. It tells of private ones too, as making one would.</summary>
    private static async Task<IResult> ExistsAsync(string id, Db db, CancellationToken ct)
    {
        var isTaken = await Lookup.NamespaceAsync(db, long.TryParse(id, out _) ? $"/{id}" : id, ct) is not null;
        string[] suggests = isTaken ? [.. await FreeAsync(db, id, ct)] : [];
        return Answers.Ok(new { exists = isTaken, suggests });
    }

    private static async Task<IReadOnlyList<string>> FreeAsync(Db db, string name, CancellationToken ct)
    {
        for (var number = 1; number < 100; number++)
            if (await Lookup.NamespaceAsync(db, $"{name}{number}", ct) is null)
                return [$"{name}{number}"];
        return [];
    }
}
