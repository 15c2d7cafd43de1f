using System.Data;
using System.Data.Common;
using Npgsql;

namespace Slipway.Server.Data.Postgres;

/// <summary>
/// A PostgreSQL server, shared with other instances. Writes are serializable, as they are on SQLite by nature, and run again when the server found two that
/// are not; reads have a pool of their own and cannot write.
/// </summary>
internal sealed class PostgresEngine : IDatabaseEngine
{
    /// <summary>Any number will do, as long as all instances take the same: "slipway" as a number.</summary>
    private const long MigrationLock = 0x736C6970776179;

    // A server that keeps dropping connections is down, and its users should hear so soon.
    private const int TriesWhenUnavailable = 4;

    private readonly NpgsqlDataSource _writes;
    private readonly NpgsqlDataSource _reads;
    private readonly Gate _writers;
    private readonly Gate _readers;
    private readonly Turns _turns = new();

    public PostgresEngine(string connectionString, DataOptions options)
    {
        // A client that stands still inside a transaction (a paused machine) must not hold its locks for ever.
        _writes = Source(connectionString, options, options.Writers, "-c synchronous_commit=on -c idle_in_transaction_session_timeout=60s");
        _reads = Source(connectionString, options, options.Readers, "-c default_transaction_read_only=on");
        _writers = new Gate(options.Writers, options.MaxWaiting);
        _readers = new Gate(options.Readers, options.MaxWaiting);
    }

    public string Dialect => "postgres";
    public int WritesWaiting => _writers.Waiting;

    /// <summary>Never ends: the server looks after its own disk, and stops when that fails.</summary>
    public Task<DatabaseException> Lost { get; } = new TaskCompletionSource<DatabaseException>().Task;

    public async Task<T> WriteAsync<T>(Func<Session, CancellationToken, Task<T>> body, IEnumerable<long> things, CancellationToken ct)
    {
        using var place = await _writers.EnterAsync(ct, () => _turns.TakeAsync(things, ct));
        return await AgainAsync(unsettled => TransactAsync(_writes, Mode.Write, body, unsettled, ct), ct);
    }

    public async Task<T> ReadAsync<T>(Func<Session, CancellationToken, Task<T>> body, bool snapshot, CancellationToken ct)
    {
        using var place = await _readers.EnterAsync(ct);
        return await AgainAsync(
            unsettled => snapshot ? TransactAsync(_reads, Mode.Snapshot, body, unsettled, ct) : RunAsync(_reads, body, ct),
            ct
        );
    }

    public async Task<T> MigrateAsync<T>(Func<Session, CancellationToken, Task<T>> body, CancellationToken ct)
    {
        using var place = await _writers.EnterAsync(ct);
        return await AgainAsync(unsettled => TransactAsync(_writes, Mode.Migration, Locked, unsettled, ct), ct);

        async Task<T> Locked(Session session, CancellationToken token)
        {
            await session.ExecuteAsync($"SELECT pg_advisory_xact_lock({MigrationLock})", null, token);
            return await body(session, token);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _writes.DisposeAsync();
        await _reads.DisposeAsync();
        _writers.Dispose();
        _readers.Dispose();
    }

    private static NpgsqlDataSource Source(string connectionString, DataOptions options, int connections, string settings)
    {
        var parts = new NpgsqlConnectionStringBuilder(connectionString)
        {
            MaxPoolSize = connections,
            // Bodies end with their token. This is for a commit, which nothing cancels, when the server is gone.
            CommandTimeout = (int)Math.Ceiling(options.Deadline.TotalSeconds),
            NoResetOnClose = true,
            // The server parses and plans what comes again and again once for each connection.
            MaxAutoPrepare = 200,
        };
        parts.ApplicationName ??= "slipway";
        parts.Options = $"{parts.Options} {settings}".Trim();
        return NpgsqlDataSource.Create(parts);
    }

    private static async Task<T> RunAsync<T>(NpgsqlDataSource source, Func<Session, CancellationToken, Task<T>> body, CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        var session = new Session(connection);
        var result = await body(session, ct);
        session.ThrowIfDoomed();
        return result;
    }

    private static async Task<T> TransactAsync<T>(
        NpgsqlDataSource source,
        Mode mode,
        Func<Session, CancellationToken, Task<T>> body,
        Unsettled unsettled,
        CancellationToken ct
    )
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(mode.Isolation, ct);
        var session = new Session(connection, mode.CommandTimeout);
        var result = await body(session, ct);
        session.ThrowIfDoomed();
        unsettled.Is = true;
        // Not with the token: who cancels a commit does not know what became of it.
        await transaction.CommitAsync(CancellationToken.None);
        return result;
    }

    /// <summary>Runs it again when another writer was in the way, and when the connection broke before the commit was sent.</summary>
    private static async Task<T> AgainAsync<T>(Func<Unsettled, Task<T>> run, CancellationToken ct)
    {
        for (var tried = 1; ; tried++)
        {
            var unsettled = new Unsettled();
            try
            {
                return await run(unsettled);
            }
            catch (Exception e) when (e is DbException or DatabaseException)
            {
                var error = e is DbException raw ? DbFaults.From(raw, ct) : e;
                if (error is not DatabaseException { Fault: var fault } || !MayRunAgain(fault, tried, unsettled.Is))
                    throw error;
            }

            // Real time, whatever clock the program is told to go by: the other writer is real, and a clock that stands would never let this one go on.
            await Task.Delay(Pause(tried), TimeProvider.System, ct);
        }
    }

    private static bool MayRunAgain(DbFault fault, int tried, bool unsettled) =>
        fault == DbFault.Busy || (fault == DbFault.Unavailable && !unsettled && tried < TriesWhenUnavailable);

    /// <summary>1 ms, doubled up to 64 ms, with chance so that two that met do not meet again.</summary>
    private static TimeSpan Pause(int tried) => TimeSpan.FromMilliseconds((1 << Math.Min(tried, 6)) * (0.5 + Random.Shared.NextDouble()));

    /// <param name="CommandTimeout">In seconds, 0 for none, nothing for the connection's own.</param>
    private sealed record Mode(IsolationLevel Isolation, int? CommandTimeout)
    {
        public static readonly Mode Write = new(IsolationLevel.Serializable, null);
        public static readonly Mode Snapshot = new(IsolationLevel.RepeatableRead, null);

        // What the instance before us has done must be seen once the lock is ours; and rewriting a large table takes its time.
        public static readonly Mode Migration = new(IsolationLevel.ReadCommitted, 0);
    }

    /// <summary>Whether a commit was sent, so that a broken connection leaves open what became of it.</summary>
    private sealed class Unsettled
    {
        public bool Is { get; set; }
    }
}
