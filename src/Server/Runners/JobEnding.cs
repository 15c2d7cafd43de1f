using Microsoft.AspNetCore.Http;
using Slipway.Engine;
using Slipway.Engine.Payloads;
using Slipway.Protocol.Coordination;
using Slipway.Protocol.Jobs;
using Slipway.Server.Data;
using Slipway.Server.Jobs.Traces;
using State = Slipway.Protocol.Coordination.JobState;

namespace Slipway.Server.Runners;

/// <summary>The last word of a runner about a job.</summary>
internal sealed class JobEnding(Db db, JobEnd end, TraceFolder traces, TimeProvider time)
{
    private const int MostExitCode = 32_767;

    /// <returns>The answer's status: 412 when the log is not what the runner sent, and must be sent again from its first byte.</returns>
    public async Task<(int Status, JobRow Job)> EndAsync(JobRow job, JobUpdate update, CancellationToken ct)
    {
        var checksum = update.Output.Checksum ?? update.Checksum;
        if (!await IsWholeAsync(job, checksum, update.Output.Bytesize, ct))
        {
            await traces.RestartAsync(job.Id, ct);
            await db.ExecuteAsync(
                "UPDATE jobs SET trace_checksum = @checksum WHERE id = @Id",
                new { job.Id, checksum = checksum ?? "" },
                ct
            );
            return (StatusCodes.Status412PreconditionFailed, job);
        }

        var now = time.GetUtcNow();
        PipelineEvent happened =
            update.State == State.Success
                ? new PipelineEvent.Succeeded((int)job.Number, now)
                : new PipelineEvent.Failed((int)job.Number, Reason(update.FailureReason), ExitCode(update.ExitCode), now);
        var ended = await end.ApplyAsync(job, happened, checksum, ct);
        KillPoint.Pass("job ended");
        return (StatusCodes.Status200OK, ended);
    }

    /// <summary>Also when it has been sent a second time already: then what there is must do.</summary>
    private async Task<bool> IsWholeAsync(JobRow job, string? checksum, long? size, CancellationToken ct)
    {
        if (job.TraceChecksum is not null || (checksum is null && size is null))
            return true;
        if (size is not null && size != traces.Size(job.Id))
            return false;
        return TraceChecksum.Read(checksum) is not { } said || said == await traces.ChecksumAsync(job.Id, ct);
    }

    private static string Reason(string? said) =>
        string.IsNullOrEmpty(said) ? FailureReason.Script
        : ServerReasons.All.Contains(said) ? said
        : FailureReason.Unknown;

    private static int? ExitCode(int? code) => code is { } number ? Math.Clamp(number, 0, MostExitCode) : null;
}
