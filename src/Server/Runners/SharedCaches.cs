using Slipway.Server.Blobs;
using Slipway.Server.Blobs.Sweeping;
using Slipway.Server.Data;
using Slipway.Server.Http;
using Slipway.Server.Jobs;
using Slipway.Server.Projects;

namespace Slipway.Server.Runners;

/// <summary>
/// Cache archives that the runners of a project share, with nothing to set up. A job on a protected ref reads and writes a set of its own, into which no other
/// job can put anything (reliability-security S8), save under keys that end as those of unprotected refs do: then its project has asked for the others' cache.
/// </summary>
internal sealed class SharedCaches(Db db, IBlobStore blobs, JobOptions options, TimeProvider time)
{
    public const int LongestKey = 1024;

    /// <summary>What the compiler puts behind keys of unprotected refs.</summary>
    private const string Unprotected = "-non_protected";

    /// <summary>How old the last use may be before it is written anew.</summary>
    private static readonly TimeSpan Every = TimeSpan.FromHours(1);

    /// <returns>Nothing when there is none.</returns>
    public async Task<CacheRow?> FindAsync(JobRow job, string key, CancellationToken ct)
    {
        var set = await SetAsync(job, key, ct);
        var row = await db.FindAsync<CacheRow>(
            "SELECT * FROM caches WHERE project_id = @ProjectId AND protected = @set AND key = @key",
            new
            {
                job.ProjectId,
                set,
                key,
            },
            ct
        );
        var now = time.Milliseconds();
        if (row is not null && now - row.UsedAt > Every.TotalMilliseconds)
            await db.ExecuteAsync("UPDATE caches SET used_at = @now WHERE id = @Id", new { row.Id, now }, ct);
        return row;
    }

    /// <summary>Takes the place of what was there under this key. What the project used least recently makes room.</summary>
    /// <returns>Its digest; nothing when it is too large.</returns>
    public async Task<string?> PutAsync(JobRow job, string key, Stream content, CancellationToken ct)
    {
        var (set, begunAt) = (await SetAsync(job, key, ct), time.Milliseconds());
        if (await blobs.PutAsync(content, null, options.CacheBytes, ct) is not BlobPut.Stored(var blob))
            return null;
        var arguments = new
        {
            job.ProjectId,
            set,
            key,
            digest = blob.Digest.ToString(),
            blob.Length,
            now = time.Milliseconds(),
        };
        return await db.WriteAsync(
            async (session, t) =>
            {
                await BlobClaims.ClaimAsync(session, blob.Digest, begunAt, t);
                await session.ExecuteAsync(
                    """
                    INSERT INTO caches (project_id, protected, key, blob, size, created_at, used_at)
                    VALUES (@ProjectId, @set, @key, @digest, @Length, @now, @now)
                    ON CONFLICT (project_id, protected, key) DO UPDATE SET blob = excluded.blob, size = excluded.size, created_at = excluded.created_at,
                      used_at = excluded.used_at
                    """,
                    arguments,
                    t
                );
                await MakeRoomAsync(session, job.ProjectId, t);
                return arguments.digest;
            },
            ct
        );
    }

    /// <summary>Removes what nobody has used for long.</summary>
    public Task<int> SweepAsync(CancellationToken ct) =>
        db.ExecuteAsync(
            "DELETE FROM caches WHERE used_at < @before",
            new { before = time.Milliseconds() - (long)options.CacheKeep.TotalMilliseconds },
            ct
        );

    private async Task MakeRoomAsync(Session session, long project, CancellationToken ct)
    {
        var rows = await session.QueryAsync<CacheRow>(
            "SELECT * FROM caches WHERE project_id = @project ORDER BY used_at DESC, id DESC",
            new { project },
            ct
        );
        var left = options.CacheProjectBytes;
        foreach (var row in rows)
            if ((left -= row.Size) < 0)
                await session.ExecuteAsync("DELETE FROM caches WHERE id = @Id", row, ct);
    }

    /// <returns>1 for the set of protected refs.</returns>
    private async Task<long> SetAsync(JobRow job, string key, CancellationToken ct)
    {
        if (job.Protected == 0 || key.EndsWith(Unprotected, StringComparison.Ordinal))
            return 0;
        var settings = await db.FindAsync<string>("SELECT settings FROM projects WHERE id = @ProjectId", job, ct);
        return ProjectSettings.Parse(settings!).CiSeparatedCaches ? 1 : 0;
    }
}
