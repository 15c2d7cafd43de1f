using System.Security.Cryptography;
using System.Text.Json;
using Slipway.Server.Data;

namespace Slipway.Server.Accounts;

/// <summary>
/// Who did what that matters to safety: signing in, tokens, members, protection, settings. Rows are only added, each with a hash over itself and the row before,
/// so that one that is changed or taken out is noticed. Never a secret.
/// </summary>
internal static class Audit
{
    /// <param name="actor">A user's name, or what acted in its place: <c>command line</c>.</param>
    /// <param name="action">A few words with underscores, the thing first: <c>user_blocked</c>.</param>
    /// <param name="target">What it was done to: <c>user ada</c>, <c>project group/app</c>.</param>
    /// <param name="details">More, as JSON.</param>
    public static async Task WriteAsync(
        Session session,
        string actor,
        string action,
        string target,
        object? details,
        long now,
        CancellationToken ct
    )
    {
        var previous = await session.FindAsync<string>("SELECT hash FROM audit_events ORDER BY id DESC LIMIT 1", null, ct) ?? "";
        var row = new AuditRow(0, now, actor, action, target, JsonSerializer.Serialize(details ?? new { }), previous, "");
        await session.ExecuteAsync(
            """
            INSERT INTO audit_events (at, actor, action, target, details, previous, hash)
            VALUES (@At, @Actor, @Action, @Target, @Details, @Previous, @hash)
            """,
            new
            {
                row.At,
                row.Actor,
                row.Action,
                row.Target,
                row.Details,
                row.Previous,
                hash = row.ExpectedHash,
            },
            ct
        );
    }

    /// <summary>Goes through all of it.</summary>
    /// <returns>The first row that is not as it was written, or does not follow the one before; nothing when all is well.</returns>
    public static async Task<long?> FirstChangedAsync(Db db, CancellationToken ct)
    {
        const int atOnce = 1000;
        var (last, previous) = (0L, "");
        while (true)
        {
            var rows = await db.QueryAsync<AuditRow>(
                $"SELECT {AuditRow.Columns} FROM audit_events WHERE id > @last ORDER BY id LIMIT {atOnce}",
                new { last },
                ct
            );
            foreach (var row in rows)
            {
                if (row.Previous != previous || row.Hash != row.ExpectedHash)
                    return row.Id;
                (last, previous) = (row.Id, row.Hash);
            }

            if (rows.Count < atOnce)
                return null;
        }
    }
}

/// <param name="Details">JSON.</param>
/// <param name="Previous">The hash of the row before; empty for the first.</param>
internal sealed record AuditRow(long Id, long At, string Actor, string Action, string Target, string Details, string Previous, string Hash)
{
    public const string Columns = "id, at, actor, action, target, details, previous, hash";

    /// <summary>SHA-256 over all that the row says. As a JSON list, no two rows read alike.</summary>
    public string ExpectedHash =>
        Convert.ToHexStringLower(
            SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes<object[]>([At, Actor, Action, Target, Details, Previous]))
        );
}
