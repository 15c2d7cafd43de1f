using Slipway.Server.Data;

namespace Slipway.Server.Registry.Usage;

/// <summary>How much of images there is.</summary>
internal sealed record Usage
{
    /// <summary>Bytes of all blobs and manifests, each once: what the quota is about.</summary>
    public long Bytes { get; init; }

    /// <summary>Bytes of the blobs that images with a tag need, each once and without manifests: what GitLab shows.</summary>
    public long TaggedBytes { get; init; }

    public long Blobs { get; init; }
    public long Manifests { get; init; }
    public long Tags { get; init; }
    public long Repositories { get; init; }
}

/// <summary>What one of all projects has.</summary>
internal sealed record ProjectUsage
{
    public long ProjectId { get; init; }
    public string FullPath { get; init; } = "";
    public long Repositories { get; init; }

    /// <summary>Of all blobs and manifests, each once.</summary>
    public long Bytes { get; init; }

    /// <summary>Of its own; nothing: the server's.</summary>
    public long? Quota { get; init; }
}

/// <summary>Counts what repositories and projects have. It is counted anew each time, so it is never wrong.</summary>
internal sealed class ImageUsage(Db db)
{
    public Task<Usage> OfRepositoryAsync(long repository, CancellationToken ct) =>
        db.ReadAsync((session, token) => OfAsync(session, "SELECT CAST(@id AS bigint)", repository, token), ct);

    public Task<Usage> OfProjectAsync(long project, CancellationToken ct) =>
        db.ReadAsync(
            (session, token) => OfAsync(session, "SELECT id FROM registry_repositories WHERE project_id = @id", project, token),
            ct
        );

    /// <summary>All projects that have repositories, the largest first.</summary>
    public Task<IReadOnlyList<ProjectUsage>> OfProjectsAsync(CancellationToken ct) =>
        db.QueryAsync<ProjectUsage>(
            """
            SELECT p.id AS project_id, p.full_path, COUNT(DISTINCT a.repository_id) AS repositories, CAST(COALESCE(SUM(a.size), 0) AS bigint) AS bytes,
              MAX(s.quota) AS quota
            FROM projects p
            JOIN (
              SELECT r.project_id, r.id AS repository_id, CAST(0 AS bigint) AS size FROM registry_repositories r
              UNION ALL
              SELECT r.project_id, MIN(r.id), MIN(b.size) FROM registry_blobs b JOIN registry_repositories r ON r.id = b.repository_id
              GROUP BY r.project_id, b.digest
              UNION ALL
              SELECT r.project_id, MIN(r.id), MIN(m.size) FROM registry_manifests m JOIN registry_repositories r ON r.id = m.repository_id
              GROUP BY r.project_id, m.digest
            ) a ON a.project_id = p.id
            LEFT JOIN registry_projects s ON s.project_id = p.id
            WHERE p.deleted_at IS NULL GROUP BY p.id, p.full_path ORDER BY bytes DESC, p.full_path
            """,
            null,
            ct
        );

    /// <param name="scope">Selects the ids of repositories.</param>
    private static async Task<Usage> OfAsync(Session session, string scope, long id, CancellationToken ct)
    {
        var sql = $"""
            WITH RECURSIVE scope (id) AS ({scope}),
            tagged (id, repository_id) AS (
              SELECT manifest_id, repository_id FROM registry_tags WHERE repository_id IN (SELECT id FROM scope)
              UNION SELECT m.id, m.repository_id FROM tagged t JOIN registry_links l ON l.manifest_id = t.id
                JOIN registry_manifests m ON m.repository_id = t.repository_id AND m.digest = l.target
            )
            SELECT
              (SELECT CAST(COALESCE(SUM(size), 0) AS bigint) FROM (
                SELECT MIN(b.size) AS size FROM registry_blobs b WHERE b.repository_id IN (SELECT id FROM scope) GROUP BY b.digest
                UNION ALL
                SELECT MIN(m.size) FROM registry_manifests m WHERE m.repository_id IN (SELECT id FROM scope) GROUP BY m.digest) x) AS bytes,
              (SELECT CAST(COALESCE(SUM(size), 0) AS bigint) FROM (
                SELECT MIN(b.size) AS size FROM tagged t JOIN registry_links l ON l.manifest_id = t.id
                JOIN registry_blobs b ON b.repository_id = t.repository_id AND b.digest = l.target GROUP BY b.digest) y) AS tagged_bytes,
              (SELECT COUNT(DISTINCT b.digest) FROM registry_blobs b WHERE b.repository_id IN (SELECT id FROM scope)) AS blobs,
              (SELECT COUNT(*) FROM registry_manifests m WHERE m.repository_id IN (SELECT id FROM scope)) AS manifests,
              (SELECT COUNT(*) FROM registry_tags t WHERE t.repository_id IN (SELECT id FROM scope)) AS tags,
              (SELECT COUNT(*) FROM scope) AS repositories
            """;
        return (await session.FindAsync<Usage>(sql, new { id }, ct))!;
    }
}
