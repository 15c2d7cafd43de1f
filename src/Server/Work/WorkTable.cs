using System.Collections.Concurrent;
using System.Text.Json;
using Slipway.Server.Data;

namespace Slipway.Server.Work;

/// <summary>
/// The rows of work. A row is due, or leased to whoever works at it, or given up on. A lease is a moment in the future at which the row falls due again, and a
/// word that only its holder knows: who lost it can finish nothing.
/// </summary>
/// <param name="holder">Begins the leases of whoever works here.</param>
internal sealed class WorkTable(Db db, TimeProvider time, string holder = "")
{
    /// <summary>How long a holder who says nothing keeps a row. 60 s.</summary>
    public static readonly TimeSpan Lease = TimeSpan.FromSeconds(60);

    private const string Ours = "WHERE id = @Id AND lease = @Lease";

    /// <summary>It was not tried after all; asked for again meanwhile, it is not counted yet.</summary>
    private const string Untried = "attempts = CASE WHEN attempts > 0 THEN attempts - 1 ELSE 0 END";

    /// <summary>Leases that may be in the table and at whose rows nobody here works: the database did not say what became of a claim, or was not told of an end.</summary>
    private readonly ConcurrentQueue<string> _adrift = [];

    /// <summary>Writes a row, in the transaction of what makes it necessary. While the same is being worked at, it will be done once more after that.</summary>
    public static Task AddAsync<T>(Session session, WorkKind<T> kind, T what, DateTimeOffset due, CancellationToken ct) =>
        session.ExecuteAsync(
            """
            INSERT INTO work (kind, subject, payload, generation, due_at, attempts) VALUES (@kind, @subject, @payload, 1, @due, 0)
            ON CONFLICT (kind, subject) DO UPDATE SET payload = excluded.payload, generation = work.generation + 1, attempts = 0,
              due_at = CASE WHEN work.lease IS NULL AND (work.due_at IS NULL OR work.due_at > excluded.due_at) THEN excluded.due_at ELSE work.due_at END
            """,
            new
            {
                kind = kind.Name,
                subject = kind.Subject(what),
                payload = JsonSerializer.Serialize(what, kind.Json),
                due = due.ToUnixTimeMilliseconds(),
            },
            ct
        );

    /// <summary>Leases the row that has been due the longest.</summary>
    /// <returns>Nothing when none is due.</returns>
    public async Task<WorkRow?> ClaimAsync(CancellationToken ct)
    {
        var due = await db.QueryAsync<long>("SELECT id FROM work WHERE due_at <= @Now ORDER BY due_at, id LIMIT 16", new { Now }, ct);
        foreach (var id in due)
        {
            // The WHERE decides between two who want it. Whoever had it and let the lease run out has lost it here.
            const string claim = """
                UPDATE work SET lease = @lease, due_at = @until, attempts = attempts + 1 WHERE id = @id AND due_at <= @Now
                RETURNING id, kind, payload, generation, attempts, lease
                """;
            var args = new
            {
                id,
                Now,
                until = Now + (long)Lease.TotalMilliseconds,
                lease = $"{holder}.{Guid.NewGuid():N}",
            };
            try
            {
                if (await db.WriteAsync((session, token) => session.FindAsync<WorkRow>(claim, args, token), ct) is { } row)
                    return row;
            }
            catch (DatabaseException)
            {
                _adrift.Enqueue(args.lease);
                throw;
            }
        }

        return null;
    }

    /// <summary>Nobody here works at the row any more, and the database could not be told so. It can have it back with <see cref="TakeBackAsync"/>.</summary>
    public void Abandon(WorkRow row) => _adrift.Enqueue(row.Lease);

    /// <summary>
    /// Takes back what nobody here works at any more, so that it need not wait for its lease to run out: the words of those leases are known here alone, and a
    /// row that somebody else has had since has another.
    /// </summary>
    public async Task TakeBackAsync(CancellationToken ct)
    {
        // Out of the queue before the row is asked for: several may be here at once, and each must have a lease of its own.
        while (_adrift.TryDequeue(out var lease))
            try
            {
                await db.ExecuteAsync(
                    $"UPDATE work SET lease = NULL, due_at = @Now, {Untried} WHERE lease = @lease",
                    new { Now, lease },
                    ct
                );
            }
            catch
            {
                _adrift.Enqueue(lease);
                throw;
            }
    }

    /// <summary>Takes back what this holder had when it died: it is due at once.</summary>
    public Task<int> ReleaseAsync(CancellationToken ct) =>
        db.ExecuteAsync("UPDATE work SET lease = NULL, due_at = @Now WHERE lease LIKE @ours", new { Now, ours = $"{holder}.%" }, ct);

    /// <returns>False when the lease was lost.</returns>
    public async Task<bool> RenewAsync(WorkRow row, CancellationToken ct) =>
        await db.ExecuteAsync(
            $"UPDATE work SET due_at = @until {Ours}",
            new
            {
                until = Now + (long)Lease.TotalMilliseconds,
                row.Id,
                row.Lease,
            },
            ct
        ) == 1;

    /// <summary>It is done; or, when it was asked for again meanwhile, due once more.</summary>
    public Task<int> DoneAsync(WorkRow row, CancellationToken ct) =>
        db.WriteAsync(
            async (session, token) =>
            {
                if (await session.ExecuteAsync($"DELETE FROM work {Ours} AND generation = @Generation", row, token) == 1)
                    return 1;
                return await session.ExecuteAsync(
                    $"UPDATE work SET lease = NULL, due_at = @Now, error = NULL {Ours}",
                    new
                    {
                        Now,
                        row.Id,
                        row.Lease,
                    },
                    token
                );
            },
            ct
        );

    /// <summary>It failed, and is due again at a later moment, or never.</summary>
    public Task FailedAsync(WorkRow row, string error, DateTimeOffset? again, CancellationToken ct) =>
        db.ExecuteAsync(
            $"UPDATE work SET lease = NULL, due_at = @due, error = @error {Ours}",
            new
            {
                due = again?.ToUnixTimeMilliseconds(),
                error,
                row.Id,
                row.Lease,
            },
            ct
        );

    /// <summary>Gives the row back untouched: somebody else may have it at once.</summary>
    public Task ReturnAsync(WorkRow row, CancellationToken ct) =>
        db.ExecuteAsync(
            $"UPDATE work SET lease = NULL, due_at = @Now, {Untried} {Ours}",
            new
            {
                Now,
                row.Id,
                row.Lease,
            },
            ct
        );

    private long Now => time.GetUtcNow().ToUnixTimeMilliseconds();
}

/// <param name="Attempts">This one included.</param>
internal sealed record WorkRow(long Id, string Kind, string Payload, long Generation, long Attempts, string Lease);
