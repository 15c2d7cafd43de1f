using Slipway.Compiler;
using Slipway.Compiler.Keywords.Durations;
using Slipway.Server.Data;
using Slipway.Server.Http;
using Slipway.Server.Work;

namespace Slipway.Server.Environments;

/// <summary>Environments' rows, and what each change of one brings with it.</summary>
internal sealed class EnvironmentStore(WorkLoop work, TimeProvider time)
{
    public const string Available = "available";
    public const string Stopping = "stopping";
    public const string Stopped = "stopped";

    /// <summary>GitLab's word for an environment that does not stop by itself.</summary>
    private const string Never = "never";

    /// <summary>The environment of this name, made when it is not there.</summary>
    public async Task<EnvironmentRow> EnsureAsync(Session session, long project, DeployEnvironment wanted, CancellationToken ct)
    {
        if (await FindAsync(session, project, wanted.Name, ct) is { } known)
            return known;
        if (await AddAsync(session, project, wanted, ct) is { } made)
        {
            // A job that stops it says nothing of how long it lives.
            if (wanted.Action != "stop")
                await KeepUntilAsync(session, made, wanted.AutoStopIn, ct);
            return made;
        }

        return (await FindAsync(session, project, wanted.Name, ct))!;
    }

    public static Task<EnvironmentRow?> FindAsync(Session session, long project, string name, CancellationToken ct) =>
        session.FindAsync<EnvironmentRow>(
            "SELECT * FROM environments WHERE project_id = @project AND name = @name",
            new { project, name },
            ct
        );

    /// <returns>Nothing when the project has one of this name.</returns>
    public Task<EnvironmentRow?> AddAsync(Session session, long project, DeployEnvironment wanted, CancellationToken ct) =>
        session.FindAsync<EnvironmentRow>(
            """
            INSERT INTO environments (project_id, name, slug, tier, state, description, auto_stop_setting, created_at, updated_at)
            VALUES (@project, @Name, @Slug, @Tier, 'available', '', 'always', @now, @now)
            ON CONFLICT (project_id, name) DO NOTHING RETURNING *
            """,
            new
            {
                project,
                wanted.Name,
                wanted.Slug,
                Tier = wanted.Tier ?? "other",
                now = time.Milliseconds(),
            },
            ct
        );

    /// <summary>Something was deployed to it.</summary>
    /// <param name="url">Nothing: as before.</param>
    public async Task DeployedAsync(Session session, EnvironmentRow environment, string? url, string? autoStopIn, CancellationToken ct)
    {
        await session.ExecuteAsync(
            "UPDATE environments SET state = 'available', external_url = COALESCE(@url, external_url), updated_at = @now WHERE id = @Id",
            new
            {
                environment.Id,
                url,
                now = time.Milliseconds(),
            },
            ct
        );
        await KeepUntilAsync(session, environment, autoStopIn, ct);
    }

    /// <summary>Sets the time at which it stops by itself anew, counted from now.</summary>
    /// <param name="in">A duration, or <c>never</c>; what says nothing, or nothing that can be read, leaves things as they are.</param>
    public async Task KeepUntilAsync(Session session, EnvironmentRow environment, string? @in, CancellationToken ct)
    {
        if (@in?.Trim() is not { Length: > 0 } text)
            return;
        long? at = null;
        if (text != Never)
        {
            if (!ChronicDuration.TryParse(text, out var seconds))
                return;
            at = time.Milliseconds() + (long)(seconds * 1000);
            await work.AddAsync(
                session,
                EnvironmentWork.AutoStop,
                new EnvironmentWork.Due(environment.Id, at.Value),
                ct,
                at.Value.Instant()
            );
        }

        await session.ExecuteAsync("UPDATE environments SET auto_stop_at = @at WHERE id = @Id", new { environment.Id, at }, ct);
    }

    /// <param name="from">Only from this state; nothing: from any.</param>
    public Task<int> MoveAsync(Session session, long environment, string? from, string to, CancellationToken ct) =>
        session.ExecuteAsync(
            """
            UPDATE environments SET state = @to, auto_stop_at = CASE WHEN @to = 'stopped' THEN NULL ELSE auto_stop_at END, updated_at = @now
            WHERE id = @environment AND state <> @to AND state = COALESCE(@from, state)
            """,
            new
            {
                environment,
                from,
                to,
                now = time.Milliseconds(),
            },
            ct
        );
}
