using Slipway.Server.Accounts;
using Slipway.Server.Data;
using Slipway.Server.Http;
using Slipway.Server.Pipelines;

namespace Slipway.Server.Runners;

/// <summary>Runners and their tokens. Only a token's hash is kept.</summary>
internal sealed class RunnerStore
{
    /// <summary>Tokens of one look: runners come in crowds when jobs do.</summary>
    private const int MostTokens = 100;

    private readonly Db _db;
    private readonly JobBell _bell;
    private readonly TimeProvider _time;
    private readonly Batcher<string, RunnerRow?> _byToken;

    public RunnerStore(Db db, JobBell bell, TimeProvider time)
    {
        (_db, _bell, _time) = (db, bell, time);
        _byToken = new Batcher<string, RunnerRow?>(MostTokens, FindAsync);
    }

    /// <summary>A runner that somebody made, and its token, which is shown this once.</summary>
    /// <param name="creator">Nobody for one that registered itself: by its token's prefix gitlab-runner tells the two apart.</param>
    public async Task<(RunnerRow Runner, string Token)> AddAsync(
        RunnerOwner owner,
        RunnerSettings settings,
        long? creator,
        CancellationToken ct
    )
    {
        var token = Tokens.Create(Prefix(owner.RunnerType, creator));
        var now = _time.Milliseconds();
        var runner = await _db.WriteAsync(
            async (session, t) =>
            {
                var row = (
                    await session.FindAsync<RunnerRow>(
                        """
                        INSERT INTO runners (runner_type, namespace_id, creator_id, token_hash, description, maintenance_note, paused, locked, run_untagged, tags,
                          access_level, maximum_timeout, created_at)
                        VALUES (@RunnerType, @group, @creator, @hash, '', '', 0, 0, 1, '[]', 'not_protected', NULL, @now)
                        RETURNING *
                        """,
                        new
                        {
                            owner.RunnerType,
                            group = (owner as RunnerOwner.Group)?.Id,
                            creator,
                            hash = Tokens.Hash(token),
                            now,
                        },
                        t
                    )
                )!;
                if (owner is RunnerOwner.Project project)
                    await session.ExecuteAsync(
                        "INSERT INTO runner_projects (runner_id, project_id) VALUES (@runner, @project)",
                        new { runner = row.Id, project = project.Id },
                        t
                    );
                return (await ChangeAsync(session, row.Id, settings, t))!;
            },
            ct
        );
        return (runner, token);
    }

    /// <returns>Nothing when the token is nobody's, or has expired.</returns>
    public async Task<RunnerRow?> ByTokenAsync(string token, CancellationToken ct)
    {
        var row = await _byToken.AskAsync(Tokens.Hash(token), ct);
        return row?.TokenExpiresAt <= _time.Milliseconds() ? null : row;
    }

    private async Task FindAsync(IReadOnlyList<Batcher<string, RunnerRow?>.Waiter> batch)
    {
        var hashes = new In<string>([.. batch.Select(waiter => waiter.Ask).Distinct()]);
        var rows = await _db.QueryAsync<RunnerRow>(
            "SELECT * FROM runners WHERE token_hash IN @hashes",
            new { hashes },
            CancellationToken.None
        );
        foreach (var waiter in batch)
            waiter.Answer.TrySetResult(rows.FirstOrDefault(row => row.TokenHash == waiter.Ask));
    }

    public Task<RunnerRow?> FindAsync(long id, CancellationToken ct) =>
        _db.FindAsync<RunnerRow>("SELECT * FROM runners WHERE id = @id", new { id }, ct);

    public async Task<RunnerRow?> ChangeAsync(long id, RunnerSettings settings, CancellationToken ct)
    {
        var row = await _db.WriteAsync((session, t) => ChangeAsync(session, id, settings, t), ct);
        // It may fit now what it did not before.
        _bell.Ring();
        return row;
    }

    /// <summary>A new token; the old one is no good from now on.</summary>
    public async Task<string> ResetTokenAsync(RunnerRow runner, CancellationToken ct)
    {
        var token = Tokens.Create(Prefix(runner.RunnerType, runner.CreatorId));
        await _db.ExecuteAsync("UPDATE runners SET token_hash = @hash WHERE id = @Id", new { hash = Tokens.Hash(token), runner.Id }, ct);
        return token;
    }

    /// <summary>Jobs it has go on: they have tokens of their own.</summary>
    public Task<int> RemoveAsync(long id, CancellationToken ct) =>
        _db.WriteAsync(
            async (session, t) =>
            {
                await session.ExecuteAsync("DELETE FROM runner_projects WHERE runner_id = @id", new { id }, t);
                await session.ExecuteAsync("DELETE FROM runner_managers WHERE runner_id = @id", new { id }, t);
                return await session.ExecuteAsync("DELETE FROM runners WHERE id = @id", new { id }, t);
            },
            ct
        );

    private static Task<RunnerRow?> ChangeAsync(Session session, long id, RunnerSettings settings, CancellationToken ct) =>
        session.FindAsync<RunnerRow>(
            """
            UPDATE runners SET description = @Description, maintenance_note = @MaintenanceNote, paused = @Paused, locked = @Locked,
              run_untagged = @RunUntagged, tags = @Tags, access_level = @AccessLevel, maximum_timeout = @MaximumTimeout
            WHERE id = @id RETURNING *
            """,
            settings.Arguments(id),
            ct
        );

    private static string Prefix(string type, long? creator) =>
        creator is not null
            ? Tokens.Runner
            : type switch
            {
                RunnerWords.Instance => "t1_",
                RunnerWords.Group => "t2_",
                _ => "t3_",
            };
}
