using Slipway.Server.Data;
using Slipway.Server.Http;

namespace Slipway.Server.Jobs.Artifacts;

/// <summary>
/// Removes artifacts whose time has run out. Those of a ref's latest good pipeline are kept beyond it where the project says so
/// (https://docs.gitlab.com/ci/jobs/job_artifacts/#keep-artifacts-from-most-recent-successful-jobs): they go when a newer pipeline of the ref has passed.
/// </summary>
internal sealed class ArtifactSweep(Db db, TimeProvider time)
{
    // A pipeline that waits for somebody to play a job is good too (gitlab-ci-yaml-2 §14).
    private const string Newer = """
        EXISTS (SELECT 1 FROM jobs j JOIN pipelines p ON p.id = j.pipeline_id
          JOIN pipelines n ON n.project_id = p.project_id AND n.ref = p.ref AND n.tag = p.tag AND n.id > p.id AND n.status IN ('success', 'manual')
          WHERE j.id = artifacts.job_id)
        """;

    /// <returns>How many there were.</returns>
    public Task<int> RunAsync(CancellationToken ct) =>
        db.ExecuteAsync(
            $"DELETE FROM artifacts WHERE expires_at <= @now AND (locked = 0 OR {Newer})",
            new { now = time.Milliseconds() },
            ct
        );
}
