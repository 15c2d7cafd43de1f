using System.Collections.Concurrent;
using System.Collections.Immutable;
using Slipway.Compiler;
using Slipway.Server.Data;
using Slipway.Server.Http;
using Slipway.Server.Pipelines;
using Slipway.Server.Projects;
using Slipway.Server.Secrets;

namespace Slipway.Server.Runners;

/// <summary>
/// What jobs that are handed out in one round have in common: their project with its variables and deploy token, and whether whoever answers for them may. It is
/// read when the first of them asks, once for them all, and never used for another round.
/// </summary>
internal sealed class RoundReads(Db db, SecretBox secrets, TimeProvider time)
{
    private readonly ConcurrentDictionary<(long Project, long User, bool IsProtected), Lazy<Task<Part>>> _parts = [];

    public Task<Part> OfAsync(JobRow job, CancellationToken ct) =>
        _parts
            .GetOrAdd(
                (job.ProjectId, job.UserId, job.Protected == 1),
                // Whoever asks first may go away, and the others still want it.
                key => new Lazy<Task<Part>>(() => db.ReadAsync((session, t) => ReadAsync(session, key, t), CancellationToken.None))
            )
            .Value.WaitAsync(ct);

    private async Task<Part> ReadAsync(Session session, (long Project, long User, bool IsProtected) of, CancellationToken ct)
    {
        var project = (
            await session.FindAsync<ProjectRow>($"SELECT {ProjectRow.Columns} FROM projects WHERE id = @Project", new { of.Project }, ct)
        )!;
        return new Part(
            project,
            await session.FindAsync<string>("SELECT state FROM users WHERE id = @User", new { of.User }, ct) == "active",
            await CiVariables.OfAsync(session, secrets, project, of.IsProtected, ct),
            await DeployTokenAsync(session, project, ct)
        );
    }

    /// <summary>The token named gitlab-deploy-token, the project's own or that of the nearest group. https://docs.gitlab.com/user/project/deploy_tokens/#gitlab-deploy-token</summary>
    private async Task<(string User, string Password)?> DeployTokenAsync(Session session, ProjectRow project, CancellationToken ct)
    {
        var found = await session.FindAsync<DeployLogin>(
            """
            WITH RECURSIVE up (id, parent_id, depth) AS (
              SELECT id, parent_id, 1 FROM namespaces WHERE id = @NamespaceId
              UNION ALL SELECT n.id, n.parent_id, up.depth + 1 FROM namespaces n JOIN up ON n.id = up.parent_id)
            SELECT d.username, d.hash, d.sealed FROM deploy_tokens d LEFT JOIN up ON up.id = d.namespace_id
            WHERE d.name = 'gitlab-deploy-token' AND d.revoked_at IS NULL AND (d.expires_at IS NULL OR d.expires_at > @now)
              AND (d.project_id = @Id OR up.id IS NOT NULL)
            ORDER BY COALESCE(up.depth, 0), d.id LIMIT 1
            """,
            new
            {
                project.Id,
                project.NamespaceId,
                now = time.Milliseconds(),
            },
            ct
        );
        return found is null ? null : (found.Username, secrets.Open(DeployTokensApi.Purpose(found.Hash), found.Sealed));
    }

    /// <param name="Variables">The instance's, its groups' and its own; protected ones for protected refs only.</param>
    /// <param name="DeployToken">Its login.</param>
    public sealed record Part(
        ProjectRow Project,
        bool IsUserActive,
        ImmutableArray<ScopedVariable> Variables,
        (string User, string Password)? DeployToken
    );

    private sealed record DeployLogin
    {
        public required string Username { get; init; }
        public required string Hash { get; init; }
        public required byte[] Sealed { get; init; }
    }
}
