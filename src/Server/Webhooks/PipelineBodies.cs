using Slipway.Compiler;
using Slipway.Server.Data;
using Slipway.Server.Git;
using Slipway.Server.Http;

namespace Slipway.Server.Webhooks;

/// <summary>All that events of a pipeline tell of.</summary>
internal sealed record HookFacts
{
    public required ProjectRow Project { get; init; }
    public required PipelineRow Pipeline { get; init; }

    /// <summary>Nothing: it has no jobs of its own.</summary>
    public required CompiledPipeline? Compiled { get; init; }

    /// <summary>All attempts.</summary>
    public required IReadOnlyList<JobRow> Jobs { get; init; }

    /// <summary>The one it is about.</summary>
    public JobRow? Job { get; init; }

    public DeploymentRow? Deployment { get; init; }
    public EnvironmentRow? Environment { get; init; }
    public required UserRow User { get; init; }
    public Commit? Commit { get; init; }
}

/// <summary>What is said of pipelines, jobs and deployments. Statuses are those that were reached when it happened.</summary>
internal sealed class PipelineBodies(HookFacts facts, ServerUrl url)
{
    private PipelineRow Row => facts.Pipeline;

    public object Pipeline(string status) =>
        new
        {
            object_kind = "pipeline",
            object_attributes = new
            {
                id = Row.Id,
                iid = Row.Iid,
                name = Row.Name,
                @ref = Row.Ref,
                tag = Row.IsTag,
                sha = Row.Sha,
                before_sha = Row.BeforeSha,
                source = Row.Source,
                status,
                detailed_status = status == "success" ? "passed" : status,
                stages = facts.Jobs.OrderBy(job => job.StageIndex).Select(job => job.Stage).Distinct(),
                created_at = HookProject.Time(Row.CreatedAt),
                finished_at = HookProject.Time(Row.FinishedAt),
                duration = Seconds(Row.StartedAt, Row.FinishedAt) is { } took ? (long?)took : null,
                queued_duration = Seconds(Row.CreatedAt, Row.StartedAt) is { } waited ? (long?)waited : null,
                protected_ref = Row.Protected == 1,
                // Values of variables may be secrets; their receiver is not known to us.
                variables = Array.Empty<object>(),
                url = Page($"pipelines/{Row.Id}"),
            },
            merge_request = (object?)null,
            user = HookProject.User(facts.User),
            project = HookProject.Project(facts.Project, url),
            commit = facts.Commit is { } commit ? HookProject.Commit(commit, facts.Project, url) : null,
            builds = facts.Jobs.Where(job => job is { Retried: 0, IsBridge: false }).Select(Build),
        };

    public object Job(JobRow job, string status) =>
        new
        {
            object_kind = "build",
            @ref = Row.Ref,
            tag = Row.IsTag,
            before_sha = Row.BeforeSha,
            sha = Row.Sha,
            retries_count = job.Attempt - 1,
            build_id = job.Id,
            build_name = job.Name,
            build_stage = job.Stage,
            build_status = status,
            build_created_at = HookProject.Time(job.CreatedAt),
            build_started_at = HookProject.Time(job.StartedAt),
            build_finished_at = HookProject.Time(job.FinishedAt),
            build_created_at_iso = job.CreatedAt.Instant(),
            build_started_at_iso = job.StartedAt.Instant(),
            build_finished_at_iso = job.FinishedAt.Instant(),
            build_duration = Seconds(job.StartedAt, job.FinishedAt),
            build_queued_duration = Seconds(job.QueuedAt, job.StartedAt),
            build_allow_failure = job.AllowFailure == 1,
            build_failure_reason = job.FailureReason ?? "unknown_failure",
            pipeline_id = Row.Id,
            runner = Runner(job),
            project_id = facts.Project.Id,
            project_name = $"{HookProject.NamespaceOf(facts.Project)} / {facts.Project.Name}",
            user = HookProject.User(facts.User),
            commit = new
            {
                id = Row.Id,
                name = Row.Name,
                sha = Row.Sha,
                message = facts.Commit?.Message,
                author_name = facts.Commit?.Author.Name,
                author_email = facts.Commit?.Author.Email,
                author_url = (string?)null,
                status = Row.Status,
                duration = Seconds(Row.StartedAt, Row.FinishedAt),
                started_at = HookProject.Time(Row.StartedAt),
                finished_at = HookProject.Time(Row.FinishedAt),
            },
            repository = HookProject.Repository(facts.Project, url),
            project = HookProject.Project(facts.Project, url),
            environment = EnvironmentOf(job),
        };

    public object Deployment(string status, long at) =>
        new
        {
            object_kind = "deployment",
            status,
            status_changed_at = HookProject.Time(at),
            deployment_id = facts.Deployment!.Id,
            deployable_id = facts.Deployment.JobId,
            deployable_url = Page($"jobs/{facts.Deployment.JobId}"),
            environment = facts.Environment?.Name,
            environment_tier = facts.Environment?.Tier,
            environment_slug = facts.Environment?.Slug,
            environment_external_url = facts.Environment?.ExternalUrl,
            project = HookProject.Project(facts.Project, url),
            @ref = Row.Ref,
            short_sha = Row.Sha[..Math.Min(8, Row.Sha.Length)],
            user = HookProject.User(facts.User),
            user_url = url.Of("/" + facts.User.Username),
            commit_url = Page($"commit/{Row.Sha}"),
            commit_title = facts.Commit?.Title,
        };

    private object Build(JobRow job) =>
        new
        {
            id = job.Id,
            stage = job.Stage,
            name = job.Name,
            status = job.Status,
            created_at = HookProject.Time(job.CreatedAt),
            started_at = HookProject.Time(job.StartedAt),
            finished_at = HookProject.Time(job.FinishedAt),
            duration = Seconds(job.StartedAt, job.FinishedAt),
            queued_duration = Seconds(job.QueuedAt, job.StartedAt),
            failure_reason = job.FailureReason,
            when = WhenOf(job),
            manual = WhenOf(job) == "manual",
            allow_failure = job.AllowFailure == 1,
            user = HookProject.User(facts.User),
            runner = Runner(job),
            artifacts_file = new { filename = (string?)null, size = (long?)null },
            environment = EnvironmentOf(job),
        };

    private string WhenOf(JobRow job) =>
        facts.Compiled?.Jobs[(int)job.JobIndex].When switch
        {
            JobWhen.Manual => "manual",
            JobWhen.Delayed => "delayed",
            JobWhen.Always => "always",
            JobWhen.OnFailure => "on_failure",
            _ => "on_success",
        };

    private object? EnvironmentOf(JobRow job) =>
        facts.Compiled?.Jobs[(int)job.JobIndex].Environment is { } wanted
            ? new
            {
                name = wanted.Name,
                action = wanted.Action,
                deployment_tier = wanted.Tier,
            }
            : null;

    private static object? Runner(JobRow job) => job.RunnerId is { } id ? new { id } : null;

    private static double? Seconds(long? from, long? to) => from is { } start && to is { } end ? Math.Max(0, end - start) / 1000.0 : null;

    private string Page(string path) => url.Of($"/{facts.Project.FullPath}/-/{path}");
}
