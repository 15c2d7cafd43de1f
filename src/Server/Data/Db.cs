using System.Diagnostics;
using Dapper;
using Slipway.Server.Data.Postgres;
using Slipway.Server.Data.Sqlite;

namespace Slipway.Server.Data;

/// <summary>
/// The rows. What a write returns from is on the disk. Rows are read by column name (<c>created_at</c> into <c>CreatedAt</c>); both databases compare only
/// <c>bigint</c>, <c>text</c> and bytes, so rows hold <see cref="long"/>, <see cref="string"/> and <c>byte[]</c>, instants as unix milliseconds.
/// Failures are <see cref="DatabaseException"/>s.
/// </summary>
internal sealed class Db : IAsyncDisposable
{
    private static readonly AsyncLocal<bool> Inside = new();

    private readonly IDatabaseEngine _engine;
    private readonly TimeSpan _deadline;
    private readonly TimeProvider _time;
    private readonly string _span;

    static Db() => DefaultTypeMap.MatchNamesWithUnderscores = true;

    private Db(IDatabaseEngine engine, DataOptions options, TimeProvider time) =>
        (_engine, _deadline, _time, _span) = (
            engine,
            options.Deadline,
            time,
            options.Address is DatabaseAddress.Sqlite ? "write sqlite" : "write postgresql"
        );

    /// <summary>Ends when the database can no longer be trusted; the process must then end too.</summary>
    public Task<DatabaseException> Lost => _engine.Lost;

    /// <summary>Writes that wait for their turn, about.</summary>
    public int WritesWaiting => _engine.WritesWaiting;

    /// <summary>Opens the database, makes it when it is an empty file or an empty PostgreSQL database, and brings its tables up to date.</summary>
    /// <exception cref="DatabaseException">It cannot be opened; or its tables are of a newer program (<see cref="DbFault.Schema"/>).</exception>
    public static async Task<Db> OpenAsync(DataOptions options, TimeProvider time, CancellationToken ct)
    {
        var engine = Engine(options, time);
        try
        {
            await Migrator.ApplyAsync(engine, Migration.Embedded(engine.Dialect), time, ct);
            return new Db(engine, options, time);
        }
        catch
        {
            await engine.DisposeAsync();
            throw;
        }
    }

    /// <summary>Opens a database to look at it: nothing is made, brought up to date or written.</summary>
    /// <exception cref="DatabaseException">It cannot be opened; or its tables are not this program's (<see cref="DbFault.Schema"/>).</exception>
    public static async Task<Db> OpenReadOnlyAsync(DataOptions options, TimeProvider time, CancellationToken ct)
    {
        var engine = Engine(options with { ReadOnly = true }, time);
        try
        {
            await Migrator.CheckAsync(engine, Migration.Embedded(engine.Dialect), ct);
            return new Db(engine, options, time);
        }
        catch
        {
            await engine.DisposeAsync();
            throw;
        }
    }

    internal static IDatabaseEngine Engine(DataOptions options, TimeProvider time) =>
        options.Address switch
        {
            DatabaseAddress.Sqlite(var path) => SqliteEngine.Open(path, options, time),
            DatabaseAddress.Postgres(var connectionString) => new PostgresEngine(connectionString, options),
            var other => throw new InvalidOperationException(other.GetType().Name),
        };

    /// <summary>Runs one statement that reads.</summary>
    public Task<IReadOnlyList<T>> QueryAsync<T>(string sql, object? args, CancellationToken ct) =>
        BoundedAsync(token => _engine.ReadAsync((session, t) => session.QueryAsync<T>(sql, args, t), snapshot: false, token), ct);

    /// <summary>Runs one statement that reads, for its first row or nothing.</summary>
    public Task<T?> FindAsync<T>(string sql, object? args, CancellationToken ct) =>
        BoundedAsync(token => _engine.ReadAsync((session, t) => session.FindAsync<T>(sql, args, t), snapshot: false, token), ct);

    /// <summary>Runs several statements that read and that all see the same moment.</summary>
    public Task<T> ReadAsync<T>(Func<Session, CancellationToken, Task<T>> body, CancellationToken ct) =>
        BoundedAsync(token => _engine.ReadAsync(Marked(body), snapshot: true, token), ct);

    /// <summary>Runs one statement that writes, as a transaction of its own.</summary>
    /// <returns>How many rows it wrote.</returns>
    public Task<int> ExecuteAsync(string sql, object? args, CancellationToken ct) =>
        TracedAsync(() => BoundedAsync(token => _engine.WriteAsync((session, t) => session.ExecuteAsync(sql, args, t), [], token), ct));

    /// <summary>
    /// Runs the body as one transaction, as if alone. It may run more than once, so it has no effect but through its session; it should be short and wait
    /// for nothing else, for on SQLite everybody behind it waits too.
    /// </summary>
    public Task<T> WriteAsync<T>(Func<Session, CancellationToken, Task<T>> body, CancellationToken ct) => WriteAsync(body, [], ct);

    /// <summary>The same, for what many do at the same moment.</summary>
    /// <param name="pipelines">Those that it changes. Who names the same one comes one after the other, and so has seldom to be run again.</param>
    public async Task<T> WriteAsync<T>(Func<Session, CancellationToken, Task<T>> body, IEnumerable<long> pipelines, CancellationToken ct)
    {
        // Of several runs, the last is the one that counts.
        Session? last = null;
        var result = await TracedAsync(() =>
            BoundedAsync(token => _engine.WriteAsync(Marked((session, t) => body(last = session, t)), pipelines, token), ct)
        );
        last?.TellCommitted();
        return result;
    }

    /// <summary>Takes no more, and ends when all that was taken is on the disk.</summary>
    public ValueTask DisposeAsync() => _engine.DisposeAsync();

    private static Func<Session, CancellationToken, Task<T>> Marked<T>(Func<Session, CancellationToken, Task<T>> body) =>
        async (session, ct) =>
        {
            Inside.Value = true;
            return await body(session, ct);
        };

    /// <summary>A span with the time a write takes, its wait for those before it included.</summary>
    private async Task<T> TracedAsync<T>(Func<Task<T>> write)
    {
        using var span = Spans.Within(_span, ActivityKind.Client);
        try
        {
            return await write();
        }
        catch (DatabaseException e)
        {
            span.Failed(e.Fault.ToString());
            throw;
        }
    }

    private async Task<T> BoundedAsync<T>(Func<CancellationToken, Task<T>> run, CancellationToken ct)
    {
        // A write inside a write would wait for itself on SQLite, and be no part of it on PostgreSQL.
        if (Inside.Value)
            throw new InvalidOperationException("Inside a transaction only its session may be used.");
        using var deadline = new CancellationTokenSource(_deadline, _time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(ct, deadline.Token);
        try
        {
            return await run(both.Token);
        }
        catch (OperationCanceledException e) when (both.IsCancellationRequested)
        {
            ct.ThrowIfCancellationRequested();
            throw new DatabaseException(DbFault.Timeout, $"The database did not do it within {_deadline.TotalSeconds:0.###} s.", e);
        }
    }
}
