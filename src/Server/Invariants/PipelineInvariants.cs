using System.Security.Cryptography;
using Slipway.Server.Data;
using Slipway.Server.Pipelines;

namespace Slipway.Server.Invariants;

/// <summary>I1, I2, I3 and I12.</summary>
internal static class PipelineInvariants
{
    /// <summary>Pipelines whose compiled jobs are unsealed at a time.</summary>
    private const int AtOnce = 200;

    /// <summary>What is being made may be half there for so long: then the server has swept it away.</summary>
    private static readonly TimeSpan Making = PipelineCreation.LongestMaking + TimeSpan.FromMinutes(2);

    private const string Over = "('success', 'failed', 'canceled', 'skipped')";
    private const string Unfinished = "('created', 'waiting_for_resource', 'preparing', 'pending', 'running', 'canceling', 'scheduled')";

    public static Task<Sighting> NumbersAsync(Scene scene, CancellationToken ct) =>
        scene.Db.ReadAsync(
            async (session, token) =>
            {
                var twice = await session.QueryAsync<Numbered>(
                    "SELECT project_id, iid, COUNT(*) AS count FROM pipelines GROUP BY project_id, iid HAVING COUNT(*) > 1",
                    null,
                    token
                );
                var beyond = await session.QueryAsync<Numbered>(
                    """
                    SELECT p.id AS project_id, MAX(l.iid) AS iid, p.pipelines AS count FROM projects p JOIN pipelines l ON l.project_id = p.id
                    GROUP BY p.id, p.pipelines HAVING MAX(l.iid) > p.pipelines
                    """,
                    null,
                    token
                );
                return new Sighting(
                    await CountAsync(session, token),
                    [
                        .. twice.Select(row => new Diagnosis.Trouble(
                            $"{row.Count} pipelines have the number {row.Iid}",
                            $"project {row.ProjectId}",
                            "a number names one pipeline for ever; the index that sees to it must be gone",
                            "restore a backup, and report this"
                        )),
                        .. beyond.Select(row => new Diagnosis.Trouble(
                            $"the last pipeline has number {row.Iid}, and the project has counted to {row.Count}",
                            $"project {row.ProjectId}",
                            "the next pipeline would get a number that is taken, and could not be made",
                            $"UPDATE projects SET pipelines = {row.Iid} WHERE id = {row.ProjectId}, and report this"
                        )),
                    ]
                );
            },
            ct
        );

    public static async Task<Sighting> WholeAsync(Scene scene, CancellationToken ct)
    {
        var troubles = new List<Diagnosis.Trouble>();
        var rows = await scene.Db.QueryAsync<Half>(
            """
            SELECT l.id, l.project_id, l.status, l.ready, l.created_at, (SELECT COUNT(*) FROM jobs j WHERE j.pipeline_id = l.id) AS jobs,
              (SELECT COUNT(*) FROM compiled_pipelines c WHERE c.pipeline_id = l.id) AS compiled
            FROM pipelines l WHERE l.ready = 0 OR NOT EXISTS (SELECT 1 FROM compiled_pipelines c WHERE c.pipeline_id = l.id)
            """,
            null,
            ct
        );
        troubles.AddRange(rows.Select(row => WhyHalf(row, scene.Now)).OfType<Diagnosis.Trouble>());
        var (last, looked) = (0L, (long)rows.Count);
        if (scene.Secrets is null)
            troubles.Add(
                new(
                    "the jobs that pipelines should have cannot be read",
                    "compiled_pipelines",
                    "they are sealed",
                    "see the check of the key"
                )
            );
        while (scene.Secrets is not null)
        {
            var page = await scene.Db.ReadAsync((session, token) => PageAsync(session, last, token), ct);
            if (page.Count == 0)
                break;
            troubles.AddRange(page.Select(one => Missing(scene, one)).OfType<Diagnosis.Trouble>());
            (last, looked) = (page[^1].Id, looked + page.Count);
        }

        return new Sighting(Sighting.Count(looked, "pipeline"), troubles);
    }

    public static Task<Sighting> EndsAsync(Scene scene, CancellationToken ct) =>
        scene.Db.ReadAsync(
            async (session, token) =>
            {
                var early = await session.QueryAsync<Ended>(
                    $"""
                    SELECT l.id, l.project_id, l.status, MIN(j.id) AS job, MIN(j.status) AS job_status FROM pipelines l JOIN jobs j ON j.pipeline_id = l.id
                    WHERE l.status IN {Over} AND j.retried = 0 AND j.status IN {Unfinished} GROUP BY l.id, l.project_id, l.status
                    """,
                    null,
                    token
                );
                var late = await session.QueryAsync<Ended>(
                    $"""
                    SELECT l.id, l.project_id, l.status, 0 AS job, '' AS job_status FROM pipelines l WHERE l.status NOT IN {Over} AND l.ready = 1
                      AND NOT EXISTS (SELECT 1 FROM jobs j WHERE j.pipeline_id = l.id AND j.retried = 0 AND j.status NOT IN {Over})
                    """,
                    null,
                    token
                );
                return new Sighting(
                    await CountAsync(session, token),
                    [
                        .. early.Select(row => new Diagnosis.Trouble(
                            $"pipeline {row.Id} is {row.Status}, and its job {row.Job} is {row.JobStatus}",
                            $"project {row.ProjectId}",
                            "nobody will look at that job again",
                            "cancel the job, or retry it, and report this"
                        )),
                        .. late.Select(row => new Diagnosis.Trouble(
                            $"pipeline {row.Id} is {row.Status}, and all of its jobs are over",
                            $"project {row.ProjectId}",
                            "it will never end by itself",
                            "cancel the pipeline, and report this"
                        )),
                    ]
                );
            },
            ct
        );

    public static Task<Sighting> PushesAsync(Scene scene, CancellationToken ct) =>
        scene.Db.ReadAsync(
            async (session, token) =>
            {
                var twice = await session.QueryAsync<Asked>(
                    "SELECT origin, MIN(project_id) AS project_id, COUNT(*) AS count FROM pipelines WHERE origin IS NOT NULL GROUP BY origin HAVING COUNT(*) > 1",
                    null,
                    token
                );
                var left = await session.QueryAsync<Asked>(
                    "SELECT id AS origin, project_id, 0 AS count FROM push_intents WHERE created_at < @before",
                    new { before = scene.Now - (long)Making.TotalMilliseconds },
                    token
                );
                var pushes = await session.FindAsync<long>("SELECT COUNT(*) FROM pipelines WHERE origin IS NOT NULL", null, token);
                return new Sighting(
                    Sighting.Count(pushes, "pipeline"),
                    [
                        .. twice.Select(row => new Diagnosis.Trouble(
                            $"{row.Count} pipelines were made for {row.Origin}",
                            $"project {row.ProjectId}",
                            "a push was told twice, and each time a pipeline was made",
                            "cancel all but one of them, and report this"
                        )),
                        .. left.Select(row => new Diagnosis.Trouble(
                            $"nobody has said what became of push {row.Origin}",
                            $"project {row.ProjectId}, push_intents",
                            "the server died while refs moved, and has not looked at them since",
                            "start the server: it looks at once"
                        )),
                    ]
                );
            },
            ct
        );

    private static Diagnosis.Trouble? WhyHalf(Half row, long now)
    {
        var where = $"project {row.ProjectId}";
        if (row.Ready == 0 && (row.Jobs > 0 || row.Compiled > 0))
            return new(
                $"pipeline {row.Id} is not ready, and has {row.Jobs} jobs",
                where,
                "they are made in one step with it",
                "report this"
            );
        if (row.Ready == 0)
            return now - row.CreatedAt < Making.TotalMilliseconds
                ? null
                : new(
                    $"pipeline {row.Id} was never finished",
                    where,
                    "whoever asked for it died and nobody took over",
                    "start the server: it sweeps it away, or goes on with it"
                );
        if (row.Jobs > 0)
            return new(
                $"what pipeline {row.Id} was compiled to is gone",
                where,
                "its jobs cannot be handed out or retried",
                "restore a backup, and report this"
            );
        return row.Status is "failed" or "skipped" or "success" or "canceled"
            ? null
            : new($"pipeline {row.Id} is {row.Status} and has no jobs", where, "it will never end", "cancel it, and report this");
    }

    private static async Task<IReadOnlyList<Compiled>> PageAsync(Session session, long last, CancellationToken ct)
    {
        var page = await session.QueryAsync<Compiled>(
            """
            SELECT l.id, l.project_id, c.body FROM pipelines l JOIN compiled_pipelines c ON c.pipeline_id = l.id
            WHERE l.id > @last AND l.ready = 1 ORDER BY l.id LIMIT @AtOnce
            """,
            new { last, AtOnce },
            ct
        );
        var jobs = await session.QueryAsync<Latest>(
            "SELECT pipeline_id, job_index FROM jobs WHERE retried = 0 AND pipeline_id IN @ids",
            new { ids = new In<long>([.. page.Select(one => one.Id)]) },
            ct
        );
        var byPipeline = jobs.ToLookup(job => job.PipelineId, job => job.JobIndex);
        return [.. page.Select(one => one with { Current = [.. byPipeline[one.Id].Order()] })];
    }

    /// <summary>Each of the compiled jobs has one attempt that counts.</summary>
    private static Diagnosis.Trouble? Missing(Scene scene, Compiled one)
    {
        try
        {
            var wanted = CompiledJson.Read(scene.Secrets!.OpenBytes(PipelineStore.CompiledPurpose, one.Body)).Jobs;
            var lost = wanted.Select((job, at) => (job.Name, At: (long)at)).Where(job => !one.Current.Contains(job.At)).ToList();
            return lost.Count == 0 && one.Current.Count == wanted.Length
                ? null
                : new(
                    lost.Count > 0
                        ? $"pipeline {one.Id} lacks {lost.Count} of its {wanted.Length} jobs"
                        : $"pipeline {one.Id} should have {wanted.Length} jobs and has {one.Current.Count}",
                    $"project {one.ProjectId}" + (lost.Count > 0 ? $": {string.Join(", ", lost.Take(5).Select(job => job.Name))}" : ""),
                    "its jobs are made in one step, so it was not the server that lost them",
                    "run a new pipeline for its commit, and report this"
                );
        }
        catch (Exception e) when (e is CryptographicException or InvalidDataException or System.Text.Json.JsonException)
        {
            return new(
                $"what pipeline {one.Id} was compiled to cannot be read",
                $"project {one.ProjectId}",
                e.Message,
                "restore a backup, and report this"
            );
        }
    }

    private static async Task<string> CountAsync(Session session, CancellationToken ct) =>
        Sighting.Count(await session.FindAsync<long>("SELECT COUNT(*) FROM pipelines", null, ct), "pipeline");

    private sealed record Numbered
    {
        public long ProjectId { get; init; }
        public long Iid { get; init; }
        public long Count { get; init; }
    }

    private sealed record Half
    {
        public long Id { get; init; }
        public long ProjectId { get; init; }
        public string Status { get; init; } = "";
        public long Ready { get; init; }
        public long CreatedAt { get; init; }
        public long Jobs { get; init; }
        public long Compiled { get; init; }
    }

    private sealed record Ended
    {
        public long Id { get; init; }
        public long ProjectId { get; init; }
        public string Status { get; init; } = "";
        public long Job { get; init; }
        public string JobStatus { get; init; } = "";
    }

    private sealed record Asked
    {
        public string Origin { get; init; } = "";
        public long ProjectId { get; init; }
        public long Count { get; init; }
    }

    private sealed record Latest
    {
        public long PipelineId { get; init; }
        public long JobIndex { get; init; }
    }

    private sealed record Compiled
    {
        public long Id { get; init; }
        public long ProjectId { get; init; }
        public byte[] Body { get; init; } = [];
        public IReadOnlyList<long> Current { get; init; } = [];
    }
}
