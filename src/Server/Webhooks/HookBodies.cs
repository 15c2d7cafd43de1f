using Slipway.Server.Data;
using Slipway.Server.Git;
using Slipway.Server.Http;
using Slipway.Server.Pipelines;
using Slipway.Server.Projects;

namespace Slipway.Server.Webhooks;

/// <summary>What is said of an event, in GitLab's shapes. https://docs.gitlab.com/user/project/integrations/webhook_events/</summary>
internal sealed class HookBodies(Db db, PipelineStore pipelines, Repositories repositories, ServerUrl url)
{
    private const int MostCommits = 20;

    /// <returns>The project, the body, and which webhook had to do with the pipeline; nothing when there is no such pipeline or job any more.</returns>
    public async Task<(long Project, object? Body, HookLink? Link)?> OfAsync(WebhookWork.Happened happened, CancellationToken ct)
    {
        if (await FactsAsync(happened, ct) is not { } facts)
            return null;
        var repository = repositories.Of(facts.Project.Id);
        var commit = repository.Exists ? await repository.CommitAsync(facts.Pipeline.Sha, ct) : null;
        var body = new PipelineBodies(facts with { Commit = commit }, url);
        return (
            facts.Project.Id,
            happened.Trigger switch
            {
                HookTrigger.Pipeline => body.Pipeline(happened.Status),
                HookTrigger.Job => facts.Job is { } job ? body.Job(job, happened.Status) : null,
                _ => facts.Deployment is null ? null : body.Deployment(happened.Status, happened.At),
            },
            HookLink.Parse(facts.Pipeline.HookLink)
        );
    }

    private Task<HookFacts?> FactsAsync(WebhookWork.Happened happened, CancellationToken ct) =>
        db.ReadAsync(
            async (session, t) =>
            {
                var args = new { happened.PipelineId, number = (long?)happened.Number ?? -1 };
                if (await session.FindAsync<PipelineRow>("SELECT * FROM pipelines WHERE id = @PipelineId", args, t) is not { } pipeline)
                    return null;
                const string ofProject = $"SELECT {ProjectRow.Columns} FROM projects WHERE id = @ProjectId AND deleted_at IS NULL";
                if (await session.FindAsync<ProjectRow>(ofProject, pipeline, t) is not { } project)
                    return null;
                var jobs = await session.QueryAsync<JobRow>("SELECT * FROM jobs WHERE pipeline_id = @PipelineId ORDER BY number", args, t);
                var job = jobs.FirstOrDefault(one => one.Number == args.number);
                const string ofJob = "SELECT * FROM deployments WHERE job_id = @Id";
                var deployment = job is null ? null : await session.FindAsync<DeploymentRow>(ofJob, job, t);
                const string ofDeployment = "SELECT * FROM environments WHERE id = @EnvironmentId";
                return new HookFacts
                {
                    Project = project,
                    Pipeline = pipeline,
                    Compiled = await pipelines.CompiledAsync(session, pipeline.Id, t),
                    Jobs = jobs,
                    Job = job,
                    Deployment = deployment,
                    Environment = deployment is null ? null : await session.FindAsync<EnvironmentRow>(ofDeployment, deployment, t),
                    User = (
                        await session.FindAsync<UserRow>(
                            $"SELECT {UserRow.Columns} FROM users WHERE id = @user",
                            new { user = job?.UserId ?? pipeline.UserId },
                            t
                        )
                    )!,
                };
            },
            ct
        );

    /// <returns>Nothing when the project or whoever pushed is gone.</returns>
    public async Task<object?> OfPushAsync(long projectId, long userId, RefUpdate update, CancellationToken ct)
    {
        const string ofProject = $"SELECT {ProjectRow.Columns} FROM projects WHERE id = @projectId AND deleted_at IS NULL";
        var project = await db.FindAsync<ProjectRow>(ofProject, new { projectId }, ct);
        var user = await db.FindAsync<UserRow>($"SELECT {UserRow.Columns} FROM users WHERE id = @userId", new { userId }, ct);
        if (project is null || user is null)
            return null;
        var (isTag, name) = RefNames.Tag(update.Ref) is { } tag ? (true, tag) : (false, RefNames.Branch(update.Ref) ?? update.Ref);
        var protection = await ProtectedRefs.MatchAsync(db, projectId, isTag ? ProtectedRefs.Tag : ProtectedRefs.Branch, name, ct);
        var (commits, total) = update.Deletes ? ([], 0) : await CommitsAsync(repositories.Of(projectId), update, isTag, ct);
        return new
        {
            object_kind = isTag ? "tag_push" : "push",
            event_name = isTag ? "tag_push" : "push",
            before = update.Old,
            after = update.New,
            @ref = update.Ref,
            ref_protected = protection.IsProtected,
            checkout_sha = update.Deletes ? null : update.New,
            message = (string?)null,
            user_id = user.Id,
            user_name = user.Name,
            user_username = user.Username,
            user_email = "",
            user_avatar = (string?)null,
            project_id = project.Id,
            project = HookProject.Project(project, url),
            commits = commits.Select(commit => HookProject.Commit(commit, project, url)),
            total_commits_count = total,
            push_options = new { },
            repository = HookProject.Repository(project, url),
        };
    }

    /// <summary>What a push brought, the oldest first: the newest twenty, and how many there are. A new branch brings what the others did not have: nobody counts that.</summary>
    private static async Task<(IReadOnlyList<Commit> Commits, int Total)> CommitsAsync(
        Repository repository,
        RefUpdate update,
        bool isTag,
        CancellationToken ct
    )
    {
        if (isTag || !RefNames.IsSha(update.New) || !repository.Exists)
            return ([], 0);
        if (update.Creates)
            return await repository.CommitAsync(update.New, ct) is { } head ? ([head], 1) : ([], 0);
        if (!RefNames.IsSha(update.Old))
            return ([], 0);
        const int mostCounted = 10_000;
        var counted = await repository.RunAsync(
            new GitCall("rev-list", "--count", $"--max-count={mostCounted}", $"{update.Old}..{update.New}"),
            ct
        );
        var commits = await repository.LogAsync([$"{update.Old}..{update.New}"], [$"-{MostCommits}"], "", ct);
        return ([.. commits.Reverse()], counted.Ok && int.TryParse(counted.Line, out var total) ? total : commits.Count);
    }
}
