using Slipway.Server.Accounts;
using Slipway.Server.Data;

namespace Slipway.Server.Projects;

/// <summary>Projects and groups by the names people and clients have for them: a number, or a full path in any case.</summary>
internal static class Lookup
{
    /// <summary>Longer paths are none.</summary>
    private const int MaxPath = 4096;

    /// <param name="name"><c>42</c> or <c>group/sub/app</c>; also as it stands in a URL, <c>group%2Fsub%2Fapp</c>.</param>
    /// <returns>Nothing when there is none, or it is being removed.</returns>
    public static Task<ProjectRow?> ProjectAsync(Db db, string name, CancellationToken ct) =>
        long.TryParse(name, out var id)
            ? db.FindAsync<ProjectRow>($"SELECT {ProjectRow.Columns} FROM projects WHERE id = @id AND deleted_at IS NULL", new { id }, ct)
            : db.FindAsync<ProjectRow>(
                $"SELECT {ProjectRow.Columns} FROM projects WHERE id = (SELECT project_id FROM routes WHERE path_key = @key) AND deleted_at IS NULL",
                new { key = KeyOf(name) },
                ct
            );

    /// <param name="name">As for a project.</param>
    /// <param name="ct">Ends the wait.</param>
    /// <returns>A group or a user's own namespace; nothing when there is none.</returns>
    public static Task<NamespaceRow?> NamespaceAsync(Db db, string name, CancellationToken ct) =>
        long.TryParse(name, out var id)
            ? db.FindAsync<NamespaceRow>(
                $"SELECT {NamespaceRow.Columns} FROM namespaces WHERE id = @id AND deleted_at IS NULL",
                new { id },
                ct
            )
            : db.FindAsync<NamespaceRow>(
                $"SELECT {NamespaceRow.Columns} FROM namespaces WHERE id = (SELECT namespace_id FROM routes WHERE path_key = @key) AND deleted_at IS NULL",
                new { key = KeyOf(name) },
                ct
            );

    /// <returns>Nothing when there is none, or it is a user's own namespace.</returns>
    public static async Task<NamespaceRow?> GroupAsync(Db db, string name, CancellationToken ct) =>
        await NamespaceAsync(db, name, ct) is { Kind: "group" } group ? group : null;

    private static string KeyOf(string name) =>
        name.Length > MaxPath || name.Contains('\0') ? "" : PathRules.Key(name.Replace("%2F", "/", StringComparison.OrdinalIgnoreCase));
}
