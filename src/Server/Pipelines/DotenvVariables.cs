using System.Collections.Immutable;
using Slipway.Engine;
using Slipway.Protocol.Variables;
using Slipway.Server.Data;
using Slipway.Server.Secrets;

namespace Slipway.Server.Pipelines;

/// <summary>What jobs' dotenv reports hand on to the jobs that come after them.</summary>
internal static class DotenvVariables
{
    /// <summary>What their values are sealed for.</summary>
    public const string Purpose = "job_variables.value";

    /// <summary>Keeps what a job's report says, in place of what an earlier one said.</summary>
    public static async Task WriteAsync(
        Session session,
        SecretBox secrets,
        long jobId,
        ImmutableArray<Variable> variables,
        CancellationToken ct
    )
    {
        await session.ExecuteAsync("DELETE FROM job_variables WHERE job_id = @jobId", new { jobId }, ct);
        for (var place = 0; place < variables.Length; place++)
        {
            await session.ExecuteAsync(
                "INSERT INTO job_variables (job_id, place, name, value) VALUES (@jobId, @place, @name, @value)",
                new
                {
                    jobId,
                    place = (long)place,
                    name = variables[place].Key,
                    value = secrets.Seal(Purpose, variables[place].Value),
                },
                ct
            );
        }
    }

    /// <summary>What a job's own report says.</summary>
    public static async Task<ImmutableArray<Variable>> OwnAsync(Session session, SecretBox secrets, long jobId, CancellationToken ct)
    {
        const string own = "SELECT place AS number, name, value FROM job_variables WHERE job_id = @jobId ORDER BY place";
        var rows = await session.QueryAsync<Row>(own, new { jobId }, ct);
        return [.. rows.Select(row => new Variable(row.Name, secrets.Open(Purpose, row.Value), Public: false))];
    }

    /// <summary>For a job: those of the jobs whose artifacts it gets, in that order.</summary>
    public static async Task<ImmutableArray<Variable>> OfAsync(
        Session session,
        SecretBox secrets,
        long pipelineId,
        PipelineState state,
        JobState job,
        CancellationToken ct
    )
    {
        var numbers = job
            .Job.ArtifactsFrom.Select(name => state.Jobs.LastOrDefault(other => other.Job.Name == name)?.Number)
            .OfType<int>()
            .ToList();
        if (numbers.Count == 0)
            return [];
        var rows = await session.QueryAsync<Row>(
            """
            SELECT jobs.number, job_variables.name, job_variables.value FROM job_variables JOIN jobs ON jobs.id = job_variables.job_id
            WHERE jobs.pipeline_id = @pipelineId ORDER BY job_variables.place
            """,
            new { pipelineId },
            ct
        );
        var byJob = rows.ToLookup(row => row.Number);
        return
        [
            .. numbers.SelectMany(number =>
                byJob[number].Select(row => new Variable(row.Name, secrets.Open(Purpose, row.Value), Public: false))
            ),
        ];
    }

    private sealed record Row
    {
        public long Number { get; init; }
        public required string Name { get; init; }
        public required byte[] Value { get; init; }
    }
}
