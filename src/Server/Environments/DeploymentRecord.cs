using Slipway.Compiler;
using Slipway.Engine;
using Slipway.Protocol.Jobs;
using Slipway.Server.Data;
using Slipway.Server.Http;
using Slipway.Server.Pipelines;

namespace Slipway.Server.Environments;

/// <summary>
/// Keeps environments and deployments in step with the jobs that name them. An environment is there from when its pipeline is; a deployment from when its job's
/// turn has come, and its status follows the job's. https://docs.gitlab.com/ci/environments/
/// </summary>
internal sealed class DeploymentRecord(EnvironmentStore environments, EnvironmentUrls urls, TimeProvider time)
{
    /// <summary>A <see cref="PipelineFollower"/>.</summary>
    public async Task<IReadOnlyList<RefusedJob>> FollowAsync(Session session, PipelineChange change, CancellationToken ct)
    {
        var refused = new List<RefusedJob>();
        foreach (var job in change.Jobs)
        {
            if (job.Job.Environment is { } wanted && await FollowAsync(session, change, job, wanted, ct) is { } reason)
                refused.Add(new RefusedJob(job.Number, reason));
        }

        return refused;
    }

    /// <returns>Why the job must not go on.</returns>
    private async Task<string?> FollowAsync(
        Session session,
        PipelineChange change,
        JobState job,
        DeployEnvironment wanted,
        CancellationToken ct
    )
    {
        // A name may hold what a variable held.
        if (!EnvironmentNames.IsValid(wanted.Name))
            return Statuses.IsCompleted(job.Status) ? null : FailureReason.EnvironmentCreation;
        var environment = await environments.EnsureAsync(session, change.Pipeline.ProjectId, wanted, ct);
        switch (wanted.Action)
        {
            case "start":
                return await DeployAsync(session, change, job, environment, ct);
            case "stop":
                await StopAsync(session, job, environment, ct);
                return null;
            case "prepare" or "access" when job.Status == Status.Success:
                await environments.KeepUntilAsync(session, environment, wanted.AutoStopIn, ct);
                return null;
            default:
                return null;
        }
    }

    private async Task<string?> DeployAsync(
        Session session,
        PipelineChange change,
        JobState job,
        EnvironmentRow environment,
        CancellationToken ct
    )
    {
        if (await WriteAsync(session, change.Pipeline, job, environment, ct) is not { } deployment)
            return null;
        if (job.Status == Status.Success)
        {
            var url = await urls.OfAsync(session, change, job, deployment.JobId!.Value, ct);
            await environments.DeployedAsync(session, environment, url, job.Job.Environment!.AutoStopIn, ct);
        }

        return job.Status == Status.Pending && await OutdatedDeployments.IsAsync(session, deployment, ct)
            ? FailureReason.OutdatedDeployment
            : null;
    }

    /// <returns>Nothing while the job's turn has not come.</returns>
    private async Task<DeploymentRow?> WriteAsync(
        Session session,
        PipelineRow pipeline,
        JobState job,
        EnvironmentRow environment,
        CancellationToken ct
    )
    {
        const string known = """
            UPDATE deployments SET status = @status, user_id = (SELECT user_id FROM jobs WHERE id = deployments.job_id), updated_at = @now,
              finished_at = @finished
            WHERE job_id = (SELECT id FROM jobs WHERE pipeline_id = @Id AND number = @number) RETURNING *
            """;
        const string added = """
            INSERT INTO deployments (project_id, iid, environment_id, job_id, user_id, ref, tag, sha, status, on_stop, created_at, updated_at, finished_at)
            SELECT project_id, (SELECT COALESCE(MAX(iid), 0) + 1 FROM deployments d WHERE d.project_id = jobs.project_id), @environment, id, user_id, @Ref, @Tag, @Sha,
              @status, @onStop, @now, @now, @finished
            FROM jobs WHERE pipeline_id = @Id AND number = @number RETURNING *
            """;
        var arguments = new
        {
            pipeline.Id,
            pipeline.Ref,
            pipeline.Tag,
            pipeline.Sha,
            number = (long)job.Number,
            environment = environment.Id,
            status = StatusOf(job.Status),
            onStop = job.Job.Environment!.OnStop,
            now = time.Milliseconds(),
            finished = job.FinishedAt?.ToUnixTimeMilliseconds(),
        };
        if (await session.FindAsync<DeploymentRow>(known, arguments, ct) is { } row)
            return row;
        return job.Status is Status.Created ? null : await session.FindAsync<DeploymentRow>(added, arguments, ct);
    }

    private static string StatusOf(Status job) =>
        job switch
        {
            Status.Running or Status.Canceling => "running",
            _ when Statuses.IsCompleted(job) => Statuses.Word(job),
            _ => "created",
        };

    /// <summary>A job that stops the environment runs, or is over. When it fails, the environment is still there and can be stopped again.</summary>
    private Task StopAsync(Session session, JobState job, EnvironmentRow environment, CancellationToken ct) =>
        job.Status switch
        {
            Status.Running => environments.MoveAsync(session, environment.Id, EnvironmentStore.Available, EnvironmentStore.Stopping, ct),
            Status.Success => environments.MoveAsync(session, environment.Id, null, EnvironmentStore.Stopped, ct),
            Status.Failed or Status.Canceled when !job.Retried => environments.MoveAsync(
                session,
                environment.Id,
                EnvironmentStore.Stopping,
                EnvironmentStore.Available,
                ct
            ),
            _ => Task.CompletedTask,
        };
}
