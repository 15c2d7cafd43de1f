using Slipway.Server.Blobs;
using Slipway.Server.Blobs.Sweeping;
using Slipway.Server.Data;
using Slipway.Server.Http;
using Slipway.Server.Jobs.TestReports;
using Slipway.Server.Pipelines;
using Slipway.Server.Projects;
using Slipway.Server.Secrets;

namespace Slipway.Server.Jobs.Artifacts;

/// <summary>What became of an upload.</summary>
internal abstract record Upload
{
    private Upload() { }

    /// <summary>It is kept; also when the very same was kept before.</summary>
    public sealed record Kept : Upload;

    public sealed record TooLarge : Upload;

    /// <param name="Why">In GitLab's words.</param>
    public sealed record Refused(string Why) : Upload;
}

/// <summary>Takes what a running job uploads: bytes into the blob store as they come, then the row that makes them the job's (runner-protocol §8.1).</summary>
internal sealed class ArtifactIntake(
    Db db,
    IBlobStore blobs,
    PipelineStore pipelines,
    SecretBox secrets,
    JobOptions options,
    TimeProvider time
)
{
    private const int LongestName = 255;

    public async Task<Upload> TakeAsync(JobRow job, Described what, Stream content, CancellationToken ct)
    {
        var begunAt = time.Milliseconds();
        switch (await blobs.PutAsync(content, null, options.ArtifactBytes, ct))
        {
            case BlobPut.TooLarge:
                return new Upload.TooLarge();
            case BlobPut.Stored(var blob):
                KillPoint.Pass("artifact stored");
                var upload = await KeepAsync(job, what, blob, begunAt, ct);
                KillPoint.Pass("artifact kept");
                return upload;
            case var other:
                throw new InvalidOperationException(other.GetType().Name);
        }
    }

    /// <summary>The name a runner gave to a file: its last part, without what could do harm in a header or a folder.</summary>
    public static string Clean(string? name)
    {
        var last = (name ?? "").Split('/', '\\')[^1];
        var clean = new string([.. last.Where(c => !char.IsControl(c) && c != '"')]);
        return clean is "" or "." or ".." ? "artifact" : clean[..Math.Min(clean.Length, LongestName)];
    }

    private async Task<Upload> KeepAsync(JobRow job, Described what, Blob blob, long begunAt, CancellationToken ct)
    {
        var dotenv = what.Type == ArtifactType.Dotenv ? await DotenvArtifact.ReadAsync(blobs, blob, ct) : null;
        if (dotenv?.Error is { } error)
            return new Upload.Refused(error);
        var tests = what.Type == ArtifactType.JUnit ? await TestCounts.ReadAsync(blobs, blob, ct) : null;
        return await db.WriteAsync(
            async (session, t) =>
            {
                await BlobClaims.ClaimAsync(session, blob.Digest, begunAt, t);
                if (await AddAsync(session, job, what, blob, t) is { } refused)
                    return refused;
                if (dotenv is not null)
                    await DotenvVariables.WriteAsync(session, secrets, job.Id, dotenv.Variables, t);
                if (tests is not null)
                    await tests.WriteAsync(session, job, t);
                return new Upload.Kept();
            },
            ct
        );
    }

    /// <returns>What becomes of the upload when it adds nothing.</returns>
    private async Task<Upload?> AddAsync(Session session, JobRow job, Described what, Blob blob, CancellationToken ct)
    {
        var now = time.Milliseconds();
        var settings = await session.FindAsync<string>("SELECT settings FROM projects WHERE id = @ProjectId", job, ct);
        var compiled = await pipelines.CompiledAsync(session, job.PipelineId, ct);
        var added = await session.ExecuteAsync(
            """
            INSERT INTO artifacts (job_id, project_id, file_type, file_format, filename, size, blob, access, created_at, expires_at, locked)
            VALUES (@Id, @ProjectId, @Type, @Format, @Filename, @Length, @Digest, @Access, @now, @expires, @locked)
            ON CONFLICT (job_id, file_type) DO NOTHING
            """,
            new
            {
                job.Id,
                job.ProjectId,
                what.Type,
                what.Format,
                what.Filename,
                blob.Length,
                Digest = blob.Digest.ToString(),
                Access = compiled?.Jobs[(int)job.JobIndex].ArtifactsAccess ?? "all",
                now,
                expires = ArtifactExpiry.At(what.ExpireIn, now, options.ArtifactsExpireIn),
                locked = ProjectSettings.Parse(settings!).KeepLatestArtifact ? 1L : 0,
            },
            ct
        );
        if (added == 1)
            return null;
        return await IsSameAsync(session, job.Id, what.Type, blob, ct)
            ? new Upload.Kept()
            : new Upload.Refused("another artifact of the same type already exists");
    }

    private static async Task<bool> IsSameAsync(Session session, long job, string type, Blob blob, CancellationToken ct) =>
        await session.FindAsync<string>("SELECT blob FROM artifacts WHERE job_id = @job AND file_type = @type", new { job, type }, ct)
        == blob.Digest.ToString();

    /// <summary>What its runner says of a file.</summary>
    /// <param name="Type">One that <see cref="ArtifactType"/> knows, in its <paramref name="Format"/>.</param>
    public sealed record Described(string Type, string Format, string Filename, string? ExpireIn);
}
