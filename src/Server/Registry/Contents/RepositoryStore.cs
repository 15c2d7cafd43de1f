using Slipway.Server.Accounts;
using Slipway.Server.Data;
using Slipway.Server.Http;
using Slipway.Server.Projects;
using Slipway.Server.Registry.Protection;

namespace Slipway.Server.Registry.Contents;

/// <summary>Which repositories of images there are, and their end.</summary>
internal sealed class RepositoryStore(Db db, TimeProvider time)
{
    private const string Select = """
        SELECT r.id, r.project_id, r.name, p.full_path, r.created_at, r.cleaned_at, (SELECT COUNT(*) FROM registry_tags t WHERE t.repository_id = r.id) AS tags
        """;

    private const string There = $"""
        FROM registry_repositories r JOIN projects p ON p.id = r.project_id WHERE p.deleted_at IS NULL AND {ProjectSettings.HaveImages}
        """;

    private const string Below = """
        WITH RECURSIVE below (id) AS (
          SELECT id FROM namespaces WHERE id = @group
          UNION SELECT n.id FROM namespaces n JOIN below ON n.parent_id = below.id
        )
        """;

    /// <summary>Those of a project, in the order of their names.</summary>
    public Task<(IReadOnlyList<ImageRepository> Rows, long Total)> OfProjectAsync(long project, Paging paging, CancellationToken ct) =>
        ListAsync("", "r.project_id = @project", "r.name", new { project }, paging, ct);

    /// <summary>Those of all projects of a group and of the groups below it.</summary>
    public Task<(IReadOnlyList<ImageRepository> Rows, long Total)> OfGroupAsync(long group, Paging paging, CancellationToken ct) =>
        ListAsync(Below, "p.namespace_id IN (SELECT id FROM below)", "r.id", new { group }, paging, ct);

    public Task<ImageRepository?> FindAsync(long id, CancellationToken ct) =>
        db.FindAsync<ImageRepository>($"{Select} {There} AND r.id = @id", new { id }, ct);

    /// <returns>Nothing when it is none of the project's.</returns>
    public async Task<ImageRepository?> FindAsync(long project, long id, CancellationToken ct) =>
        await FindAsync(id, ct) is { } row && row.ProjectId == project ? row : null;

    /// <summary>Removes a repository with all it has, at once: nobody ever pulls half of an image. Its bytes go when no other needs them.</summary>
    /// <param name="actor">Who does it.</param>
    /// <param name="level">Their role, as <see cref="LevelOf"/> has it.</param>
    public Task<RegistryBlobs.Removal> RemoveAsync(ImageRepository row, string actor, long level, CancellationToken ct) =>
        db.WriteAsync(
            async (session, token) =>
            {
                var rules = await TagRules.ReadAsync(session, row.ProjectId, token);
                var tags = await session.QueryAsync<string>("SELECT name FROM registry_tags WHERE repository_id = @Id", row, token);
                if (tags.Any(tag => rules.WhyNotDelete(tag, level) is not null))
                    return RegistryBlobs.Removal.Protected;
                foreach (var (table, where) in Rows)
                    await session.ExecuteAsync($"DELETE FROM {table} WHERE {where}", row, token);
                var isThere = await session.ExecuteAsync("DELETE FROM registry_repositories WHERE id = @Id", row, token) == 1;
                if (isThere)
                    await Audit.WriteAsync(
                        session,
                        actor,
                        "container_repository_removed",
                        $"project {row.FullPath}",
                        new { row.Path, row.Tags },
                        time.Milliseconds(),
                        token
                    );
                return isThere ? RegistryBlobs.Removal.Removed : RegistryBlobs.Removal.Missing;
            },
            ct
        );

    /// <summary>The role of who asks, as rules for tags know it.</summary>
    public static long LevelOf(Actor actor, ProjectContext here) =>
        actor.Responsible is { IsAdmin: true } ? TagRule.Administrator : (long)here.Role;

    /// <summary>Each table after those that point to it.</summary>
    private static readonly (string Table, string Where)[] Rows =
    [
        ("registry_tags", "repository_id = @Id"),
        ("registry_links", "repository_id = @Id"),
        ("registry_manifests", "repository_id = @Id"),
        ("registry_blobs", "repository_id = @Id"),
        ("registry_pieces", "upload_id IN (SELECT id FROM registry_uploads WHERE repository_id = @Id)"),
        ("registry_uploads", "repository_id = @Id"),
    ];

    private Task<(IReadOnlyList<ImageRepository> Rows, long Total)> ListAsync(
        string before,
        string which,
        string order,
        object args,
        Paging paging,
        CancellationToken ct
    ) =>
        db.ReadAsync(
            async (session, token) =>
            {
                var total = await session.FindAsync<long>($"{before} SELECT COUNT(*) {There} AND {which}", args, token);
                var page = $"{before} {Select} {There} AND {which} ORDER BY {order} {paging.Limit}";
                return (await session.QueryAsync<ImageRepository>(page, args, token), total);
            },
            ct
        );
}
