using Slipway.Server.Data;
using Slipway.Server.Http;
using Slipway.Server.Projects;

namespace Slipway.Server.Runners;

/// <summary>
/// The jobs that wait for a runner, in the order in which one may have them: for a group's and a project's runner the oldest first; for an instance's those of
/// the projects that have the fewest jobs on instance runners first (runner-protocol §3.4).
/// </summary>
internal sealed class JobQueue(Db db, TimeProvider time)
{
    // From one project that has something waiting to the next, so that the cost is the number of projects and not of jobs.
    private const string Waiting = """
        waiting (id) AS (
          SELECT MIN(project_id) FROM jobs WHERE status = 'pending'
          UNION ALL SELECT (SELECT MIN(j.project_id) FROM jobs j WHERE j.status = 'pending' AND j.project_id > w.id) FROM waiting w WHERE w.id IS NOT NULL)
        """;

    /// <summary>Some of the first may be for other runners, or gone.</summary>
    private const int Spare = 8;

    private const string Below = """
        below (id) AS (
          SELECT id FROM namespaces WHERE id = @NamespaceId
          UNION ALL SELECT n.id FROM namespaces n JOIN below b ON n.parent_id = b.id)
        """;

    private const string Columns =
        "p.id, p.settings, (SELECT MIN(f.id) FROM jobs f WHERE f.status = 'pending' AND f.project_id = p.id) AS first";

    /// <summary>Runners with the same one may have jobs of the same projects.</summary>
    public static (string Type, long? Of) Reach(RunnerRow runner) =>
        runner.RunnerType switch
        {
            RunnerWords.Instance => (runner.RunnerType, null),
            RunnerWords.Group => (runner.RunnerType, runner.NamespaceId),
            _ => (runner.RunnerType, runner.Id),
        };

    /// <summary>What waits now for runners of this one's reach.</summary>
    /// <param name="askers">How many ask at once, about.</param>
    public async Task<WaitingJobs> LookAsync(RunnerRow runner, int askers, CancellationToken ct)
    {
        var rows = await db.QueryAsync<Waiter>(SqlOf(runner), new { runner.Id, runner.NamespaceId }, ct);
        var open = rows.Where(row => Admits(row.Settings, runner)).ToList();
        var load = open.Count > 1 && runner.RunnerType == RunnerWords.Instance ? await LoadAsync(ct) : [];
        return new WaitingJobs(
            db,
            time.Milliseconds(),
            askers + Spare,
            open.Select(row => (row.Id, row.First, load.GetValueOrDefault(row.Id)))
        );
    }

    /// <summary>By project, how many jobs it has on instance runners.</summary>
    private async Task<Dictionary<long, long>> LoadAsync(CancellationToken ct)
    {
        var running = await db.QueryAsync<Load>(
            """
            SELECT j.project_id AS id, COUNT(*) AS jobs FROM jobs j JOIN runners r ON r.id = j.runner_id
            WHERE j.status IN ('running', 'canceling') AND r.runner_type = 'instance_type' GROUP BY j.project_id
            """,
            null,
            ct
        );
        return running.ToDictionary(row => row.Id, row => row.Jobs);
    }

    private static string SqlOf(RunnerRow runner)
    {
        const string open = "p.archived = 0 AND p.deleted_at IS NULL";
        return runner.RunnerType switch
        {
            RunnerWords.Project => $"""
                SELECT {Columns} FROM projects p JOIN runner_projects r ON r.project_id = p.id
                WHERE r.runner_id = @Id AND {open} AND EXISTS (SELECT 1 FROM jobs j WHERE j.status = 'pending' AND j.project_id = p.id)
                """,
            RunnerWords.Group => $"""
                WITH RECURSIVE {Waiting}, {Below}
                SELECT {Columns} FROM waiting w JOIN projects p ON p.id = w.id WHERE {open} AND p.namespace_id IN (SELECT id FROM below)
                """,
            _ => $"WITH RECURSIVE {Waiting} SELECT {Columns} FROM waiting w JOIN projects p ON p.id = w.id WHERE {open}",
        };
    }

    private static bool Admits(string settings, RunnerRow runner) =>
        runner.RunnerType switch
        {
            RunnerWords.Instance => ProjectSettings.Parse(settings).SharedRunnersEnabled,
            RunnerWords.Group => ProjectSettings.Parse(settings).GroupRunnersEnabled,
            _ => true,
        };

    private sealed record Waiter
    {
        public long Id { get; init; }
        public required string Settings { get; init; }
        public long First { get; init; }
    }

    // No columns of a table: their types are unknown when there are no rows, so they are set one by one.
    private sealed record Load
    {
        public long Id { get; init; }
        public long Jobs { get; init; }
    }
}
