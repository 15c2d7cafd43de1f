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
/// read once for them all, after their runners have asked, and never used for another round.
/// </summary>
internal sealed class RoundReads(Db db, SecretBox secrets, TimeProvider time)
{
    private readonly ConcurrentDictionary<(long Project, long User, bool IsProtected), Lazy<Task<Part>>> _parts = [];

    /// <summary>Begins to read what such jobs need, for it can be read while they are being given away.</summary>
    public void Begin(IEnumerable<Candidate> jobs)
    {
        foreach (var key in jobs.Select(job => (job.ProjectId, job.UserId, job.Protected == 1)).Distinct())
            _ = Reading(key);
    }

    public Task<Part> OfAsync(JobRow job, CancellationToken ct) => Reading((job.ProjectId, job.UserId, job.Protected == 1)).WaitAsync(ct);

    private Task<Part> Reading((long Project, long User, bool IsProtected) of) =>
        _parts
            .GetOrAdd(
                of,
                // Whoever asks first may go away, and the others still want it.
                key => new Lazy<Task<Part>>(() => db.ReadAsync((session, t) => ReadAsync(session, key, t), CancellationToken.None))
            )
            .Value;

    private async Task<Part> ReadAsync(Session session, (long Project, long User, bool IsProtected) of, CancellationToken ct)
    {
        var batch = session.Batch();
        var id = new Dictionary<string, object?> { ["project"] = of.Project };
        var project = batch.Query<ProjectRow>($"SELECT {ProjectRow.Columns} FROM projects WHERE id = @project", id);
        var state = batch.Query<string>("SELECT state FROM users WHERE id = @user", new Dictionary<string, object?> { ["user"] = of.User });
        var variables = CiVariables.Query(batch, of.Project, of.IsProtected);
        var login = DeployLogins(batch, of.Project);
        await batch.RunAsync(ct);
        return new Part(
            project.First!,
            state.First == "active",
            CiVariables.Of(variables.All, secrets),
            login.First is { } found ? (found.Username, secrets.Open(DeployTokensApi.Purpose(found.Hash), found.Sealed)) : null
        );
    }

    /// <summary>The token named gitlab-deploy-token, the project's own or that of the nearest group. https://docs.gitlab.com/user/project/deploy_tokens/#gitlab-deploy-token</summary>
    private SessionBatch.Rows<DeployLogin> DeployLogins(SessionBatch batch, long project) =>
        batch.Query<DeployLogin>(
            """
            WITH RECURSIVE up (id, parent_id, depth) AS (
              SELECT n.id, n.parent_id, 1 FROM namespaces n JOIN projects p ON p.namespace_id = n.id WHERE p.id = @project
              UNION ALL SELECT n.id, n.parent_id, up.depth + 1 FROM namespaces n JOIN up ON n.id = up.parent_id)
            SELECT d.username, d.hash, d.sealed FROM (
              SELECT t.*, 0 AS depth FROM deploy_tokens t WHERE t.project_id = @project
              UNION ALL SELECT t.*, up.depth FROM deploy_tokens t JOIN up ON up.id = t.namespace_id) d
            WHERE d.name = 'gitlab-deploy-token' AND d.revoked_at IS NULL AND (d.expires_at IS NULL OR d.expires_at > @now)
            ORDER BY d.depth, d.id LIMIT 1
            """,
            new Dictionary<string, object?> { ["project"] = project, ["now"] = time.Milliseconds() }
        );

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
