using System.Security.Cryptography;
using Slipway.Server.Blobs;
using Slipway.Server.Blobs.Sweeping;
using Slipway.Server.Data;
using Slipway.Server.Http;
using Slipway.Server.Registry.Damage;
using Slipway.Server.Registry.Tokens;

namespace Slipway.Server.Registry.Uploads;

/// <summary>What came of the end of an upload.</summary>
internal enum UploadEnd
{
    Done,

    /// <summary>The project, or the upload, is not there any more.</summary>
    Gone,

    /// <summary>The project has no room for it. The upload is over.</summary>
    NoRoom,
}

/// <summary>
/// The rows of uploads under way. What a request brought is a blob of its own until the end, so what was acknowledged outlives the process, and any instance
/// can take the next request.
/// </summary>
internal sealed class UploadStore(Db db, RegistryBlobs blobs, TimeProvider time, ServerOptions options)
{
    private static readonly string Find =
        $"SELECT {RegistryUploadRow.Columns} FROM registry_uploads u {RegistryBlobs.InPlace.Replace("@@", "u")} AND u.key = @key";

    /// <returns>Its key; nothing when the project is gone.</returns>
    public Task<string?> BeginAsync(RegistryPlace place, CancellationToken ct)
    {
        var key = RandomNumberGenerator.GetHexString(32, lowercase: true);
        var now = time.Milliseconds();
        return db.WriteAsync(
            async (session, token) =>
            {
                if (await blobs.MakeRepositoryAsync(session, place, token) is not { } repository)
                    return null;
                await session.ExecuteAsync(
                    """
                    INSERT INTO registry_uploads (repository_id, key, size, pieces, created_at, updated_at) VALUES (@repository, @key, 0, 0, @now, @now)
                    """,
                    new
                    {
                        repository,
                        key,
                        now,
                    },
                    token
                );
                return key;
            },
            ct
        );
    }

    /// <returns>Nothing when there is none of that key in the repository.</returns>
    public Task<RegistryUploadRow?> FindAsync(RegistryPlace place, string key, CancellationToken ct) =>
        db.FindAsync<RegistryUploadRow>(Find, Args(place, key), ct);

    /// <summary>Adds a piece.</summary>
    /// <param name="upload">As it was when the piece began.</param>
    /// <param name="begunAt">When its bytes began to be put.</param>
    /// <returns>False: somebody else has added one meanwhile, or ended it.</returns>
    public Task<bool> AddAsync(RegistryUploadRow upload, Blob piece, long begunAt, CancellationToken ct) =>
        db.WriteAsync(
            async (session, token) =>
            {
                var args = new
                {
                    upload.Id,
                    upload.Size,
                    piece.Length,
                    blob = piece.Digest.ToString(),
                    now = time.Milliseconds(),
                };
                const string grow = """
                    UPDATE registry_uploads SET size = size + @Length, pieces = pieces + 1, updated_at = @now WHERE id = @Id AND size = @Size
                    """;
                if (await session.ExecuteAsync(grow, args, token) == 0)
                    return false;
                await BlobClaims.ClaimAsync(session, piece.Digest, begunAt, token);
                await Damages.MendedAsync(session, piece.Digest, token);
                await session.ExecuteAsync(
                    "INSERT INTO registry_pieces (upload_id, start, size, blob) VALUES (@Id, @Size, @Length, @blob)",
                    args,
                    token
                );
                return true;
            },
            ct
        );

    public Task<IReadOnlyList<RegistryPieceRow>> PiecesAsync(RegistryUploadRow upload, CancellationToken ct) =>
        db.QueryAsync<RegistryPieceRow>("SELECT start, size, blob FROM registry_pieces WHERE upload_id = @Id ORDER BY start", upload, ct);

    /// <summary>The upload is over, and what it brought is the repository's.</summary>
    /// <param name="upload">Nothing when the bytes came with the first request.</param>
    /// <param name="begunAt">When they began to be put; nothing when they are a piece already.</param>
    public Task<UploadEnd> FinishAsync(
        RegistryPlace place,
        RegistryUploadRow? upload,
        ImageDigest digest,
        Blob blob,
        long? begunAt,
        CancellationToken ct
    ) =>
        db.WriteAsync(
            async (session, token) =>
            {
                if (await blobs.MakeRepositoryAsync(session, place, token) is not { } repository)
                    return UploadEnd.Gone;
                if (begunAt is { } begun)
                {
                    await BlobClaims.ClaimAsync(session, blob.Digest, begun, token);
                    await Damages.MendedAsync(session, blob.Digest, token);
                }

                if (upload is not null && !await RemoveAsync(session, upload.Id, token))
                    return UploadEnd.Gone;
                var add = new BlobToAdd(digest.ToString(), blob.Digest.ToString(), blob.Length);
                return await blobs.AddAsync(session, place.ProjectId, repository, add, token) ? UploadEnd.Done : UploadEnd.NoRoom;
            },
            ct
        );

    /// <returns>False: it was gone.</returns>
    public Task<bool> RemoveAsync(RegistryUploadRow upload, CancellationToken ct) =>
        db.WriteAsync((session, token) => RemoveAsync(session, upload.Id, token), ct);

    /// <summary>Removes those that wait too long for their next bytes.</summary>
    /// <returns>How many there were.</returns>
    public async Task<int> SweepAsync(CancellationToken ct)
    {
        var before = time.Milliseconds() - (long)options.Registry.UploadKeep.TotalMilliseconds;
        var old = await db.QueryAsync<long>("SELECT id FROM registry_uploads WHERE updated_at < @before", new { before }, ct);
        var removed = 0;
        foreach (var id in old)
        {
            var isGone = await db.WriteAsync(
                async (session, token) =>
                    await session.FindAsync<long>(
                        "SELECT id FROM registry_uploads WHERE id = @id AND updated_at < @before",
                        new { id, before },
                        token
                    ) != 0
                    && await RemoveAsync(session, id, token),
                ct
            );
            removed += isGone ? 1 : 0;
        }

        return removed;
    }

    private static async Task<bool> RemoveAsync(Session session, long id, CancellationToken ct)
    {
        await session.ExecuteAsync("DELETE FROM registry_pieces WHERE upload_id = @id", new { id }, ct);
        return await session.ExecuteAsync("DELETE FROM registry_uploads WHERE id = @id", new { id }, ct) == 1;
    }

    private static object Args(RegistryPlace place, string key) =>
        new
        {
            place.ProjectId,
            place.Name,
            key,
        };
}
