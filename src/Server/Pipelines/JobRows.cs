using System.Text.Json;
using Slipway.Compiler;
using Slipway.Engine;
using Slipway.Protocol.Variables;
using Slipway.Server.Data;
using Slipway.Server.Http;
using Slipway.Server.Secrets;

namespace Slipway.Server.Pipelines;

/// <summary>That a job is a runner's.</summary>
/// <param name="TokenHash">Of the job's secret from now on.</param>
/// <param name="OfferedUntil">Unix milliseconds: when it is anybody's again, unless the runner has it running by then.</param>
/// <param name="Timeout">Seconds.</param>
internal sealed record JobClaim(long Runner, long Manager, string TokenHash, long OfferedUntil, long? Timeout, bool CancelsGracefully);

/// <summary>Between a job's row and the engine's state of it.</summary>
internal sealed class JobRows(SecretBox secrets)
{
    private const string PlayVariables = "jobs.play_variables";

    public JobState ToState(JobRow row, CompiledPipeline pipeline) =>
        new()
        {
            Number = (int)row.Number,
            JobIndex = (int)row.JobIndex,
            Job = pipeline.Jobs[(int)row.JobIndex],
            Status = Statuses.Parse(row.Status)!.Value,
            Attempt = (int)row.Attempt,
            Retried = row.Retried == 1,
            AllowFailure = row.AllowFailure == 1,
            Played = row.Played == 1,
            PlayVariables = row.PlayVariables is { } @sealed
                ? [.. JsonSerializer.Deserialize<Variable[]>(secrets.Open(PlayVariables, @sealed)) ?? []]
                : [],
            CancelsGracefully = row.CancelsGracefully == 1,
            FailureReason = row.FailureReason,
            ExitCode = (int?)row.ExitCode,
            ScheduledAt = row.ScheduledAt.Instant(),
            QueuedAt = row.QueuedAt.Instant(),
            StartedAt = row.StartedAt.Instant(),
            FinishedAt = row.FinishedAt.Instant(),
        };

    private const string Decided = """
        status = @status, retried = @retried, allow_failure = @allowFailure, played = @played, play_variables = @playVariables,
        cancels_gracefully = @cancelsGracefully, failure_reason = @failureReason, exit_code = @exitCode, scheduled_at = @scheduledAt,
        queued_at = @queuedAt, started_at = @startedAt, finished_at = @finishedAt, updated_at = @now
        """;

    private const string Claimed = """
        runner_id = @runner, runner_manager_id = @manager, token_hash = @hash, offered_until = @until, timeout = @timeout
        """;

    /// <summary>Writes what the engine decides of jobs, and nothing that others do.</summary>
    /// <param name="claims">By the job's number, for those of them that are a runner's from now on.</param>
    public void Update(SessionBatch batch, long pipelineId, IEnumerable<JobState> jobs, IReadOnlyDictionary<int, JobClaim> claims, long now)
    {
        const string of = "{rows} WHERE jobs.pipeline_id = @pipelineId AND jobs.number = @number";
        var (taken, others) = (new List<Dictionary<string, object?>>(), new List<Dictionary<string, object?>>());
        foreach (var job in jobs)
        {
            var arguments = Arguments(pipelineId, job, now);
            if (claims.TryGetValue(job.Number, out var claim))
                taken.Add(With(claim, arguments));
            else
                others.Add(arguments);
        }

        batch.ExecuteRows($"UPDATE jobs SET {Decided} {of}", others);
        batch.ExecuteRows($"UPDATE jobs SET {Decided}, {Claimed} {of}", taken);
    }

    /// <summary>Writes that a job is offered to a runner, who has yet to take it up.</summary>
    public static void Offer(SessionBatch batch, long job, JobClaim claim, long now) =>
        batch.Execute(
            $"UPDATE jobs SET {Claimed}, cancels_gracefully = @gracefully, updated_at = @now WHERE id = @id",
            With(
                claim,
                new()
                {
                    ["id"] = job,
                    ["gracefully"] = claim.CancelsGracefully ? 1L : 0,
                    ["now"] = now,
                }
            )
        );

    private static Dictionary<string, object?> With(JobClaim claim, Dictionary<string, object?> arguments)
    {
        arguments["runner"] = claim.Runner;
        arguments["manager"] = claim.Manager;
        arguments["hash"] = claim.TokenHash;
        arguments["until"] = claim.OfferedUntil;
        arguments["timeout"] = claim.Timeout;
        return arguments;
    }

    /// <param name="of">The pipeline's own row, for what its jobs take over from it.</param>
    /// <param name="jobs">Each with who is responsible: whoever pushed, or retried it.</param>
    public void Insert(SessionBatch batch, PipelineRow of, IEnumerable<(JobState Job, long UserId)> jobs, long now) =>
        batch.ExecuteRows(
            """
            INSERT INTO jobs (pipeline_id, project_id, number, job_index, attempt, bridge, name, stage, stage_index, status, retried, allow_failure, played,
              play_variables, cancels_gracefully, failure_reason, exit_code, user_id, protected, tags, environment, resource_group, trace_size, debug_trace,
              created_at, scheduled_at, queued_at, started_at, finished_at, updated_at)
            SELECT @pipelineId, @projectId, @number, @jobIndex, @attempt, @bridge, @name, @stage, @stageIndex, @status, @retried, @allowFailure, @played,
              @playVariables, @cancelsGracefully, @failureReason, @exitCode, @userId, @protected, @tags, @environment, @resourceGroup, 0, 0,
              @now, @scheduledAt, @queuedAt, @startedAt, @finishedAt, @now {rows} ORDER BY @number
            """,
            [.. jobs.Select(entry => ArgumentsOfNew(of, entry.Job, entry.UserId, now))]
        );

    private Dictionary<string, object?> ArgumentsOfNew(PipelineRow of, JobState job, long userId, long now)
    {
        var (arguments, compiled) = (Arguments(of.Id, job, now), job.Job);
        arguments["projectId"] = of.ProjectId;
        arguments["bridge"] = compiled.IsBridge ? 1L : 0;
        arguments["name"] = compiled.Name;
        arguments["stage"] = compiled.Stage;
        arguments["stageIndex"] = (long)compiled.StageIndex;
        arguments["jobIndex"] = (long)job.JobIndex;
        arguments["attempt"] = (long)job.Attempt;
        arguments["userId"] = userId;
        arguments["protected"] = of.Protected;
        arguments["tags"] = JsonSerializer.Serialize(compiled.Tags);
        arguments["environment"] = compiled.Environment?.Name;
        arguments["resourceGroup"] = compiled.ResourceGroup;
        return arguments;
    }

    private Dictionary<string, object?> Arguments(long pipelineId, JobState job, long now) =>
        new()
        {
            ["pipelineId"] = pipelineId,
            ["number"] = (long)job.Number,
            ["status"] = Statuses.Word(job.Status),
            ["retried"] = job.Retried ? 1L : 0,
            ["allowFailure"] = job.AllowFailure ? 1L : 0,
            ["played"] = job.Played ? 1L : 0,
            ["playVariables"] = job.PlayVariables.IsDefaultOrEmpty
                ? null
                : secrets.Seal(PlayVariables, JsonSerializer.Serialize(job.PlayVariables.ToArray())),
            ["cancelsGracefully"] = job.CancelsGracefully ? 1L : 0,
            ["failureReason"] = job.FailureReason,
            ["exitCode"] = (long?)job.ExitCode,
            ["scheduledAt"] = job.ScheduledAt?.ToUnixTimeMilliseconds(),
            ["queuedAt"] = job.QueuedAt?.ToUnixTimeMilliseconds(),
            ["startedAt"] = job.StartedAt?.ToUnixTimeMilliseconds(),
            ["finishedAt"] = job.FinishedAt?.ToUnixTimeMilliseconds(),
            ["now"] = now,
        };
}
