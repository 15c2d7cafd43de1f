using Slipway.Server.Accounts;
using Slipway.Server.Data;
using Slipway.Server.Http;

namespace Slipway.Server.Registry.Cleanup;

/// <summary>The cleanup policies of projects, kept.</summary>
internal sealed class CleanupStore(Db db, TimeProvider time)
{
    /// <returns>GitLab's default, which does nothing, where none was ever set; and when it is run next, in unix milliseconds.</returns>
    public async Task<(CleanupPolicy Policy, long? NextRunAt)> FindAsync(long project, CancellationToken ct)
    {
        var row = await db.FindAsync<RegistryProjectRow>(
            $"SELECT {RegistryProjectRow.Columns} FROM registry_projects WHERE project_id = @project",
            new { project },
            ct
        );
        return (CleanupPolicy.Parse(row?.Cleanup), row?.CleanupAt);
    }

    /// <summary>From now on the project has this policy. It is first run a cadence from now, so that who has made a mistake has time to see it.</summary>
    /// <returns>Nothing when it is kept.</returns>
    public Task<FieldError?> SetAsync(long project, CleanupPolicy policy, CancellationToken ct) =>
        db.WriteAsync((session, token) => SetAsync(session, project, policy, token), ct);

    /// <inheritdoc cref="SetAsync(long, CleanupPolicy, CancellationToken)"/>
    /// <param name="actor">Who does it, for the record, which is that of any change of a project.</param>
    public Task<FieldError?> SetAsync(ProjectRow project, CleanupPolicy policy, string actor, CancellationToken ct) =>
        db.WriteAsync(
            async (session, token) =>
            {
                var wrong = await SetAsync(session, project.Id, policy, token);
                if (wrong is null)
                    await Audit.WriteAsync(
                        session,
                        actor,
                        "project_changed",
                        $"project {project.FullPath}",
                        null,
                        time.Milliseconds(),
                        token
                    );
                return wrong;
            },
            ct
        );

    /// <inheritdoc cref="SetAsync(long, CleanupPolicy, CancellationToken)"/>
    public async Task<FieldError?> SetAsync(Session session, long project, CleanupPolicy policy, CancellationToken ct)
    {
        if (policy.Wrong() is { } wrong)
            return wrong;
        var before = await session.FindAsync<RegistryProjectRow>(
            $"SELECT {RegistryProjectRow.Columns} FROM registry_projects WHERE project_id = @project",
            new { project },
            ct
        );
        var isAsOften = before?.CleanupAt is not null && CleanupPolicy.Parse(before.Cleanup).Cadence == policy.Cadence;
        await session.ExecuteAsync(
            """
            INSERT INTO registry_projects (project_id, cleanup, cleanup_at) VALUES (@project, @cleanup, @at)
            ON CONFLICT (project_id) DO UPDATE SET cleanup = excluded.cleanup, cleanup_at = excluded.cleanup_at
            """,
            new
            {
                project,
                cleanup = policy.ToJson(),
                at = !policy.Enabled ? null
                : isAsOften ? before!.CleanupAt
                : policy.After(time.GetUtcNow()).ToUnixTimeMilliseconds(),
            },
            ct
        );
        return null;
    }
}
