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

    /// <summary>For statements that need nothing of each other's rows.</summary>
    public SessionBatch Batch() => new(this);

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

    /// <summary>Whether one statement can write many rows, which is worth it where each statement has to be sent.</summary>
    internal bool TakesRows => connection.CanCreateBatch;

    internal async Task RunAsync(IReadOnlyList<SessionBatch.Statement> statements, CancellationToken ct)
    {
        if (connection.CanCreateBatch)
        {
            foreach (var some in statements.Chunk(MostAtOnce))
                await RunAsync(() => TogetherAsync(some, ct), ct);
            return;
        }

        foreach (var statement in statements)
            await statement.RunAloneAsync(this, ct);
    }

    private async Task<int> TogetherAsync(SessionBatch.Statement[] statements, CancellationToken ct)
    {
        await using var batch = connection.CreateBatch();
        if (commandTimeout is { } seconds)
            batch.Timeout = seconds;
        foreach (var statement in statements)
            batch.BatchCommands.Add(Command(batch, statement));
        var reading = statements.Where(statement => statement.GivesRows).ToList();
        if (reading.Count == 0)
            return await batch.ExecuteNonQueryAsync(ct);
        await using var reader = await batch.ExecuteReaderAsync(ct);
        foreach (var statement in reading)
        {
            await statement.ReadAsync(reader, ct);
            // The last one too: what the statements behind it have to say is heard before the reader is done.
            await reader.NextResultAsync(ct);
        }

        return 0;
    }

    private static DbBatchCommand Command(DbBatch batch, SessionBatch.Statement statement)
    {
        var command = batch.CreateBatchCommand();
        command.CommandText = statement.Sql;
        foreach (var (name, value) in statement.Args)
        {
            var parameter = command.CreateParameter();
            parameter.ParameterName = name;
            if (value is In list)
            {
                parameter.Value = list.ForPostgres;
                command.CommandText = In.RewrittenForPostgres(command.CommandText, name);
            }
            else
            {
                parameter.Value = value ?? DBNull.Value;
            }

            command.Parameters.Add(parameter);
        }

        return command;
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
