using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Slipway.Protocol.Coordination;
using Slipway.Server.Accounts;
using Slipway.Server.Data;
using Slipway.Server.Http;
using Slipway.Server.Pipelines;

namespace Slipway.Server.Runners;

/// <summary>
/// The door for whoever runs a job: the job's own token, in a header or in the body. A wrong one is answered with 403 and never with 404
/// (runner-protocol §5.5), which tells a runner to let go of the job.
/// </summary>
internal sealed class JobDoor(Db db, PipelineStore pipelines, TimeProvider time)
{
    /// <summary>How old the last sign of life may be before it is written anew.</summary>
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(15);

    /// <returns>The job; nothing when the token is not its own.</returns>
    public async Task<JobRow?> FindAsync(HttpContext http, long id, string? token, CancellationToken ct)
    {
        var given = http.Request.Headers[WireHeader.JobToken].ToString() is { Length: > 0 } header ? header : token;
        if (string.IsNullOrEmpty(given))
            return null;
        var job = await db.FindAsync<JobRow>(
            "SELECT j.* FROM jobs j JOIN projects p ON p.id = j.project_id WHERE j.id = @id AND p.deleted_at IS NULL",
            new { id },
            ct
        );
        return
            job?.TokenHash is { } hash
            && CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(hash), Encoding.ASCII.GetBytes(Tokens.Hash(given)))
            ? job
            : null;
    }

    /// <summary>
    /// Like <see cref="FindAsync"/>, for what only a job that runs may do. One whose runner goes on although its word that it takes up the job was lost is
    /// taken up here.
    /// </summary>
    /// <returns>Nothing when it does not run. The answer has been given the status that its runner should know.</returns>
    public async Task<JobRow?> FindRunningAsync(HttpContext http, long id, string? token, CancellationToken ct)
    {
        if (await FindAsync(http, id, token, ct) is not { } job)
            return null;
        if (job.Status == "pending")
            job = await TakeUpAsync(job, ct);
        http.Response.Headers[WireHeader.JobStatus] = job.Status;
        if (!IsRunning(job) || job.ErasedAt is not null)
            return null;
        if (await TouchAsync(job, ct))
            return job;
        // It ended, or its offer lapsed, between two looks; then somebody else may have it already.
        http.Response.Headers[WireHeader.JobStatus] = (await FindAsync(http, id, token, ct))?.Status;
        return null;
    }

    /// <summary>Takes up an offer, if it still stands.</summary>
    /// <returns>The job as it is now.</returns>
    public Task<JobRow> TakeUpAsync(JobRow job, CancellationToken ct) =>
        db.WriteAsync(
            async (session, t) =>
            {
                await JobStart.TakeUpAsync(session, pipelines, job, time.GetUtcNow(), t);
                return (await session.FindAsync<JobRow>("SELECT * FROM jobs WHERE id = @Id", job, t))!;
            },
            [job.PipelineId],
            ct
        );

    /// <summary>The job's runner has been heard of.</summary>
    /// <returns>False when the job is not its own any more, or does not run.</returns>
    public async Task<bool> TouchAsync(JobRow job, CancellationToken ct)
    {
        var now = time.Milliseconds();
        if (job.OfferedUntil is null && now - job.UpdatedAt < Every.TotalMilliseconds)
            return true;
        var touched = await db.ExecuteAsync(
            "UPDATE jobs SET updated_at = @now, offered_until = NULL WHERE id = @Id AND token_hash = @TokenHash AND status IN ('running', 'canceling')",
            new
            {
                job.Id,
                job.TokenHash,
                now,
            },
            ct
        );
        return touched == 1;
    }

    public static bool IsRunning(JobRow job) => job.Status is "running" or "canceling";
}
