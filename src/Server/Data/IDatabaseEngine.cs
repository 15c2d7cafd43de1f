namespace Slipway.Server.Data;

/// <summary>
/// One kind of database. A body is run with a session and may be run again from its beginning when another writer was in the way, so it must have no
/// effect but through the session; only the last run counts. Bodies may be called from many threads at once. The token ends waiting and running alike.
/// </summary>
internal interface IDatabaseEngine : IAsyncDisposable
{
    /// <summary>The word in the names of its migrations: <c>sqlite</c> or <c>postgres</c>.</summary>
    string Dialect { get; }

    /// <summary>Ends, with the reason, when the database can no longer be trusted (<see cref="DbFault.Lost"/>). Writes are refused from then on.</summary>
    Task<DatabaseException> Lost { get; }

    /// <summary>Writes that wait for their turn, about.</summary>
    int WritesWaiting { get; }

    /// <summary>Runs the body as one transaction, as if no other ran at the same time. When this returns, what it wrote is on the disk.</summary>
    /// <param name="things">Numbers, from 0, of what it changes and others may be changing: bodies with one of them in common come one after the other.</param>
    Task<T> WriteAsync<T>(Func<Session, CancellationToken, Task<T>> body, IEnumerable<long> things, CancellationToken ct);

    /// <summary>Runs a body that only reads. With <paramref name="snapshot"/> all of its statements see the same moment.</summary>
    Task<T> ReadAsync<T>(Func<Session, CancellationToken, Task<T>> body, bool snapshot, CancellationToken ct);

    /// <summary>Runs the body as one transaction while no other instance is in here.</summary>
    Task<T> MigrateAsync<T>(Func<Session, CancellationToken, Task<T>> body, CancellationToken ct);
}
