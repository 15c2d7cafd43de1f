using Slipway.Server.Data;
using Slipway.Server.Http;
using Slipway.Server.Jobs;
using Slipway.Server.Projects;

namespace Slipway.Server.Runners;

/// <summary>Whether any runner that is there could take a job: one that is not paused and was heard of lately.</summary>
internal sealed class RunnersThere(Db db, TimeProvider time)
{
    private const string Candidates = """
        WITH RECURSIVE up (id, parent_id) AS (
          SELECT id, parent_id FROM namespaces WHERE id = @NamespaceId
          UNION ALL SELECT n.id, n.parent_id FROM namespaces n JOIN up ON n.id = up.parent_id)
        SELECT r.* FROM runners r WHERE r.paused = 0 AND r.contacted_at IS NOT NULL AND (
          r.runner_type = 'instance_type' OR r.namespace_id IN (SELECT id FROM up)
          OR r.id IN (SELECT runner_id FROM runner_projects WHERE project_id = @Id))
        """;

    private readonly Dictionary<long, IReadOnlyList<(RunnerRow Runner, Matching Matching)>> _byProject = [];

    public async Task<bool> AnyForAsync(JobRow job, CancellationToken ct)
    {
        if (!_byProject.TryGetValue(job.ProjectId, out var runners))
            _byProject[job.ProjectId] = runners = await OfAsync(job.ProjectId, ct);
        return runners.Any(runner => runner.Matching.Takes(job.Tags, job.Protected == 1));
    }

    private async Task<IReadOnlyList<(RunnerRow, Matching)>> OfAsync(long id, CancellationToken ct)
    {
        if (await Lookup.ProjectAsync(db, id.ToString(), ct) is not { } project)
            return [];
        var settings = ProjectSettings.Parse(project.Settings);
        var now = time.Milliseconds();
        var rows = await db.QueryAsync<RunnerRow>(Candidates, new { project.Id, project.NamespaceId }, ct);
        return
        [
            .. rows.Where(row => RunnerPresence.Of(row.ContactedAt, row.CreatedAt, now) == RunnerPresence.Online)
                .Where(row => row.RunnerType != RunnerWords.Instance || settings.SharedRunnersEnabled)
                .Where(row => row.RunnerType != RunnerWords.Group || settings.GroupRunnersEnabled)
                .Select(row => (row, new Matching(row))),
        ];
    }
}
