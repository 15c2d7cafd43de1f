using System.Text.Json;
using Slipway.Server.Accounts;
using Slipway.Server.Data;
using Slipway.Server.Git;
using Slipway.Server.Http;
using Slipway.Server.Pipelines;

namespace Slipway.Server.Jobs;

/// <summary>Jobs as API v4 shows them. https://docs.gitlab.com/api/jobs/</summary>
internal static class JobJson
{
    /// <param name="withProject">The runner's list names the project in full.</param>
    public static object Of(JobRow job, JobFacts facts, long now, ServerUrl url, bool withProject = false)
    {
        var project = facts.Projects[job.ProjectId];
        var pipeline = facts.Pipelines[job.PipelineId];
        var artifacts = facts.Artifacts[job.Id].ToList();
        var archive = artifacts.FirstOrDefault(artifact => artifact.FileType == "archive");
        return new
        {
            id = job.Id,
            status = job.Status,
            stage = job.Stage,
            name = job.Name,
            @ref = pipeline.Ref,
            tag = pipeline.IsTag,
            coverage = double.TryParse(job.Coverage, out var percent) ? percent : (double?)null,
            allow_failure = job.AllowFailure == 1,
            created_at = job.CreatedAt.Instant(),
            started_at = job.StartedAt.Instant(),
            finished_at = job.FinishedAt.Instant(),
            erased_at = job.ErasedAt.Instant(),
            duration = Seconds(job.StartedAt, job.FinishedAt ?? now),
            queued_duration = Seconds(job.QueuedAt, job.StartedAt ?? job.FinishedAt ?? now),
            user = facts.Users.TryGetValue(job.UserId, out var user) ? UserJson.Basic(user, url) : null,
            commit = facts.Commits.TryGetValue((job.ProjectId, pipeline.Sha), out var commit) ? CommitOf(commit, project, url) : null,
            pipeline = PipelineJson.Short(pipeline, project, url),
            failure_reason = job.FailureReason,
            web_url = url.Of($"/{project.FullPath}/-/jobs/{job.Id}"),
            project = withProject
                ? new
                {
                    id = project.Id,
                    description = project.Description,
                    name = project.Name,
                    name_with_namespace = project.FullPath.Replace("/", " / "),
                    path = project.Path,
                    path_with_namespace = project.FullPath,
                    created_at = project.CreatedAt.Instant(),
                }
                : (object)new { ci_job_token_scope_enabled = false },
            artifacts_file = archive is null ? null : new { filename = archive.Filename, size = archive.Size },
            artifacts = Files(job, artifacts, facts.TraceSizes),
            runner = job.RunnerId is { } id && facts.Runners.TryGetValue(id, out var runner) ? RunnerOf(runner, now) : null,
            runner_manager = job.RunnerManagerId is { } at && facts.Processes.TryGetValue(at, out var process)
                ? ProcessOf(process, now)
                : null,
            artifacts_expire_at = (archive ?? artifacts.FirstOrDefault())?.ExpiresAt.Instant(),
            archived = project.Archived == 1,
            tag_list = JsonSerializer.Deserialize<string[]>(job.Tags),
        };
    }

    /// <summary>Seconds from one moment to another, with a fraction.</summary>
    public static double? Seconds(long? from, long? to) => from is { } start && to is { } end ? Math.Max(0, end - start) / 1000.0 : null;

    private static IEnumerable<object> Files(JobRow job, IEnumerable<ArtifactRow> artifacts, IReadOnlyDictionary<long, long> traces)
    {
        foreach (var artifact in artifacts)
            yield return new
            {
                file_type = artifact.FileType,
                size = artifact.Size,
                filename = artifact.Filename,
                file_format = artifact.FileFormat,
            };
        if (traces.TryGetValue(job.Id, out var size) && size > 0)
            yield return new
            {
                file_type = "trace",
                size,
                filename = "job.log",
                file_format = (string?)null,
            };
    }

    private static object CommitOf(Commit commit, ProjectRow project, ServerUrl url) =>
        new
        {
            id = commit.Sha,
            short_id = commit.Sha[..Math.Min(8, commit.Sha.Length)],
            created_at = commit.Committer.At,
            parent_ids = commit.Parents,
            title = commit.Title,
            message = commit.Message,
            author_name = commit.Author.Name,
            author_email = commit.Author.Email,
            authored_date = commit.Author.At,
            committer_name = commit.Committer.Name,
            committer_email = commit.Committer.Email,
            committed_date = commit.Committer.At,
            trailers = new { },
            web_url = url.Of($"/{project.FullPath}/-/commit/{commit.Sha}"),
        };

    private static object RunnerOf(RunnerRow runner, long now) =>
        new
        {
            id = runner.Id,
            description = runner.Description,
            ip_address = (string?)null,
            active = runner.Paused == 0,
            paused = runner.Paused == 1,
            is_shared = runner.RunnerType == "instance_type",
            runner_type = runner.RunnerType,
            name = "gitlab-runner",
            online = RunnerPresence.Of(runner.ContactedAt, runner.CreatedAt, now) == RunnerPresence.Online,
            status = RunnerPresence.Of(runner.ContactedAt, runner.CreatedAt, now),
        };

    private static object ProcessOf(RunnerManagerRow process, long now) =>
        new
        {
            id = process.Id,
            system_id = process.SystemId,
            version = process.Version,
            revision = process.Revision,
            platform = process.Platform,
            architecture = process.Architecture,
            created_at = process.CreatedAt.Instant(),
            contacted_at = process.ContactedAt.Instant(),
            ip_address = process.Address,
            status = RunnerPresence.Of(process.ContactedAt, process.CreatedAt, now),
        };
}
