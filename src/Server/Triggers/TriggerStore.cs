using Slipway.Server.Accounts;
using Slipway.Server.Data;
using Slipway.Server.Http;
using Slipway.Server.Projects;
using Slipway.Server.Secrets;

namespace Slipway.Server.Triggers;

/// <summary>The rows of trigger tokens. A token is looked up by its hash; sealed beside it stands the token itself, because its owner may read it again.</summary>
internal sealed class TriggerStore(Db db, SecretBox secrets, TimeProvider time)
{
    private const string OfProject = "FROM pipeline_triggers WHERE project_id = @project";

    public Task<PipelineTriggerRow?> FindAsync(long project, long id, CancellationToken ct) =>
        db.FindAsync<PipelineTriggerRow>($"SELECT * {OfProject} AND id = @id", new { project, id }, ct);

    public async Task<(long Total, IReadOnlyList<PipelineTriggerRow> Rows)> PageAsync(long project, Paging paging, CancellationToken ct) =>
        (
            await db.FindAsync<long>($"SELECT count(*) {OfProject}", new { project }, ct),
            await db.QueryAsync<PipelineTriggerRow>($"SELECT * {OfProject} ORDER BY id{paging.Limit}", new { project }, ct)
        );

    /// <returns>The token's row, while it is good.</returns>
    public Task<PipelineTriggerRow?> ByTokenAsync(string token, CancellationToken ct) =>
        db.FindAsync<PipelineTriggerRow>(
            "SELECT * FROM pipeline_triggers WHERE hash = @hash AND (expires_at IS NULL OR expires_at > @now)",
            new { hash = Tokens.Hash(token), now = time.Milliseconds() },
            ct
        );

    /// <summary>What may be seen of one by those whose it is not: four characters behind <c>glptt-</c>.</summary>
    /// <param name="token">A whole one.</param>
    public static string ShortOf(string token) => token[Tokens.Trigger.Length..][..4];

    public string TokenOf(PipelineTriggerRow row) => secrets.Open(Purpose(row.Hash), row.Sealed);

    public Task<PipelineTriggerRow> CreateAsync(
        ProjectContext here,
        UserRow owner,
        string description,
        long? expiresAt,
        CancellationToken ct
    )
    {
        var token = Tokens.Create(Tokens.Trigger);
        var hash = Tokens.Hash(token);
        var args = new
        {
            here.Id,
            Owner = owner.Id,
            description,
            hash,
            sealedToken = secrets.Seal(Purpose(hash), token),
            now = time.Milliseconds(),
            expiresAt,
        };
        return db.WriteAsync(
            async (session, t) =>
            {
                await RecordAsync(session, here, owner, "trigger_token_created", description, t);
                return (
                    await session.FindAsync<PipelineTriggerRow>(
                        """
                        INSERT INTO pipeline_triggers (project_id, owner_id, description, hash, sealed, created_at, updated_at, expires_at)
                        VALUES (@Id, @Owner, @description, @hash, @sealedToken, @now, @now, @expiresAt) RETURNING *
                        """,
                        args,
                        t
                    )
                )!;
            },
            ct
        );
    }

    public Task<PipelineTriggerRow?> DescribeAsync(PipelineTriggerRow row, string description, CancellationToken ct)
    {
        const string update = "UPDATE pipeline_triggers SET description = @description, updated_at = @now WHERE id = @Id RETURNING *";
        var args = new
        {
            row.Id,
            description,
            now = time.Milliseconds(),
        };
        return db.WriteAsync((session, t) => session.FindAsync<PipelineTriggerRow>(update, args, t), ct);
    }

    /// <summary>It opens nothing from now on; its pipelines stay.</summary>
    public Task RemoveAsync(ProjectContext here, UserRow user, PipelineTriggerRow row, CancellationToken ct) =>
        db.WriteAsync(
            async (session, t) =>
            {
                await RecordAsync(session, here, user, "trigger_token_revoked", row.Description, t);
                await session.ExecuteAsync("UPDATE pipelines SET trigger_id = NULL WHERE trigger_id = @Id", new { row.Id }, t);
                return await session.ExecuteAsync("DELETE FROM pipeline_triggers WHERE id = @Id", new { row.Id }, t);
            },
            ct
        );

    public Task UsedAsync(PipelineTriggerRow row, CancellationToken ct) =>
        db.ExecuteAsync("UPDATE pipeline_triggers SET last_used_at = @now WHERE id = @Id", new { row.Id, now = time.Milliseconds() }, ct);

    private Task RecordAsync(Session session, ProjectContext here, UserRow user, string what, string description, CancellationToken ct) =>
        Audit.WriteAsync(session, user.Username, what, $"project {here.Project.FullPath}", new { description }, time.Milliseconds(), ct);

    private static string Purpose(string hash) => $"pipeline_triggers {hash}";
}
