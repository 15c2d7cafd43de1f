namespace Slipway.Server.Data;

/// <summary>
/// Brings a database's tables to this program's, step by step, each a transaction of its own with the row that records it. Killed between two, the next
/// start goes on; several instances that start at once take turns.
/// </summary>
internal static class Migrator
{
    private const string Table = """
        CREATE TABLE IF NOT EXISTS schema_migrations (
          version bigint NOT NULL PRIMARY KEY,
          name text NOT NULL,
          checksum text NOT NULL,
          applied_at bigint NOT NULL
        )
        """;

    /// <param name="known">This program's steps, in order.</param>
    /// <exception cref="DatabaseException">The database holds steps this program does not know, or other ones under their numbers.</exception>
    public static async Task ApplyAsync(IDatabaseEngine engine, IReadOnlyList<Migration> known, TimeProvider time, CancellationToken ct)
    {
        while (await engine.MigrateAsync((session, token) => StepAsync(session, known, time, token), ct)) { }
    }

    /// <summary>Looks, and changes nothing.</summary>
    /// <exception cref="DatabaseException">The tables are not exactly this program's (<see cref="DbFault.Schema"/>).</exception>
    public static async Task CheckAsync(IDatabaseEngine engine, IReadOnlyList<Migration> known, CancellationToken ct)
    {
        var applied = await engine.ReadAsync(AppliedAsync, snapshot: false, ct);
        foreach (var (row, at) in applied.Select((row, at) => (row, at)))
            Check(row, at < known.Count ? known[at] : null, known.Count);
        if (applied.Count < known.Count)
            throw Refused(
                $"The database is at schema {applied.Count}, this program's is {known.Count}. Start the server once: it brings the tables up to date."
            );
    }

    /// <returns>Whether there was something to do.</returns>
    private static async Task<bool> StepAsync(Session session, IReadOnlyList<Migration> known, TimeProvider time, CancellationToken ct)
    {
        await session.ExecuteAsync(Table, null, ct);
        var applied = await AppliedAsync(session, ct);
        foreach (var (row, at) in applied.Select((row, at) => (row, at)))
            Check(row, at < known.Count ? known[at] : null, known.Count);
        if (applied.Count == known.Count)
            return false;
        var next = known[applied.Count];
        await session.ExecuteAsync(next.Sql, null, ct);
        await session.ExecuteAsync(
            "INSERT INTO schema_migrations (version, name, checksum, applied_at) VALUES (@Version, @Name, @Checksum, @now)",
            new
            {
                next.Version,
                next.Name,
                next.Checksum,
                now = time.GetUtcNow().ToUnixTimeMilliseconds(),
            },
            ct
        );
        return true;
    }

    private static Task<IReadOnlyList<AppliedRow>> AppliedAsync(Session session, CancellationToken ct) =>
        session.QueryAsync<AppliedRow>("SELECT version, name, checksum FROM schema_migrations ORDER BY version", null, ct);

    private static void Check(AppliedRow row, Migration? known, int newest)
    {
        if (known is null)
            throw Refused(
                $"The database was made by a newer Slipway: it is at schema {row.Version}, this program knows {newest}. Use the newer program, or a backup made before."
            );
        if (row.Version != known.Version || row.Checksum != known.Checksum)
            throw Refused($"The database's schema {row.Version} ({row.Name}) is not this program's {known.Version} ({known.Name}).");
    }

    private static DatabaseException Refused(string why) => new(DbFault.Schema, why);

    private sealed record AppliedRow(long Version, string Name, string Checksum);
}
