using System.Data.Common;
using Microsoft.Data.Sqlite;

namespace Slipway.Server.Data.Sqlite;

/// <summary>
/// A connection that keeps the statements it has compiled. The same few come again and again, and parsing and planning one takes longer than most take to run.
/// </summary>
internal sealed class CachingConnection(string connectionString) : SqliteConnection(connectionString)
{
    /// <summary>Some ten kilobytes each.</summary>
    private const int MostStatements = 100;

    /// <summary>A statement keeps what was bound to it last. So that it is no memory worth naming, those with longer values are compiled anew.</summary>
    private const int LongestValue = 4096;

    private readonly Dictionary<string, SqliteCommand> _idle = new(StringComparer.Ordinal);

    /// <returns>A statement that nobody else uses until it is given back.</returns>
    public SqliteCommand Take(string sql)
    {
        if (_idle.Remove(sql, out var known))
            return known;
        var command = CreateCommand();
        command.CommandText = sql;
        return command;
    }

    /// <param name="command">Without a reader that is still open.</param>
    public void GiveBack(SqliteCommand command)
    {
        var isSmall = !command.Parameters.Cast<SqliteParameter>().Any(IsLong);
        command.Parameters.Clear();
        if (_idle.Count >= MostStatements)
            Forget();
        if (!isSmall || !_idle.TryAdd(command.CommandText, command))
            command.Dispose();
    }

    protected override DbCommand CreateDbCommand() => new CachedCommand(this);

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            Forget();
        base.Dispose(disposing);
    }

    private static bool IsLong(SqliteParameter parameter) =>
        parameter.Value switch
        {
            string text => text.Length > LongestValue,
            byte[] bytes => bytes.Length > LongestValue,
            _ => false,
        };

    private void Forget()
    {
        foreach (var command in _idle.Values)
            command.Dispose();
        _idle.Clear();
    }
}
