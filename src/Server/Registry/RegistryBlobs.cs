using Slipway.Server.Data;
using Slipway.Server.Http;
using Slipway.Server.Registry.Collecting;
using Slipway.Server.Registry.Tokens;
using Slipway.Server.Registry.Usage;

namespace Slipway.Server.Registry;

/// <param name="Digest">As clients know it.</param>
/// <param name="Blob">Its digest in the store.</param>
internal sealed record BlobToAdd(string Digest, string Blob, long Size);

/// <summary>Repositories and the blobs that are theirs. That the bytes are in the store says nothing of whose they are: a row does.</summary>
internal sealed class RegistryBlobs(Db db, Quotas quotas, TimeProvider time)
{
    /// <summary>Before a query's conditions: a repository that is there, in a project that is there.</summary>
    public const string InPlace = """
        JOIN registry_repositories r ON r.id = @@.repository_id JOIN projects p ON p.id = r.project_id
        WHERE p.id = @ProjectId AND r.name = @Name AND p.deleted_at IS NULL
        """;

    private static readonly string Find =
        $"SELECT {RegistryBlobRow.Columns} FROM registry_blobs b {InPlace.Replace("@@", "b")} AND b.digest = @digest";

    /// <summary>Whoever is told of it may rely on it for a while.</summary>
    public async Task<RegistryBlobRow?> FindAsync(RegistryPlace place, ImageDigest digest, CancellationToken ct) =>
        await db.FindAsync<RegistryBlobRow>(Find, Args(place, digest), ct) is { } row && await Lease.RenewAsync(db, row, ct) ? row : null;

    /// <returns>Nothing when there is no such repository.</returns>
    public static Task<long?> RepositoryAsync(Session session, RegistryPlace place, CancellationToken ct) =>
        session.FindAsync<long?>(
            """
            SELECT r.id FROM registry_repositories r JOIN projects p ON p.id = r.project_id
            WHERE p.id = @ProjectId AND r.name = @Name AND p.deleted_at IS NULL
            """,
            place,
            ct
        );

    /// <summary>The same, and makes the repository where it is missing.</summary>
    /// <returns>Nothing when its project is gone.</returns>
    public async Task<long?> MakeRepositoryAsync(Session session, RegistryPlace place, CancellationToken ct)
    {
        if (await RepositoryAsync(session, place, ct) is { } known)
            return known;
        return await session.FindAsync<long?>(
            """
            INSERT INTO registry_repositories (project_id, name, created_at)
            SELECT id, @Name, @now FROM projects WHERE id = @ProjectId AND deleted_at IS NULL
            RETURNING id
            """,
            new
            {
                place.ProjectId,
                place.Name,
                now = time.Milliseconds(),
            },
            ct
        );
    }

    /// <summary>Writes down that a blob is a repository's. Its bytes must be named by another row or claimed in the same transaction.</summary>
    /// <param name="project">The repository's.</param>
    /// <returns>False: the project has no room for it.</returns>
    public async Task<bool> AddAsync(Session session, long project, long repository, BlobToAdd add, CancellationToken ct)
    {
        if (!await quotas.HasRoomAsync(session, project, add.Digest, add.Size, ct))
            return false;
        await session.ExecuteAsync(
            """
            INSERT INTO registry_blobs (repository_id, digest, blob, size, created_at) VALUES (@repository, @Digest, @Blob, @Size, @now)
            ON CONFLICT (repository_id, digest) DO UPDATE SET unused_since = NULL
            """,
            new
            {
                repository,
                add.Digest,
                add.Blob,
                add.Size,
                now = time.Milliseconds(),
            },
            ct
        );
        return true;
    }

    /// <summary>Makes a blob of another repository this one's too.</summary>
    /// <param name="from">Where to take it from. Who asks may pull there.</param>
    /// <param name="orProject">Or from any repository of the same project.</param>
    /// <returns>False: none of them has it, or there is no room.</returns>
    public Task<bool> MountAsync(
        RegistryPlace place,
        IReadOnlyList<RegistryPlace> from,
        bool orProject,
        ImageDigest digest,
        CancellationToken ct
    ) =>
        db.WriteAsync(
            async (session, token) =>
            {
                RegistryBlobRow? row = null;
                foreach (var source in from)
                    row ??= await session.FindAsync<RegistryBlobRow>(Find, Args(source, digest), token);
                if (orProject)
                    row ??= await session.FindAsync<RegistryBlobRow>(FindInProject, Args(place, digest), token);
                // One that is damaged is pushed instead, which mends it.
                if (row is not { DamagedAt: null } || await MakeRepositoryAsync(session, place, token) is not { } repository)
                    return false;
                return await AddAsync(session, place.ProjectId, repository, new(row.Digest, row.Blob, row.Size), token);
            },
            ct
        );

    private static readonly string FindInProject = $"""
        SELECT {RegistryBlobRow.Columns} FROM registry_blobs b JOIN registry_repositories r ON r.id = b.repository_id
        WHERE r.project_id = @ProjectId AND b.digest = @digest LIMIT 1
        """;

    /// <summary>What came of it when a repository was to lose something.</summary>
    public enum Removal
    {
        Removed,
        Missing,

        /// <summary>A manifest of the repository needs it.</summary>
        Needed,

        /// <summary>A rule of the project says that the tag stays.</summary>
        Protected,
    }

    /// <summary>Takes a blob from a repository. Its bytes go when no other has it.</summary>
    public Task<Removal> RemoveAsync(RegistryPlace place, ImageDigest digest, CancellationToken ct) =>
        db.WriteAsync(
            async (session, token) =>
            {
                if (await session.FindAsync<RegistryBlobRow>(Find, Args(place, digest), token) is not { } row)
                    return Removal.Missing;
                if (await IsNeededAsync(session, row.RepositoryId, row.Digest, token))
                    return Removal.Needed;
                await session.ExecuteAsync("DELETE FROM registry_blobs WHERE id = @Id", row, token);
                return Removal.Removed;
            },
            ct
        );

    /// <summary>Whether a manifest of the repository names this.</summary>
    public static async Task<bool> IsNeededAsync(Session session, long repository, string target, CancellationToken ct) =>
        await session.FindAsync<long>(
            "SELECT id FROM registry_links WHERE repository_id = @repository AND target = @target LIMIT 1",
            new { repository, target },
            ct
        ) != 0;

    private static object Args(RegistryPlace place, ImageDigest digest) =>
        new
        {
            place.ProjectId,
            place.Name,
            digest = digest.ToString(),
        };
}
