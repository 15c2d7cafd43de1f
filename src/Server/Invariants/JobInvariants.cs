using Slipway.Server.Data;

namespace Slipway.Server.Invariants;

/// <summary>I4, I5 and I13.</summary>
internal static class JobInvariants
{
    /// <summary>After so long without a sign of life a runner is as good as lost: it writes every minute at least.</summary>
    private static readonly TimeSpan Lease = TimeSpan.FromMinutes(4);

    public static Task<Sighting> LeasesAsync(Scene scene, CancellationToken ct) =>
        scene.Db.ReadAsync(
            async (session, token) =>
            {
                var rows = await session.QueryAsync<JobRow>(
                    "SELECT * FROM jobs WHERE bridge = 0 AND status IN ('running', 'canceling') ORDER BY id",
                    null,
                    token
                );
                return new Sighting(
                    Sighting.Count(rows.Count, "running job"),
                    [.. rows.Select(row => WhyLost(row, scene.Now)).OfType<Diagnosis.Trouble>()]
                );
            },
            ct
        );

    public static Task<Sighting> AttemptsAsync(Scene scene, CancellationToken ct) =>
        scene.Db.ReadAsync(
            async (session, token) =>
            {
                var rows = await session.QueryAsync<Chain>(
                    """
                    SELECT pipeline_id, job_index, COUNT(*) AS attempts, COUNT(CASE WHEN retried = 0 THEN 1 END) AS current, MAX(attempt) AS last
                    FROM jobs GROUP BY pipeline_id, job_index
                    HAVING COUNT(CASE WHEN retried = 0 THEN 1 END) <> 1 OR COUNT(*) <> COUNT(DISTINCT attempt) OR MIN(attempt) <> 1 OR MAX(attempt) <> COUNT(*)
                      OR MAX(CASE WHEN retried = 0 THEN attempt ELSE 0 END) <> MAX(attempt)
                      OR MAX(CASE WHEN retried = 0 THEN number ELSE -1 END) <> MAX(number)
                    """,
                    null,
                    token
                );
                return new Sighting(
                    Sighting.Count(await session.FindAsync<long>("SELECT COUNT(*) FROM jobs", null, token), "attempt"),
                    [
                        .. rows.Select(row => new Diagnosis.Trouble(
                            $"job {row.JobIndex} of pipeline {row.PipelineId} has {row.Attempts} attempts, {row.Current} of them count, the newest is {row.Last}",
                            $"pipeline {row.PipelineId}",
                            "exactly one attempt counts, and it is the last one",
                            "run a new pipeline for its commit, and report this"
                        )),
                    ]
                );
            },
            ct
        );

    /// <summary>An attempt that was retried keeps others out too, until it is over.</summary>
    public static Task<Sighting> ResourceGroupsAsync(Scene scene, CancellationToken ct) =>
        scene.Db.ReadAsync(
            async (session, token) =>
            {
                var rows = await session.QueryAsync<Group>(
                    """
                    SELECT project_id, resource_group, COUNT(*) AS count, MIN(id) AS first, MAX(id) AS last FROM jobs
                    WHERE resource_group IS NOT NULL AND status IN ('preparing', 'pending', 'running', 'canceling')
                    GROUP BY project_id, resource_group HAVING COUNT(*) > 1
                    """,
                    null,
                    token
                );
                var groups = await session.FindAsync<long>(
                    "SELECT COUNT(*) FROM (SELECT DISTINCT project_id, resource_group FROM jobs WHERE resource_group IS NOT NULL) AS g",
                    null,
                    token
                );
                return new Sighting(
                    Sighting.Count(groups, "group"),
                    [
                        .. rows.Select(row => new Diagnosis.Trouble(
                            $"{row.Count} jobs are in resource group {row.ResourceGroup} at the same time",
                            $"project {row.ProjectId}, jobs {row.First} to {row.Last}",
                            "they may be deploying over one another",
                            "cancel all but one of them, and report this"
                        )),
                    ]
                );
            },
            ct
        );

    private static Diagnosis.Trouble? WhyLost(JobRow row, long now)
    {
        var where = $"project {row.ProjectId}, pipeline {row.PipelineId}";
        if (row.TokenHash is null || row.RunnerId is null)
            return new(
                $"job {row.Id} is {row.Status}, and nobody may speak for it",
                where,
                "no runner can ever end it",
                "cancel it, and report this"
            );
        var silent = TimeSpan.FromMilliseconds(now - row.UpdatedAt);
        return silent <= Lease
            ? null
            : new(
                $"job {row.Id} is {row.Status}, and nothing was heard of it for {silent.TotalMinutes:0} minutes",
                $"{where}, runner {row.RunnerId}",
                "its runner is down, cannot reach the server, or has forgotten it",
                "look after the runner; the job fails by itself an hour after the last sign of life"
            );
    }

    private sealed record Chain
    {
        public long PipelineId { get; init; }
        public long JobIndex { get; init; }
        public long Attempts { get; init; }
        public long Current { get; init; }
        public long Last { get; init; }
    }

    private sealed record Group
    {
        public long ProjectId { get; init; }
        public string ResourceGroup { get; init; } = "";
        public long Count { get; init; }
        public long First { get; init; }
        public long Last { get; init; }
    }
}
