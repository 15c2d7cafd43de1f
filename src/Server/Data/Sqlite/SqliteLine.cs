using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Slipway.Server.Data.Sqlite;

/// <summary>A connection whose running statement ends when a token does. Used by one body at a time.</summary>
internal sealed class SqliteLine : IDisposable
{
    // Steps of SQLite's machine between two looks at the token: some tens of microseconds.
    private const int StepsBetweenLooks = 5_000;

    private CancellationToken _watched;

    private SqliteLine(CachingConnection connection) => Connection = connection;

    public CachingConnection Connection { get; }

    /// <summary>Between transactions; also after SQLite has undone one by itself, as it does when the disk is full or a writing statement is ended.</summary>
    public bool IsBetweenTransactions => raw.sqlite3_get_autocommit(Connection.Handle) != 0;

    public static SqliteLine Open(string path, TimeSpan busy, params ReadOnlySpan<string> pragmas)
    {
        SqliteLibrary.Use();
        var settings = new SqliteConnectionStringBuilder
        {
            DataSource = path,
            Pooling = false,
            DefaultTimeout = (int)Math.Ceiling(busy.TotalSeconds),
        };
        var connection = new CachingConnection(settings.ConnectionString);
        try
        {
            connection.Open();
            var line = new SqliteLine(connection);
            line.Execute($"PRAGMA busy_timeout = {(int)busy.TotalMilliseconds}");
            foreach (var pragma in pragmas)
                line.Execute("PRAGMA " + pragma);
            raw.sqlite3_progress_handler(connection.Handle, StepsBetweenLooks, _ => line._watched.IsCancellationRequested ? 1 : 0, null);
            return line;
        }
        catch (SqliteException e)
        {
            connection.Dispose();
            throw DbFaults.From(e, CancellationToken.None);
        }
    }

    /// <summary>From now on statements end with the token; with <see cref="CancellationToken.None"/> they run to their end.</summary>
    public void Watch(CancellationToken ct) => _watched = ct;

    public void Execute(string sql)
    {
        var command = Connection.Take(sql);
        try
        {
            command.ExecuteNonQuery();
        }
        finally
        {
            Connection.GiveBack(command);
        }
    }

    public void Dispose() => Connection.Dispose();
}
