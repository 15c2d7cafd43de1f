using Slipway.Engine;
using Slipway.Server.Data;

namespace Slipway.Server.Pipelines;

/// <summary>Resource groups come to be with the first job that names them.</summary>
internal static class ResourceGroupStore
{
    private const string Usual = "unordered";

    /// <returns>Nothing for another word.</returns>
    public static ProcessMode? Parse(string word) =>
        word switch
        {
            Usual => ProcessMode.Unordered,
            "oldest_first" => ProcessMode.OldestFirst,
            "newest_first" => ProcessMode.NewestFirst,
            "newest_ready_first" => ProcessMode.NewestReadyFirst,
            _ => null,
        };

    public static async Task AddAsync(Session session, long project, IEnumerable<string> keys, long now, CancellationToken ct)
    {
        foreach (var key in keys)
            await session.ExecuteAsync(
                """
                INSERT INTO resource_groups (project_id, key, process_mode, created_at, updated_at) VALUES (@project, @key, @Usual, @now, @now)
                ON CONFLICT (project_id, key) DO NOTHING
                """,
                new
                {
                    project,
                    key,
                    Usual,
                    now,
                },
                ct
            );
    }

    public static async Task<ProcessMode> ModeAsync(Session session, long project, string key, CancellationToken ct) =>
        await session.FindAsync<string>(
            "SELECT process_mode FROM resource_groups WHERE project_id = @project AND key = @key",
            new { project, key },
            ct
        )
            is { } word
            ? Parse(word) ?? ProcessMode.Unordered
            : ProcessMode.Unordered;
}
