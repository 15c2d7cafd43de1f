using Slipway.Server.Data;
using Slipway.Server.Git;
using Slipway.Server.Http;
using Slipway.Server.Jobs.Traces;

namespace Slipway.Server.Jobs;

/// <summary>All that the JSON of some jobs tells beyond their own rows, fetched for all of them at once.</summary>
internal sealed record JobFacts
{
    public required IReadOnlyDictionary<long, ProjectRow> Projects { get; init; }
    public required IReadOnlyDictionary<long, PipelineRow> Pipelines { get; init; }
    public required IReadOnlyDictionary<long, UserRow> Users { get; init; }
    public required IReadOnlyDictionary<long, RunnerRow> Runners { get; init; }
    public required IReadOnlyDictionary<long, RunnerManagerRow> Processes { get; init; }
    public required ILookup<long, ArtifactRow> Artifacts { get; init; }

    /// <summary>By project and SHA.</summary>
    public required IReadOnlyDictionary<(long, string), Commit> Commits { get; init; }

    /// <summary>Bytes of each job's log.</summary>
    public required IReadOnlyDictionary<long, long> TraceSizes { get; init; }
}

/// <summary>Fetches <see cref="JobFacts"/>.</summary>
internal sealed class JobFactsReader(Db db, Repositories repositories, JobTraces traces, TimeProvider time)
{
    public async Task<JobFacts> ReadAsync(IReadOnlyList<JobRow> jobs, CancellationToken ct)
    {
        var rows = await db.ReadAsync((session, token) => RowsAsync(session, jobs, token), ct);
        return rows with { Commits = await CommitsAsync(rows.Pipelines.Values, ct) };
    }

    private async Task<JobFacts> RowsAsync(Session session, IReadOnlyList<JobRow> jobs, CancellationToken ct)
    {
        var artifacts = await session.QueryAsync<ArtifactRow>(
            $"SELECT * FROM artifacts WHERE job_id IN @ids AND {ArtifactRow.IsThere} ORDER BY id",
            new { ids = new In<long>([.. jobs.Select(job => job.Id)]), now = time.Milliseconds() },
            ct
        );
        return new JobFacts
        {
            Projects = (await OfAsync<ProjectRow>($"SELECT {ProjectRow.Columns} FROM projects", job => job.ProjectId)).ToDictionary(row =>
                row.Id
            ),
            Pipelines = (await OfAsync<PipelineRow>("SELECT * FROM pipelines", job => job.PipelineId)).ToDictionary(row => row.Id),
            Users = (await OfAsync<UserRow>($"SELECT {UserRow.Columns} FROM users", job => job.UserId)).ToDictionary(row => row.Id),
            Runners = (await OfAsync<RunnerRow>("SELECT * FROM runners", job => job.RunnerId)).ToDictionary(row => row.Id),
            Processes = (await OfAsync<RunnerManagerRow>("SELECT * FROM runner_managers", job => job.RunnerManagerId)).ToDictionary(row =>
                row.Id
            ),
            Artifacts = artifacts.ToLookup(artifact => artifact.JobId),
            Commits = new Dictionary<(long, string), Commit>(),
            TraceSizes = jobs.ToDictionary(job => job.Id, traces.Size),
        };

        Task<IReadOnlyList<T>> OfAsync<T>(string select, Func<JobRow, long?> id) =>
            session.QueryAsync<T>(
                $"{select} WHERE id IN @ids",
                new { ids = new In<long>([.. jobs.Select(id).OfType<long>().Distinct()]) },
                ct
            );
    }

    private async Task<IReadOnlyDictionary<(long, string), Commit>> CommitsAsync(IEnumerable<PipelineRow> pipelines, CancellationToken ct)
    {
        var found = new Dictionary<(long, string), Commit>();
        foreach (var project in pipelines.GroupBy(pipeline => pipeline.ProjectId))
        {
            var repository = repositories.Of(project.Key);
            if (!Directory.Exists(repository.Path))
                continue;
            foreach (var commit in await repository.CommitsAsync([.. project.Select(pipeline => pipeline.Sha).Distinct()], ct))
                found[(project.Key, commit.Sha)] = commit;
        }

        return found;
    }
}
