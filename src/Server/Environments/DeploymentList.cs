using Slipway.Server.Accounts;
using Slipway.Server.Data;
using Slipway.Server.Http;
using Slipway.Server.Jobs;

namespace Slipway.Server.Environments;

/// <summary>Deployments as API v4 shows them, with their jobs. https://docs.gitlab.com/api/deployments/</summary>
internal sealed class DeploymentList(Db db, JobFactsReader facts, ServerUrl url, TimeProvider time)
{
    /// <returns>The deployment that counts: the newest that succeeded.</returns>
    public Task<DeploymentRow?> LastAsync(EnvironmentRow environment, CancellationToken ct) =>
        db.FindAsync<DeploymentRow>(
            "SELECT * FROM deployments WHERE environment_id = @Id AND status = 'success' ORDER BY id DESC LIMIT 1",
            environment,
            ct
        );

    public Task<DeploymentRow?> FindAsync(long project, long id, CancellationToken ct) =>
        db.FindAsync<DeploymentRow>("SELECT * FROM deployments WHERE id = @id AND project_id = @project", new { id, project }, ct);

    public async Task<object> JsonAsync(DeploymentRow row, CancellationToken ct) => (await JsonAsync([row], ct))[0];

    public async Task<IReadOnlyList<object>> JsonAsync(IReadOnlyList<DeploymentRow> rows, CancellationToken ct)
    {
        var (jobs, users, environments) = await db.ReadAsync(
            async (session, t) =>
            {
                var jobIds = new { ids = new In<long>([.. rows.Select(row => row.JobId).OfType<long>()]) };
                var userIds = new { ids = new In<long>([.. rows.Select(row => row.UserId).Distinct()]) };
                var placeIds = new { ids = new In<long>([.. rows.Select(row => row.EnvironmentId).Distinct()]) };
                return (
                    await session.QueryAsync<JobRow>("SELECT * FROM jobs WHERE id IN @ids", jobIds, t),
                    await session.QueryAsync<UserRow>($"SELECT {UserRow.Columns} FROM users WHERE id IN @ids", userIds, t),
                    await session.QueryAsync<EnvironmentRow>("SELECT * FROM environments WHERE id IN @ids", placeIds, t)
                );
            },
            ct
        );
        var known = await facts.ReadAsync(jobs, ct);
        return
        [
            .. rows.Select(row =>
                Json(
                    row,
                    users.FirstOrDefault(user => user.Id == row.UserId),
                    environments.First(one => one.Id == row.EnvironmentId),
                    jobs.FirstOrDefault(job => job.Id == row.JobId) is { } job ? JobJson.Of(job, known, time.Milliseconds(), url) : null
                )
            ),
        ];
    }

    private object Json(DeploymentRow row, UserRow? user, EnvironmentRow environment, object? job) =>
        new
        {
            id = row.Id,
            iid = row.Iid,
            @ref = row.Ref,
            sha = row.Sha,
            created_at = row.CreatedAt.Instant(),
            updated_at = row.UpdatedAt.Instant(),
            user = user is null ? null : UserJson.Basic(user, url),
            environment = new
            {
                id = environment.Id,
                name = environment.Name,
                slug = environment.Slug,
                external_url = environment.ExternalUrl,
                created_at = environment.CreatedAt.Instant(),
                updated_at = environment.UpdatedAt.Instant(),
            },
            deployable = job,
            status = row.Status,
        };
}
