using System.Collections.Concurrent;
using System.Text.Json;
using Slipway.Protocol.Coordination;
using Slipway.Server.Accounts;
using Slipway.Server.Data;
using Slipway.Server.Http;

namespace Slipway.Server.Runners;

/// <summary>That a runner's processes are there, and what they are: written when it changes, and else now and then, for they ask all the time.</summary>
internal sealed class Heartbeats(Db db, TimeProvider time)
{
    /// <summary>GitLab's name for a process that does not say its own.</summary>
    private const string NoSystemId = "<legacy>";

    private const int LongestWord = 255;
    private const int MostRemembered = 100_000;

    /// <summary>How old what is written may become while a process goes on asking.</summary>
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(40);

    private readonly ConcurrentDictionary<(long Runner, string SystemId), Beat> _written = [];

    /// <returns>The process's id.</returns>
    public async Task<long> BeatAsync(long runner, string? systemId, ManagerInfo info, string address, CancellationToken ct)
    {
        var key = (runner, Word(systemId is { Length: > 0 } ? systemId : NoSystemId));
        var now = time.Milliseconds();
        var said = new Said(info, address);
        if (_written.TryGetValue(key, out var last) && last.Said == said && now - last.At < Every.TotalMilliseconds)
            return last.Manager;
        var manager = await WriteAsync(key, said, now, ct);
        if (_written.Count >= MostRemembered)
            _written.Clear();
        _written[key] = new Beat(manager, said, now);
        return manager;
    }

    /// <summary>The process is gone; if it comes back, it is a new one.</summary>
    public void Forget(long runner, string? systemId) => _written.TryRemove((runner, systemId ?? NoSystemId), out _);

    private Task<long> WriteAsync((long Runner, string SystemId) key, Said said, long now, CancellationToken ct)
    {
        var info = said.Info;
        var arguments = new
        {
            key.Runner,
            key.SystemId,
            Version = Word(info.Version),
            Revision = Word(info.Revision),
            Platform = Word(info.Platform),
            Architecture = Word(info.Architecture),
            Executor = Word(info.Executor),
            said.Address,
            Features = JsonSerializer.Serialize(info.Features, CoordinationJson.Default.RunnerFeatures),
            now,
        };
        return db.WriteAsync(
            async (session, token) =>
            {
                await session.ExecuteAsync("UPDATE runners SET contacted_at = @now WHERE id = @Runner", arguments, token);
                var process = await session.FindAsync<Known>(
                    """
                    INSERT INTO runner_managers (runner_id, system_id, version, revision, platform, architecture, executor, address, features, created_at, contacted_at)
                    VALUES (@Runner, @SystemId, @Version, @Revision, @Platform, @Architecture, @Executor, @Address, @Features, @now, @now)
                    ON CONFLICT (runner_id, system_id) DO UPDATE SET version = excluded.version, revision = excluded.revision, platform = excluded.platform,
                      architecture = excluded.architecture, executor = excluded.executor, address = excluded.address, features = excluded.features,
                      contacted_at = excluded.contacted_at
                    RETURNING id, (SELECT COUNT(*) FROM runner_managers WHERE runner_id = @Runner AND system_id <> @SystemId) AS others,
                      CASE WHEN created_at = @now THEN 1 ELSE 0 END AS is_new
                    """,
                    arguments,
                    token
                );
                // One token may serve several machines; but a copy of a stolen one looks just like that, so it is written down.
                if (process is { IsNew: 1, Others: > 0 })
                    await Audit.WriteAsync(
                        session,
                        $"runner {key.Runner}",
                        "runner_token_used_by_another_process",
                        $"runner {key.Runner}",
                        new { system_id = key.SystemId, address = said.Address },
                        now,
                        token
                    );
                return process!.Id;
            },
            ct
        );
    }

    // No columns of a table: their types are unknown when there are no rows, so they are set one by one.
    private sealed record Known
    {
        public long Id { get; init; }
        public long Others { get; init; }
        public long IsNew { get; init; }
    }

    private static string Word(string? text) => text is null ? "" : text[..Math.Min(text.Length, LongestWord)];

    /// <summary>Two are equal when they say the same; labels, which are nowhere kept, are no difference.</summary>
    private sealed record Said(ManagerInfo Info, string Address)
    {
        public ManagerInfo Info { get; } = Info with { Labels = null };
    }

    private sealed record Beat(long Manager, Said Said, long At);
}
