using Slipway.Server.Data;

namespace Slipway.Server.Backups;

/// <summary>What ties tables together, and the ids they have given.</summary>
internal static class TableKeys
{
    private const string PostgresIdentities =
        "SELECT table_name FROM information_schema.columns WHERE table_schema = current_schema() AND is_identity = 'YES'";

    private const string PostgresForeign = """
        SELECT conrelid::regclass::text AS "table", conname AS name FROM pg_constraint
        WHERE contype = 'f' AND connamespace = current_schema()::regnamespace
        """;

    /// <summary>The last id of each table, also of those whose last row is gone.</summary>
    public static async Task<IReadOnlyDictionary<string, long>> SequencesAsync(Session session, bool isSqlite, CancellationToken ct)
    {
        if (isSqlite)
            return (await session.QueryAsync<Sequence>("SELECT name, seq AS last FROM sqlite_sequence", null, ct)).ToDictionary(
                one => one.Name,
                one => one.Last
            );
        var all = new Dictionary<string, long>();
        foreach (var table in await session.QueryAsync<string>(PostgresIdentities, null, ct))
            all[table] =
                await session.FindAsync<long?>(
                    $"SELECT pg_sequence_last_value(pg_get_serial_sequence('{table}', 'id')::regclass)",
                    null,
                    ct
                ) ?? 0;
        return all;
    }

    /// <summary>From here on no id is given that was given before.</summary>
    public static async Task SetSequencesAsync(
        Session session,
        IReadOnlyDictionary<string, long> last,
        IReadOnlyList<string> tables,
        bool isSqlite,
        CancellationToken ct
    )
    {
        foreach (var (table, id) in last.Where(one => one.Value > 0 && tables.Contains(one.Key)))
            if (!isSqlite)
                await session.FindAsync<long>($"SELECT setval(pg_get_serial_sequence('{table}', 'id'), @id)", new { id }, ct);
            else if (await session.ExecuteAsync("UPDATE sqlite_sequence SET seq = @id WHERE name = @table", new { id, table }, ct) == 0)
                await session.ExecuteAsync("INSERT INTO sqlite_sequence (name, seq) VALUES (@table, @id)", new { id, table }, ct);
    }

    /// <summary>Lets rows come in any order, until the transaction ends.</summary>
    public static async Task DeferAsync(Session session, bool isSqlite, CancellationToken ct)
    {
        if (isSqlite)
        {
            await session.ExecuteAsync("PRAGMA defer_foreign_keys = ON", null, ct);
            return;
        }

        foreach (var key in await session.QueryAsync<Foreign>(PostgresForeign, null, ct))
            await session.ExecuteAsync($"ALTER TABLE {key.Table} ALTER CONSTRAINT {key.Name} DEFERRABLE INITIALLY DEFERRED", null, ct);
    }

    /// <summary>As the migrations made them. In a transaction of its own, for rows still wait to be checked in the other.</summary>
    public static async Task RestoreAsync(Session session, bool isSqlite, CancellationToken ct)
    {
        if (isSqlite)
            return;
        foreach (var key in await session.QueryAsync<Foreign>(PostgresForeign, null, ct))
            await session.ExecuteAsync($"ALTER TABLE {key.Table} ALTER CONSTRAINT {key.Name} NOT DEFERRABLE", null, ct);
    }

    private sealed record Sequence
    {
        public string Name { get; init; } = "";
        public long Last { get; init; }
    }

    private sealed record Foreign
    {
        public string Table { get; init; } = "";
        public string Name { get; init; } = "";
    }
}
