using Slipway.Compiler;
using Slipway.Server.Accounts;
using Slipway.Server.Data;
using Slipway.Server.Http;
using Slipway.Server.Jobs;
using Slipway.Server.Pipelines;
using Slipway.Server.Projects;

namespace Slipway.Server.Runners;

/// <summary>
/// The jobs outside a job's own pipeline whose artifacts it gets: of its relatives, <c>needs: [{pipeline: ID, job: NAME}]</c>, and of other projects,
/// <c>needs: [{project: PATH, job: NAME, ref: REF}]</c> (gitlab-ci-yaml §7.8). They must have passed. https://docs.gitlab.com/ci/yaml/#needsproject
/// </summary>
internal sealed class ExternalJobs(Db db, TimeProvider time)
{
    /// <returns>In the order of <see cref="CompiledJob.ExternalNeeds"/>; nothing when one of them is not there, or not for whoever answers for the job.</returns>
    public async Task<IReadOnlyList<JobRow>?> OfAsync(CompiledJob compiled, JobRow job, CancellationToken ct)
    {
        var found = new List<JobRow>();
        foreach (var need in compiled.ExternalNeeds.Where(need => need.Artifacts))
        {
            if (await (need.Project is { } path ? OfProjectAsync(path, need, job, ct) : OfRelativeAsync(need, job, ct)) is not { } other)
                return null;
            found.Add(other);
        }

        return found;
    }

    /// <summary>The newest that has passed on that ref.</summary>
    private async Task<JobRow?> OfProjectAsync(string path, ExternalNeed need, JobRow job, CancellationToken ct)
    {
        if (await Lookup.ProjectAsync(db, path, ct) is not { } project || long.TryParse(path, out _))
            return null;
        if (!await JobArtifactsAccess.MayReadAsync(db, job.UserId, project, time.Milliseconds(), ct))
            return null;
        return await db.FindAsync<JobRow>(
            """
            SELECT j.* FROM jobs j JOIN pipelines p ON p.id = j.pipeline_id
            WHERE j.project_id = @Id AND p.ref = @Ref AND j.name = @Job AND j.bridge = 0 AND j.status = 'success' AND j.retried = 0
            ORDER BY j.id DESC LIMIT 1
            """,
            new
            {
                project.Id,
                need.Ref,
                need.Job,
            },
            ct
        );
    }

    /// <summary>Of the parent's pipeline, or of one that hangs together with it. The job's own is none of them.</summary>
    private async Task<JobRow?> OfRelativeAsync(ExternalNeed need, JobRow job, CancellationToken ct)
    {
        if (!long.TryParse(need.Pipeline, out var pipeline) || pipeline == job.PipelineId)
            return null;
        if (!await db.ReadAsync((session, t) => Lineage.AreRelativesAsync(session, pipeline, job.PipelineId, t), ct))
            return null;
        return await db.FindAsync<JobRow>(
            """
            SELECT * FROM jobs
            WHERE pipeline_id = @pipeline AND project_id = @ProjectId AND name = @Job AND bridge = 0 AND status = 'success' AND retried = 0
            """,
            new
            {
                pipeline,
                job.ProjectId,
                need.Job,
            },
            ct
        );
    }
}
