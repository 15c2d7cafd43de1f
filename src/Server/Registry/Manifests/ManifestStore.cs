using System.Text;
using Slipway.Server.Data;
using Slipway.Server.Http;
using Slipway.Server.Registry.Collecting;
using Slipway.Server.Registry.Protection;
using Slipway.Server.Registry.Tokens;
using Slipway.Server.Registry.Usage;

namespace Slipway.Server.Registry.Manifests;

/// <summary>What a push of a manifest asks for.</summary>
/// <param name="Tags">That are to be at it.</param>
/// <param name="Reference">The tag or digest in the address, which the condition is about.</param>
internal sealed record ManifestToPut(
    ImageManifest Manifest,
    ImageDigest Digest,
    IReadOnlyList<string> Tags,
    string Reference,
    PutCondition Condition
)
{
    /// <summary>The role of who pushes.</summary>
    public required long Level { get; init; }
}

/// <summary>What came of a push.</summary>
internal abstract record ManifestPut
{
    private ManifestPut() { }

    public sealed record Done : ManifestPut;

    /// <param name="Digests">That it names and the repository has not.</param>
    public sealed record Missing(IReadOnlyList<string> Digests) : ManifestPut;

    /// <param name="Digest">That is of another size than the manifest says.</param>
    public sealed record WrongSize(string Digest) : ManifestPut;

    /// <param name="Type">That the same bytes were pushed as. What they are to clients never changes.</param>
    public sealed record OtherType(string Type) : ManifestPut;

    /// <summary>The tag is not where it was said to be.</summary>
    public sealed record Moved : ManifestPut;

    /// <summary>A rule of the project forbids a tag.</summary>
    public sealed record Protected(string Why) : ManifestPut;

    /// <summary>The project may not have so much.</summary>
    public sealed record NoRoom : ManifestPut;

    /// <summary>The project is gone.</summary>
    public sealed record NoProject : ManifestPut;
}

/// <summary>Manifests and tags. All of a push is one transaction: a tag is at the old image or at the new one, and each has all it needs.</summary>
internal sealed class ManifestStore(Db db, RegistryBlobs blobs, Quotas quotas, TimeProvider time)
{
    /// <summary>In milliseconds. 1 hour.</summary>
    private const long PulledEvery = 60 * 60 * 1000;

    private static readonly string FindByDigest =
        $"SELECT {RegistryManifestRow.Columns} FROM registry_manifests m {RegistryBlobs.InPlace.Replace("@@", "m")} AND m.digest = @reference";

    private static readonly string FindByTag = $"""
        SELECT {RegistryManifestRow.Columns} FROM registry_tags t JOIN registry_manifests m ON m.id = t.manifest_id
        {RegistryBlobs.InPlace.Replace("@@", "t")} AND t.name_key = @key
        """;

    /// <summary>Whoever is told of it may rely on it for a while.</summary>
    /// <param name="reference">A tag or a digest.</param>
    public async Task<RegistryManifestRow?> FindAsync(RegistryPlace place, string reference, CancellationToken ct) =>
        await db.FindAsync<RegistryManifestRow>(Sql(reference), Args(place, reference), ct) is { } row
        && await Lease.RenewAsync(db, row, ct)
            ? row
            : null;

    /// <summary>Notes that it is pulled, once an hour at the most. That this cannot be written down is no reason not to give it.</summary>
    public async Task PulledAsync(RegistryManifestRow row, CancellationToken ct)
    {
        var now = time.Milliseconds();
        if (row.PulledAt is { } last && now - last < PulledEvery)
            return;
        try
        {
            var args = new
            {
                row.Id,
                now,
                before = now - PulledEvery,
            };
            await db.ExecuteAsync(
                "UPDATE registry_manifests SET pulled_at = @now WHERE id = @Id AND (pulled_at IS NULL OR pulled_at <= @before)",
                args,
                ct
            );
        }
        catch (DatabaseException e) when (e.Fault != DbFault.Lost) { }
    }

    /// <returns>Nothing when it was deleted meanwhile.</returns>
    public Task<byte[]?> ContentAsync(RegistryManifestRow row, CancellationToken ct) =>
        db.FindAsync<byte[]>("SELECT content FROM registry_manifests WHERE id = @Id", row, ct);

    public async Task<ManifestPut> PutAsync(RegistryPlace place, ManifestToPut push, CancellationToken ct)
    {
        var put = await db.WriteAsync((session, token) => PutAsync(session, place, push, token), ct);
        KillPoint.Pass("manifest kept");
        return put;
    }

    /// <summary>Removes a tag, or a manifest with all its tags.</summary>
    /// <param name="level">The role of who does it.</param>
    public Task<RegistryBlobs.Removal> RemoveAsync(RegistryPlace place, string reference, long level, CancellationToken ct) =>
        db.WriteAsync(
            async (session, token) =>
            {
                if (await session.FindAsync<RegistryManifestRow>(Sql(reference), Args(place, reference), token) is not { } row)
                    return RegistryBlobs.Removal.Missing;
                var tags = IsDigest(reference)
                    ? await session.QueryAsync<string>("SELECT name FROM registry_tags WHERE manifest_id = @Id", row, token)
                    : [reference];
                var rules = await TagRules.ReadAsync(session, place.ProjectId, token);
                if (tags.Any(tag => rules.WhyNotDelete(tag, level) is not null))
                    return RegistryBlobs.Removal.Protected;
                if (!IsDigest(reference))
                {
                    var tag = new { row.RepositoryId, key = Key(reference) };
                    await session.ExecuteAsync(
                        "DELETE FROM registry_tags WHERE repository_id = @RepositoryId AND name_key = @key",
                        tag,
                        token
                    );
                    return RegistryBlobs.Removal.Removed;
                }

                if (await RegistryBlobs.IsNeededAsync(session, row.RepositoryId, row.Digest, token))
                    return RegistryBlobs.Removal.Needed;
                await session.ExecuteAsync("DELETE FROM registry_tags WHERE manifest_id = @Id", row, token);
                await session.ExecuteAsync("DELETE FROM registry_links WHERE manifest_id = @Id", row, token);
                await session.ExecuteAsync("DELETE FROM registry_manifests WHERE id = @Id", row, token);
                return RegistryBlobs.Removal.Removed;
            },
            ct
        );

    private async Task<ManifestPut> PutAsync(Session session, RegistryPlace place, ManifestToPut push, CancellationToken ct)
    {
        if (await blobs.MakeRepositoryAsync(session, place, ct) is not { } repository)
            return new ManifestPut.NoProject();
        if (!push.Condition.IsAny && !push.Condition.IsMet((await FindAsync(session, place, push.Reference, ct))?.Digest))
            return new ManifestPut.Moved();
        if (await WhyProtectedAsync(session, place, push, ct) is { } why)
            return new ManifestPut.Protected(why);
        if (await FindAsync(session, place, push.Digest.ToString(), ct) is { } same && same.MediaType != push.Manifest.MediaType)
            return new ManifestPut.OtherType(same.MediaType);
        var needs = await Needs.FindAsync(session, repository, push.Manifest.Needs, ct);
        if (needs.WhyNot() is { } refusal)
            return refusal;
        if (!await quotas.HasRoomForManifestAsync(session, place.ProjectId, push.Digest.ToString(), push.Manifest.Content.Length, ct))
            return new ManifestPut.NoRoom();
        var manifest = await InsertAsync(session, repository, push, needs.There, ct);
        KillPoint.Pass("manifest inserted");
        foreach (var tag in push.Tags)
            await TagAsync(session, repository, manifest, tag, ct);
        KillPoint.Pass("manifest tagged");
        return new ManifestPut.Done();
    }

    /// <summary>An image that is pushed again to where it is moves nothing.</summary>
    private static async Task<string?> WhyProtectedAsync(Session session, RegistryPlace place, ManifestToPut push, CancellationToken ct)
    {
        if (push.Tags.Count == 0)
            return null;
        var rules = await TagRules.ReadAsync(session, place.ProjectId, ct);
        foreach (var tag in push.Tags)
        {
            var current = await FindAsync(session, place, tag, ct);
            if (rules.WhyNotPush(tag, push.Level, current is not null && current.Digest != push.Digest.ToString()) is { } why)
                return why;
        }

        return null;
    }

    private static Task<RegistryManifestRow?> FindAsync(Session session, RegistryPlace place, string reference, CancellationToken ct) =>
        session.FindAsync<RegistryManifestRow>(Sql(reference), Args(place, reference), ct);

    private async Task<long> InsertAsync(
        Session session,
        long repository,
        ManifestToPut push,
        IEnumerable<string> links,
        CancellationToken ct
    )
    {
        var manifest = push.Manifest;
        var id = await session.FindAsync<long>(
            """
            INSERT INTO registry_manifests (repository_id, digest, media_type, size, subject, artifact_type, annotations, created_at, content)
            VALUES (@repository, @digest, @MediaType, @size, @subject, @ArtifactType, @annotations, @now, @content)
            ON CONFLICT (repository_id, digest) DO UPDATE SET unused_since = NULL, damaged_at = NULL, content = excluded.content
            RETURNING id
            """,
            new
            {
                repository,
                digest = push.Digest.ToString(),
                manifest.MediaType,
                size = (long)manifest.Content.Length,
                subject = manifest.Subject?.ToString(),
                manifest.ArtifactType,
                annotations = manifest.Subject is null ? null : manifest.Annotations,
                now = time.Milliseconds(),
                content = manifest.Content.ToArray(),
            },
            ct
        );
        await session.ExecuteAsync("DELETE FROM registry_links WHERE manifest_id = @id", new { id }, ct);
        await session.ExecuteAsync(
            "INSERT INTO registry_links (repository_id, manifest_id, target) VALUES (@repository, @id, @target)",
            links
                .Select(target => new
                {
                    repository,
                    id,
                    target,
                })
                .ToList(),
            ct
        );
        return id;
    }

    private Task<int> TagAsync(Session session, long repository, long manifest, string tag, CancellationToken ct) =>
        session.ExecuteAsync(
            """
            INSERT INTO registry_tags (repository_id, name, name_key, manifest_id, created_at, updated_at)
            VALUES (@repository, @tag, @key, @manifest, @now, @now)
            ON CONFLICT (repository_id, name_key) DO UPDATE SET manifest_id = excluded.manifest_id, updated_at = excluded.updated_at
            """,
            new
            {
                repository,
                tag,
                key = Key(tag),
                manifest,
                now = time.Milliseconds(),
            },
            ct
        );

    private static bool IsDigest(string reference) => reference.Contains(':');

    private static string Sql(string reference) => IsDigest(reference) ? FindByDigest : FindByTag;

    private static byte[] Key(string tag) => Encoding.UTF8.GetBytes(tag);

    private static object Args(RegistryPlace place, string reference) =>
        new
        {
            place.ProjectId,
            place.Name,
            reference,
            key = Key(reference),
        };
}
