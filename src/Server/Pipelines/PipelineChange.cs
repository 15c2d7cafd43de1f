using Slipway.Engine;
using Slipway.Server.Data;

namespace Slipway.Server.Pipelines;

/// <summary>A change of a pipeline, as it is being written.</summary>
/// <param name="Before">Without jobs when the pipeline has just been given them.</param>
internal sealed record PipelineChange(PipelineRow Pipeline, PipelineState Before, PipelineState After)
{
    /// <summary>The attempts that are new, or have another status than before.</summary>
    public IEnumerable<JobState> Jobs =>
        After.Jobs.Where(job => job.Number >= Before.Jobs.Length || job.Status != Before.Jobs[job.Number].Status);
}

/// <summary>A job that must not go on.</summary>
/// <param name="Reason">What it fails with, in GitLab's words.</param>
internal sealed record RefusedJob(int Number, string Reason);

/// <summary>Keeps something in step with pipelines: sees every change, in the transaction that writes it. It may be told of a change whose transaction is run again.</summary>
/// <returns>Jobs that must not go on; they fail in the same transaction.</returns>
internal delegate Task<IReadOnlyList<RefusedJob>> PipelineFollower(Session session, PipelineChange change, CancellationToken ct);
