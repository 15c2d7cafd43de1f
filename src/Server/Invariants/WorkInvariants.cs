using Slipway.Server.Accounts;

namespace Slipway.Server.Invariants;

/// <summary>What the server promised to do, and what it says it has done.</summary>
internal static class WorkInvariants
{
    public static Task<Sighting> GivenUpAsync(Scene scene, CancellationToken ct) =>
        scene.Db.ReadAsync(
            async (session, token) =>
            {
                var rows = await session.QueryAsync<Piece>("SELECT kind, subject, error FROM work WHERE due_at IS NULL", null, token);
                return new Sighting(
                    Sighting.Count(await session.FindAsync<long>("SELECT COUNT(*) FROM work", null, token), "piece"),
                    [
                        .. rows.Select(row => new Diagnosis.Trouble(
                            $"{row.Kind} {row.Subject} was tried twenty times",
                            "work",
                            (row.Error ?? "").Split('\n')[0],
                            "mend what it says, then: UPDATE work SET due_at = 0, attempts = 0 WHERE due_at IS NULL"
                        )),
                    ]
                );
            },
            ct
        );

    public static async Task<Sighting> AuditAsync(Scene scene, CancellationToken ct)
    {
        var count = await scene.Db.FindAsync<long>("SELECT COUNT(*) FROM audit_events", null, ct);
        return new Sighting(
            Sighting.Count(count, "entry"),
            await Audit.FirstChangedAsync(scene.Db, ct) is { } changed
                ?
                [
                    new Diagnosis.Trouble(
                        $"entry {changed} is not as it was written",
                        "audit_events",
                        "somebody with access to the database has changed it, or removed the one before",
                        "compare it with a backup"
                    ),
                ]
                : []
        );
    }

    private sealed record Piece
    {
        public string Kind { get; init; } = "";
        public string Subject { get; init; } = "";
        public string? Error { get; init; }
    }
}
