using Slipway.Server.Blobs;
using Slipway.Server.Data;

namespace Slipway.Server.Jobs.Traces;

/// <summary>Jobs' logs for whoever reads them, live or archived. At every instant a log that is there can be read from one of the two.</summary>
internal sealed class JobTraces(Db db, TraceFolder live, IBlobStore blobs)
{
    /// <summary>Bytes so far; 0 when there is no log.</summary>
    public long Size(JobRow job) =>
        job.TraceBlob is null && job.ErasedAt is null && live.Size(job.Id) is > 0 and var size ? size : job.TraceSize;

    /// <summary>Opens a log, or a range of it that must lie within.</summary>
    /// <returns>Nothing when the job has none, it was erased, or the store has lost it.</returns>
    public async Task<Stream?> OpenAsync(JobRow job, BlobRange? range, CancellationToken ct)
    {
        if (job.ErasedAt is not null)
            return null;
        if (live.Open(job.Id) is { } file)
            return range is null ? file : new StreamPart(file, file.Length, range);
        // It may have been archived since the row was read.
        var archived = job.TraceBlob is not null
            ? job
            : await db.FindAsync<JobRow>("SELECT * FROM jobs WHERE id = @Id AND erased_at IS NULL", new { job.Id }, ct);
        return BlobDigest.TryParse(archived?.TraceBlob, out var digest)
            ? await blobs.FindKeptAsync(new Blob(digest, archived!.TraceSize), range, ct)
            : null;
    }
}
