using Microsoft.Extensions.Logging;
using Slipway.Server.Data;
using Slipway.Server.Http;
using Slipway.Server.Registry.Protection;

namespace Slipway.Server.Registry.Cleanup;

/// <summary>What a rule says of a repository's tags.</summary>
/// <param name="Name">Below the project's path; empty: the project's own.</param>
internal sealed record RepositoryPlan(long Repository, string Name, IReadOnlyList<TagVerdict> Tags);

/// <summary>
/// Deletes tags by rule. What a rule says and what is deleted are one transaction, so that the newest stay also when somebody deletes at the same time. Images
/// that have no tag any more go with the <c>Collection</c>.
/// </summary>
internal sealed partial class CleanupRuns(Db db, CleanupStore store, TimeProvider time, ILogger<CleanupRuns> log)
{
    /// <summary>Tags of one transaction.</summary>
    private const int AtOnce = 500;

    /// <summary>Projects of one round.</summary>
    private const int Several = 100;

    /// <summary>A dry run for a project: what would become of each tag of each repository, and why. Changes nothing.</summary>
    public Task<IReadOnlyList<RepositoryPlan>> PlanAsync(long project, CleanupRule rule, CancellationToken ct) =>
        db.ReadAsync<IReadOnlyList<RepositoryPlan>>(
            async (session, token) =>
            {
                var plans = new List<RepositoryPlan>();
                foreach (var repository in await RepositoriesAsync(session, project, token))
                    plans.Add(new(repository.Id, repository.Name, await JudgeAsync(session, project, repository.Id, rule, null, token)));
                return plans;
            },
            ct
        );

    /// <summary>A dry run for one repository.</summary>
    /// <param name="level">Whose deletion it is; nothing: a policy's, which passes over whatever is protected.</param>
    public Task<IReadOnlyList<TagVerdict>> PlanAsync(long project, long repository, CleanupRule rule, long? level, CancellationToken ct) =>
        db.ReadAsync((session, token) => JudgeAsync(session, project, repository, rule, level, token), ct);

    /// <summary>Deletes the tags of one repository that go.</summary>
    /// <returns>Their names.</returns>
    public async Task<IReadOnlyList<string>> RunAsync(long project, long repository, CleanupRule rule, long? level, CancellationToken ct)
    {
        var gone = new List<string>();
        // The first look holds up nobody; mostly there is nothing to do.
        while ((await PlanAsync(project, repository, rule, level, ct)).Any(verdict => verdict.Goes))
        {
            var some = await db.WriteAsync((session, token) => SomeAsync(session, project, repository, rule, level, token), ct);
            gone.AddRange(some);
            KillPoint.Pass("tags cleaned");
        }

        return gone;
    }

    /// <summary>Runs a project's policy now, whether it is enabled or not.</summary>
    /// <returns>How many tags went.</returns>
    public async Task<long> RunAsync(long project, CancellationToken ct)
    {
        var (policy, next) = await store.FindAsync(project, ct);
        var gone = 0L;
        foreach (var repository in await db.ReadAsync((session, token) => RepositoriesAsync(session, project, token), ct))
        {
            await db.ExecuteAsync(
                "UPDATE registry_repositories SET cleaned_at = @now WHERE id = @Id",
                new { repository.Id, now = time.Milliseconds() },
                ct
            );
            gone += (await RunAsync(project, repository.Id, policy.Rule, null, ct)).Count;
        }

        if (next is not null)
            await db.ExecuteAsync(
                "UPDATE registry_projects SET cleanup_at = @at WHERE project_id = @project AND cleanup_at = @next",
                new
                {
                    project,
                    next,
                    at = policy.After(time.GetUtcNow()).ToUnixTimeMilliseconds(),
                },
                ct
            );
        Cleaned(log, project, gone);
        return gone;
    }

    /// <summary>Runs the policies whose time has come. One that is cut off is run again.</summary>
    /// <returns>How many there were.</returns>
    public async Task<int> RunDueAsync(CancellationToken ct)
    {
        var due = await db.QueryAsync<long>(
            $"""
            SELECT s.project_id FROM registry_projects s JOIN projects p ON p.id = s.project_id
            WHERE s.cleanup_at <= @now AND p.deleted_at IS NULL ORDER BY s.cleanup_at LIMIT {Several}
            """,
            new { now = time.Milliseconds() },
            ct
        );
        foreach (var project in due)
            await RunAsync(project, ct);
        return due.Count;
    }

    private static Task<IReadOnlyList<Repository>> RepositoriesAsync(Session session, long project, CancellationToken ct) =>
        session.QueryAsync<Repository>(
            "SELECT id, name FROM registry_repositories WHERE project_id = @project ORDER BY name",
            new { project },
            ct
        );

    private async Task<IReadOnlyList<TagVerdict>> JudgeAsync(
        Session session,
        long project,
        long repository,
        CleanupRule rule,
        long? level,
        CancellationToken ct
    )
    {
        var tags = await session.QueryAsync<TagToJudge>(
            "SELECT id, name, updated_at AS published_at FROM registry_tags WHERE repository_id = @repository",
            new { repository },
            ct
        );
        return CleanupPlan.Of(rule, tags, await TagRules.ReadAsync(session, project, ct), level, time.Milliseconds());
    }

    private async Task<IReadOnlyList<string>> SomeAsync(
        Session session,
        long project,
        long repository,
        CleanupRule rule,
        long? level,
        CancellationToken ct
    )
    {
        var all = await JudgeAsync(session, project, repository, rule, level, ct);
        var some = all.Where(verdict => verdict.Goes).Select(verdict => verdict.Tag).TakeLast(AtOnce).ToList();
        await session.ExecuteAsync(
            "DELETE FROM registry_tags WHERE id IN @ids",
            new { ids = new In<long>([.. some.Select(tag => tag.Id)]) },
            ct
        );
        return [.. some.Select(tag => tag.Name)];
    }

    [LoggerMessage(1, LogLevel.Information, "Cleanup policy of project {Project}: {Count} tags deleted")]
    private static partial void Cleaned(ILogger log, long project, long count);

    private sealed record Repository(long Id, string Name);
}
