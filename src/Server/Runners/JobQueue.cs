using System.Runtime.CompilerServices;
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
    private const int Page = 100;

    // From one project that has something waiting to the next, so that the cost is the number of projects and not of jobs.
    private const string Waiting = """
        waiting (id) AS (
          SELECT MIN(project_id) FROM jobs WHERE status = 'pending'
          UNION ALL SELECT (SELECT MIN(j.project_id) FROM jobs j WHERE j.status = 'pending' AND j.project_id > w.id) FROM waiting w WHERE w.id IS NOT NULL)
        """;

    private const string Below = """
        below (id) AS (
          SELECT id FROM namespaces WHERE id = @NamespaceId
          UNION ALL SELECT n.id FROM namespaces n JOIN below b ON n.parent_id = b.id)
        """;

    /// <summary>What the runner could take right now. Others may take it first.</summary>
    public async IAsyncEnumerable<Candidate> CandidatesAsync(RunnerRow runner, [EnumeratorCancellation] CancellationToken ct)
    {
        var matching = new Matching(runner);
        foreach (var projects in await ProjectsAsync(runner, ct))
        {
            for (long after = 0; ; )
            {
                var page = await PageAsync(projects, after, ct);
                foreach (var job in page.Where(job => matching.Takes(job.Tags, job.Protected == 1)))
                    yield return job;
                if (page.Count < Page)
                    break;
                after = page[^1].Id;
            }
        }
    }

    /// <summary>The projects with waiting jobs that let the runner in; those in the first list come first.</summary>
    private async Task<IReadOnlyList<IReadOnlyList<long>>> ProjectsAsync(RunnerRow runner, CancellationToken ct)
    {
        var rows = await db.QueryAsync<Waiter>(SqlOf(runner), new { runner.Id, runner.NamespaceId }, ct);
        var open = rows.Where(row => Admits(row.Settings, runner)).Select(row => row.Id).ToList();
        if (open.Count == 0)
            return [];
        if (open.Count == 1 || runner.RunnerType != RunnerWords.Instance)
            return [open];
        var running = await db.QueryAsync<Load>(
            """
            SELECT j.project_id AS id, COUNT(*) AS jobs FROM jobs j JOIN runners r ON r.id = j.runner_id
            WHERE j.status IN ('running', 'canceling') AND r.runner_type = 'instance_type' GROUP BY j.project_id
            """,
            null,
            ct
        );
        var load = running.ToDictionary(row => row.Id, row => row.Jobs);
        return [.. open.GroupBy(id => load.GetValueOrDefault(id)).OrderBy(group => group.Key).Select(group => group.ToList())];
    }

    private static string SqlOf(RunnerRow runner)
    {
        const string open = "p.archived = 0 AND p.deleted_at IS NULL";
        return runner.RunnerType switch
        {
            RunnerWords.Project => $"""
                SELECT p.id, p.settings FROM projects p JOIN runner_projects r ON r.project_id = p.id
                WHERE r.runner_id = @Id AND {open} AND EXISTS (SELECT 1 FROM jobs j WHERE j.status = 'pending' AND j.project_id = p.id)
                """,
            RunnerWords.Group => $"""
                WITH RECURSIVE {Waiting}, {Below}
                SELECT p.id, p.settings FROM waiting w JOIN projects p ON p.id = w.id WHERE {open} AND p.namespace_id IN (SELECT id FROM below)
                """,
            _ => $"WITH RECURSIVE {Waiting} SELECT p.id, p.settings FROM waiting w JOIN projects p ON p.id = w.id WHERE {open}",
        };
    }

    private static bool Admits(string settings, RunnerRow runner) =>
        runner.RunnerType switch
        {
            RunnerWords.Instance => ProjectSettings.Parse(settings).SharedRunnersEnabled,
            RunnerWords.Group => ProjectSettings.Parse(settings).GroupRunnersEnabled,
            _ => true,
        };

    private Task<IReadOnlyList<Candidate>> PageAsync(IReadOnlyList<long> projects, long after, CancellationToken ct) =>
        db.QueryAsync<Candidate>(
            $"""
            SELECT id, pipeline_id, number, tags, protected FROM jobs
            WHERE status = 'pending' AND bridge = 0 AND id > @after AND project_id IN @projects AND (offered_until IS NULL OR offered_until <= @now)
            ORDER BY id LIMIT {Page}
            """,
            new
            {
                after,
                projects = new In<long>(projects),
                now = time.Milliseconds(),
            },
            ct
        );

    private sealed record Waiter(long Id, string Settings);

    // No columns of a table: their types are unknown when there are no rows, so they are set one by one.
    private sealed record Load
    {
        public long Id { get; init; }
        public long Jobs { get; init; }
    }
}

/// <param name="Tags">A JSON list.</param>
internal sealed record Candidate(long Id, long PipelineId, long Number, string Tags, long Protected);
