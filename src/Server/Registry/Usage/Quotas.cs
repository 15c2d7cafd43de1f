using System.Globalization;
using Microsoft.AspNetCore.Http;
using Slipway.Server.Data;
using Slipway.Server.Registry.Tokens;

namespace Slipway.Server.Registry.Usage;

/// <summary>
/// How many bytes of blobs and manifests a project may have; what several of its repositories have counts once. A push that is too much is refused as soon as that can
/// be known: before its bytes when it says how many they are, while they come when it does not, and for certain in the transaction that makes them the
/// repository's, so that many at once do not get past it. What uploads under way have brought counts too, until they end.
/// </summary>
internal sealed class Quotas(Db db, ServerOptions options)
{
    /// <returns>What the project has of its own, and what holds for it; nothing: no bound.</returns>
    public async Task<(long? Own, long? Bytes)> FindAsync(long project, CancellationToken ct)
    {
        var own = await db.FindAsync<long?>(Select, new { project }, ct);
        return (own, own ?? options.Registry.ProjectBytes);
    }

    /// <summary>Gives a project a quota of its own. What it has beyond stays.</summary>
    /// <param name="bytes">0 and more; nothing: the server's.</param>
    public Task<int> SetAsync(long project, long? bytes, CancellationToken ct) =>
        db.ExecuteAsync(
            """
            INSERT INTO registry_projects (project_id, quota) VALUES (@project, @bytes)
            ON CONFLICT (project_id) DO UPDATE SET quota = excluded.quota
            """,
            new { project, bytes },
            ct
        );

    /// <param name="digest">Of the blob that is to come, when that is known: what the project has in another repository takes no room.</param>
    /// <returns>The bytes that may still come; nothing: any number.</returns>
    public async Task<long?> LeftAsync(RegistryPlace place, ImageDigest? digest, CancellationToken ct)
    {
        if ((await FindAsync(place.ProjectId, ct)).Bytes is not { } quota)
            return null;
        var args = new { project = place.ProjectId, digest = digest?.ToString() ?? "" };
        return await db.FindAsync<long>(Has, args, ct) != 0 ? null : quota - await db.FindAsync<long>(Used, args, ct);
    }

    /// <summary>Whether a blob may become a repository's: the project has it anyway, or there is room.</summary>
    public async Task<bool> HasRoomAsync(Session session, long project, string digest, long size, CancellationToken ct)
    {
        var args = new { project, digest };
        if ((await session.FindAsync<long?>(Select, args, ct) ?? options.Registry.ProjectBytes) is not { } quota)
            return true;
        return await session.FindAsync<long>(Has, args, ct) != 0 || await session.FindAsync<long>(Used, args, ct) + size <= quota;
    }

    /// <summary>Whether a manifest may become a repository's: the project has it anyway, or there is room.</summary>
    public async Task<bool> HasRoomForManifestAsync(Session session, long project, string digest, long size, CancellationToken ct)
    {
        var args = new { project, digest };
        if ((await session.FindAsync<long?>(Select, args, ct) ?? options.Registry.ProjectBytes) is not { } quota)
            return true;
        return await session.FindAsync<long>(HasManifest, args, ct) != 0 || await session.FindAsync<long>(Used, args, ct) + size <= quota;
    }

    /// <summary>The refusal, as docker shows it: <c>denied: quota exceeded: …</c></summary>
    public async Task<RegistryError> RefusalAsync(RegistryPlace place, CancellationToken ct)
    {
        var (_, quota) = await FindAsync(place.ProjectId, ct);
        var used = await db.FindAsync<long>(Used, new { project = place.ProjectId }, ct);
        return new RegistryError(
            StatusCodes.Status403Forbidden,
            "DENIED",
            $"quota exceeded: the images of the project have {Text(used)} and may have {Text(quota ?? used)}; delete some, or ask an administrator for more"
        );
    }

    private const string Select = "SELECT quota FROM registry_projects WHERE project_id = @project";

    private const string Has = """
        SELECT b.id FROM registry_blobs b JOIN registry_repositories r ON r.id = b.repository_id
        WHERE r.project_id = @project AND b.digest = @digest LIMIT 1
        """;

    private const string HasManifest = """
        SELECT m.id FROM registry_manifests m JOIN registry_repositories r ON r.id = m.repository_id
        WHERE r.project_id = @project AND m.digest = @digest LIMIT 1
        """;

    private const string Used = """
        SELECT CAST(COALESCE(SUM(size), 0) AS bigint) FROM (
          SELECT MIN(b.size) AS size FROM registry_blobs b JOIN registry_repositories r ON r.id = b.repository_id
          WHERE r.project_id = @project GROUP BY b.digest
          UNION ALL
          SELECT MIN(m.size) FROM registry_manifests m JOIN registry_repositories r ON r.id = m.repository_id
          WHERE r.project_id = @project GROUP BY m.digest
          UNION ALL
          SELECT u.size FROM registry_uploads u JOIN registry_repositories r ON r.id = u.repository_id WHERE r.project_id = @project
        ) a
        """;

    private static string Text(long bytes)
    {
        var (value, unit) = ((double)bytes, 0);
        while (value >= 1024 && unit < Units.Length - 1)
            (value, unit) = (value / 1024, unit + 1);
        return string.Create(CultureInfo.InvariantCulture, $"{value:0.#} {Units[unit]}");
    }

    private static readonly string[] Units = ["B", "KiB", "MiB", "GiB", "TiB"];
}
