using System.Data.Common;
using Dapper;

namespace Slipway.Server.Data;

/// <summary>
/// The statements of one transaction, one after another. An error dooms the transaction on both databases: no further statement runs, and nothing of it
/// is kept even when the body swallows the error. Where a row may be there already, say <c>ON CONFLICT</c>.
/// </summary>
/// <param name="commandTimeout">In seconds, 0 for none, nothing for the connection's own.</param>
internal sealed class Session(DbConnection connection, int? commandTimeout = null)
{
    /// <summary>How many statements go to PostgreSQL together.</summary>
    private const int MostAtOnce = 100;

    private readonly List<Action> _afterCommit = [];
    private Exception? _doom;

    public Task<IReadOnlyList<T>> QueryAsync<T>(string sql, object? args, CancellationToken ct) =>
        RunAsync<IReadOnlyList<T>>(async command => (await connection.QueryAsync<T>(command)).AsList(), sql, args, ct);

    /// <returns>The first row, or nothing.</returns>
    public Task<T?> FindAsync<T>(string sql, object? args, CancellationToken ct) =>
        RunAsync(command => connection.QueryFirstOrDefaultAsync<T?>(command), sql, args, ct);

    /// <param name="args">A list of argument objects runs the statement for each.</param>
    /// <returns>How many rows the statement wrote.</returns>
    public Task<int> ExecuteAsync(string sql, object? args, CancellationToken ct) => RunAsync(connection.ExecuteAsync, sql, args, ct);

    /// <summary>Runs a statement that gives rows for each of the arguments, in their order: on PostgreSQL many at once, so that they wait for the network once.</summary>
    /// <returns>For each its first row, or nothing.</returns>
    public async Task<IReadOnlyList<T?>> FindEachAsync<T>(
        string sql,
        IReadOnlyList<IReadOnlyDictionary<string, object?>> args,
        CancellationToken ct
    )
    {
        var found = new List<T?>(args.Count);
        foreach (var some in args.Chunk(connection.CanCreateBatch ? MostAtOnce : 1))
        {
            if (some.Length == 1)
                found.Add(await FindAsync<T>(sql, some[0], ct));
            else
                found.AddRange(await RunAsync(() => FirstRowsAsync<T>(sql, some, ct), ct));
        }

        return found;
    }

    /// <summary>Runs a statement that writes for each of the arguments, in their order: on PostgreSQL many at once, so that they wait for the network once.</summary>
    public async Task ExecuteEachAsync(string sql, IReadOnlyList<IReadOnlyDictionary<string, object?>> args, CancellationToken ct)
    {
        foreach (var some in args.Chunk(connection.CanCreateBatch ? MostAtOnce : 1))
        {
            if (some.Length == 1)
                await ExecuteAsync(sql, some[0], ct);
            else
                await RunAsync(() => WriteAsync(sql, some, ct), ct);
        }
    }

    /// <summary>Reads rows one by one, however many they are.</summary>
    public Task<int> ReadEachAsync(string sql, Func<DbDataReader, Task> each, CancellationToken ct) =>
        RunAsync(
            async command =>
            {
                await using var reader = await connection.ExecuteReaderAsync(command);
                while (await reader.ReadAsync(ct))
                    await each(reader);
                return 0;
            },
            sql,
            null,
            ct
        );

    /// <summary>Runs something, as soon as what this session wrote is on the disk. It must not throw, and may be missed when the process dies: a hint, no promise.</summary>
    public void AfterCommit(Action act) => _afterCommit.Add(act);

    internal void TellCommitted() => _afterCommit.ForEach(act => act());

    /// <summary>Throws what doomed the transaction, if anything did.</summary>
    public void ThrowIfDoomed()
    {
        if (_doom is not null)
            throw _doom;
    }

    private async Task<IReadOnlyList<T?>> FirstRowsAsync<T>(string sql, IReadOnlyDictionary<string, object?>[] args, CancellationToken ct)
    {
        await using var batch = Batch(sql, args);
        await using var reader = await batch.ExecuteReaderAsync(ct);
        var found = new List<T?>(args.Length);
        Func<DbDataReader, T>? parse = null;
        do
        {
            found.Add(await reader.ReadAsync(ct) ? (parse ??= reader.GetRowParser<T>())(reader) : default);
        } while (await reader.NextResultAsync(ct));

        return found;
    }

    private async Task<int> WriteAsync(string sql, IReadOnlyDictionary<string, object?>[] args, CancellationToken ct)
    {
        await using var batch = Batch(sql, args);
        return await batch.ExecuteNonQueryAsync(ct);
    }

    private DbBatch Batch(string sql, IReadOnlyDictionary<string, object?>[] args)
    {
        var batch = connection.CreateBatch();
        if (commandTimeout is { } seconds)
            batch.Timeout = seconds;
        foreach (var values in args)
        {
            var command = batch.CreateBatchCommand();
            command.CommandText = sql;
            foreach (var (name, value) in values)
            {
                var parameter = command.CreateParameter();
                (parameter.ParameterName, parameter.Value) = (name, value ?? DBNull.Value);
                command.Parameters.Add(parameter);
            }

            batch.BatchCommands.Add(command);
        }

        return batch;
    }

    private Task<T> RunAsync<T>(Func<CommandDefinition, Task<T>> run, string sql, object? args, CancellationToken ct) =>
        RunAsync(() => run(new CommandDefinition(sql, args, commandTimeout: commandTimeout, cancellationToken: ct)), ct);

    private async Task<T> RunAsync<T>(Func<Task<T>> run, CancellationToken ct)
    {
        if (_doom is not null)
            throw new InvalidOperationException("The transaction has failed before.", _doom);
        try
        {
            ct.ThrowIfCancellationRequested();
            return await run();
        }
        catch (DbException e)
        {
            throw _doom = DbFaults.From(e, ct);
        }
        catch (Exception e)
        {
            _doom = e;
            throw;
        }
    }
}
