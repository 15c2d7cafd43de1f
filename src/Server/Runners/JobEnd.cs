using Slipway.Engine;
using Slipway.Server.Data;
using Slipway.Server.Http;
using Slipway.Server.Jobs.Traces;
using Slipway.Server.Pipelines;
using Slipway.Server.Work;

namespace Slipway.Server.Runners;

/// <summary>The end of a job that runs: the engine decides what becomes of it and of those that wait for it, and its log goes to the archive.</summary>
internal sealed class JobEnd(Db db, PipelineStore pipelines, TraceFolder traces, WorkLoop work, TimeProvider time)
{
    public Task<JobRow> FailAsync(JobRow job, string reason, int? exitCode, CancellationToken ct) =>
        ApplyAsync(job, new PipelineEvent.Failed((int)job.Number, reason, exitCode, time.GetUtcNow()), null, ct);

    /// <summary>What happened, worked in.</summary>
    /// <param name="checksum">Of the log, as the runner said.</param>
    /// <returns>The job as it is now.</returns>
    public Task<JobRow> ApplyAsync(JobRow job, PipelineEvent happened, string? checksum, CancellationToken ct)
    {
        var size = traces.Size(job.Id);
        return db.WriteAsync(
            async (session, t) =>
            {
                await pipelines.ApplyAsync(session, job.PipelineId, happened, t);
                const string note = """
                    UPDATE jobs SET trace_size = @size, trace_checksum = COALESCE(@checksum, trace_checksum), offered_until = NULL, updated_at = @now
                    WHERE id = @Id AND token_hash = @TokenHash AND trace_blob IS NULL
                    """;
                var arguments = new
                {
                    job.Id,
                    job.TokenHash,
                    size,
                    checksum,
                    now = time.Milliseconds(),
                };
                await session.ExecuteAsync(note, arguments, t);
                await work.AddAsync(session, TraceArchive.Kind, new TraceArchive.Finished(job.Id), t);
                return (await session.FindAsync<JobRow>("SELECT * FROM jobs WHERE id = @Id", job, t))!;
            },
            [job.PipelineId],
            ct
        );
    }
}
