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

    private async Task<T> RunAsync<T>(Func<CommandDefinition, Task<T>> run, string sql, object? args, CancellationToken ct)
    {
        if (_doom is not null)
            throw new InvalidOperationException("The transaction has failed before.", _doom);
        try
        {
            ct.ThrowIfCancellationRequested();
            return await run(new CommandDefinition(sql, args, commandTimeout: commandTimeout, cancellationToken: ct));
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
