using System.Text.Json.Serialization;
using Slipway.Engine;
using Slipway.Engine.Reports;
using Slipway.Server.Blobs;
using Slipway.Server.Blobs.Sweeping;
using Slipway.Server.Data;
using Slipway.Server.Http;
using Slipway.Server.Pipelines;
using Slipway.Server.Work;

namespace Slipway.Server.Jobs.Traces;

/// <summary>Moves the log of a job that is over from the folder of live ones to the blobs, and reads its coverage from it and counts its lines on the way.</summary>
internal sealed class TraceArchive(Db db, TraceFolder live, IBlobStore blobs, PipelineStore pipelines, TimeProvider time)
{
    public static readonly WorkKind<Finished> Kind = new("archive_trace", TraceArchiveJson.Default.Finished, job => $"{job.JobId}");

    private const string Note = """
        UPDATE jobs SET trace_blob = @blob, trace_size = @Length, trace_lines = @lines, coverage = COALESCE(@coverage, coverage)
        WHERE id = @Id AND trace_blob IS NULL AND erased_at IS NULL
        """;

    /// <summary>Idempotent: stops wherever an earlier run has been.</summary>
    public async Task ArchiveAsync(Finished finished, CancellationToken ct)
    {
        var job = await db.FindAsync<JobRow>("SELECT * FROM jobs WHERE id = @JobId", finished, ct);
        if (job is { TraceBlob: null, ErasedAt: null } && !await MoveAsync(job, ct))
            return;
        KillPoint.Pass("archive noted");
        // Of a job that is gone nobody reads the log.
        live.Delete(finished.JobId);
    }

    /// <returns>False when the log must stay where it is, because its job goes on.</returns>
    private async Task<bool> MoveAsync(JobRow job, CancellationToken ct)
    {
        if (!Statuses.IsCompleted(Statuses.Parse(job.Status)!.Value))
            return false;
        await using var log = live.Open(job.Id);
        if (log is null)
            return false;
        var coverage = await CoverageAsync(job, log, ct);
        log.Position = 0;
        var (lines, counted) = await LineIndex.OfAsync(log, ct);
        log.Position = 0;
        var begunAt = time.Milliseconds();
        if (await blobs.PutAsync(log, null, long.MaxValue, ct) is not BlobPut.Stored(var blob))
            throw new InvalidOperationException("A log without limit was refused.");
        KillPoint.Pass("archive put");
        var note = new
        {
            blob = blob.Digest.ToString(),
            blob.Length,
            // A piece that was on its way when the job ended may have come since.
            lines = counted == blob.Length ? lines : null,
            coverage,
            job.Id,
        };
        await db.WriteAsync(
            async (session, t) =>
            {
                await BlobClaims.ClaimAsync(session, blob.Digest, begunAt, t);
                return await session.ExecuteAsync(Note, note, t);
            },
            ct
        );
        return true;
    }

    private async Task<string?> CoverageAsync(JobRow job, FileStream log, CancellationToken ct)
    {
        var state = await db.ReadAsync((session, token) => pipelines.LoadAsync(session, job.PipelineId, token), ct);
        return state?.Jobs[(int)job.Number].Job.Coverage is { } pattern ? CoverageScan.Find(log, pattern)?.ToString() : null;
    }

    public sealed record Finished(long JobId);
}

[JsonSerializable(typeof(TraceArchive.Finished))]
internal sealed partial class TraceArchiveJson : JsonSerializerContext;
