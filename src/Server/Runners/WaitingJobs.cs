using Slipway.Server.Data;

namespace Slipway.Server.Runners;

/// <param name="Tags">A JSON list.</param>
internal sealed record Candidate(long Id, long ProjectId, long PipelineId, long JobIndex, string Tags, long UserId, long Protected);

/// <summary>
/// Jobs that waited at one moment, given out one by one to several runners: those of the projects with the least load first, of these the oldest. No more rows
/// are read than are asked for.
/// </summary>
/// <param name="first">How many rows of a project are read at first: about as many as there are runners that ask.</param>
/// <param name="projects">Each with the id that none of its waiting jobs is below, and how many it has running.</param>
internal sealed class WaitingJobs(Db db, long now, int first, IEnumerable<(long Id, long First, long Load)> projects)
{
    private const int Page = 100;

    private readonly HashSet<long> _given = [];
    private readonly List<Line> _lines = [.. projects.Select(project => new Line(project.Id, project.First) { Load = project.Load })];
    private bool _sorted;

    /// <returns>A job that nobody has got from here yet; nothing when the runner takes none of them.</returns>
    public async Task<Candidate?> NextAsync(Matching runner, CancellationToken ct)
    {
        if (!_sorted)
            _lines.Sort((a, b) => (a.Load, a.First).CompareTo((b.Load, b.First)));
        _sorted = true;
        var (best, of) = ((Candidate?)null, (Line?)null);
        foreach (var line in _lines)
        {
            // Of equal load: those that come now have nothing older.
            if (best is not null && (line.Load > of!.Load || line.First > best.Id))
                break;
            if (await FirstAsync(line, runner, ct) is { } found && (best is null || found.Id < best.Id))
                (best, of) = (found, line);
        }

        if (best is null)
            return null;
        _given.Add(best.Id);
        of!.Load++;
        _sorted = _lines.Count == 1;
        return best;
    }

    private async Task<Candidate?> FirstAsync(Line line, Matching runner, CancellationToken ct)
    {
        for (var at = 0; ; at++)
        {
            if (at == line.Jobs.Count && !await MoreAsync(line, ct))
                return null;
            var job = line.Jobs[at];
            if (!_given.Contains(job.Id) && runner.Takes(job.Tags, job.Protected == 1))
                return job;
        }
    }

    private async Task<bool> MoreAsync(Line line, CancellationToken ct)
    {
        if (line.IsWhole)
            return false;
        var most = line.Jobs.Count == 0 ? Math.Min(first, Page) : Page;
        // Two values in subqueries, where PostgreSQL's planner cannot see them: it would plan anew for each.
        var page = await db.QueryAsync<Candidate>(
            """
            SELECT id, project_id, pipeline_id, job_index, tags, user_id, protected FROM jobs
            WHERE status = 'pending' AND project_id = @Project AND bridge = 0 AND id > (SELECT @after)
              AND (offered_until IS NULL OR offered_until <= @now)
            ORDER BY id LIMIT (SELECT @most)
            """,
            new
            {
                line.Project,
                // From the first that waits: by whatever index they are found, none of those that have run are read.
                after = line.Jobs.Count == 0 ? line.First - 1 : line.Jobs[^1].Id,
                now,
                most,
            },
            ct
        );
        line.Jobs.AddRange(page);
        line.IsWhole = page.Count < most;
        return page.Count > 0;
    }

    private sealed record Line(long Project, long First)
    {
        public long Load { get; set; }
        public List<Candidate> Jobs { get; } = [];
        public bool IsWhole { get; set; }
    }
}
