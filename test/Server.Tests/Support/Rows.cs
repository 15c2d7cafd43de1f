using Slipway.Server.Data;

namespace Slipway.Server.Tests.Support;

/// <summary>Rows of tables whose own room is not what a test is about.</summary>
internal static class Rows
{
    /// <summary>A pipeline with one running job.</summary>
    /// <returns>The job's id.</returns>
    public static async Task<long> JobAsync(Db db, long project, long user, string? tokenHash, string status = "running")
    {
        var pipeline = await db.WriteAsync(
            (session, ct) =>
                session.FindAsync<long>(
                    """
                    INSERT INTO pipelines (project_id, iid, user_id, source, ref, tag, sha, before_sha, protected, status, ready, version, created_at, updated_at)
                    VALUES (@project, (SELECT COUNT(*) + 1 FROM pipelines), @user, 'push', 'main', 0, 'a', 'b', 0, 'running', 1, 0, 0, 0) RETURNING id
                    """,
                    new { project, user },
                    ct
                ),
            CancellationToken.None
        );
        return await db.WriteAsync(
            (session, ct) =>
                session.FindAsync<long>(
                    """
                    INSERT INTO jobs (pipeline_id, project_id, number, job_index, attempt, bridge, name, stage, stage_index, status, retried, allow_failure,
                      played, cancels_gracefully, user_id, protected, tags, token_hash, trace_size, debug_trace, created_at, updated_at)
                    VALUES (@pipeline, @project, 0, 0, 1, 0, 'test', 'test', 0, @status, 0, 0, 0, 0, @user, 0, '[]', @tokenHash, 0, 0, 0, 0) RETURNING id
                    """,
                    new
                    {
                        pipeline,
                        project,
                        user,
                        status,
                        tokenHash,
                    },
                    ct
                ),
            CancellationToken.None
        );
    }
}
