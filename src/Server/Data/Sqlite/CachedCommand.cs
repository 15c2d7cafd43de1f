using System.Data;
using System.Data.Common;
using System.Diagnostics.CodeAnalysis;
using Microsoft.Data.Sqlite;

namespace Slipway.Server.Data.Sqlite;

/// <summary>A command whose statement goes back to its connection instead of being thrown away.</summary>
internal sealed class CachedCommand(CachingConnection connection) : DbCommand
{
    // Its own for all its life: who fills it in holds on to the collection, and may change the text meanwhile.
    private readonly SqliteParameterCollection _parameters = new SqliteCommand().Parameters;

    private SqliteCommand? _statement;
    private SqliteDataReader? _reader;

    [AllowNull]
    public override string CommandText
    {
        get;
        set => field = value ?? "";
    } = "";

    public override int CommandTimeout { get; set; } = connection.DefaultTimeout;

    public override CommandType CommandType
    {
        get => CommandType.Text;
        set => ArgumentOutOfRangeException.ThrowIfNotEqual((int)value, (int)CommandType.Text);
    }

    public override bool DesignTimeVisible { get; set; }
    public override UpdateRowSource UpdatedRowSource { get; set; }

    protected override DbConnection? DbConnection
    {
        get => connection;
        set => throw new NotSupportedException("A statement belongs to its connection.");
    }

    protected override DbTransaction? DbTransaction { get; set; }
    protected override DbParameterCollection DbParameterCollection => _parameters;

    public override void Cancel() => _statement?.Cancel();

    public override void Prepare() => Ready().Prepare();

    public override int ExecuteNonQuery() => Ready().ExecuteNonQuery();

    public override object? ExecuteScalar() => Ready().ExecuteScalar();

    protected override DbDataReader ExecuteDbDataReader(CommandBehavior behavior) => _reader = Ready().ExecuteReader(behavior);

    protected override DbParameter CreateDbParameter() => new SqliteParameter();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            GiveBack();
        base.Dispose(disposing);
    }

    private SqliteCommand Ready()
    {
        if (_statement?.CommandText != CommandText)
        {
            GiveBack();
            _statement = connection.Take(CommandText);
        }

        _statement.CommandTimeout = CommandTimeout;
        _statement.Transaction = (SqliteTransaction?)DbTransaction;
        _statement.Parameters.Clear();
        foreach (SqliteParameter parameter in _parameters)
        {
            // Without it the library searches the statement for the name alone, and then with each sign that may stand before one.
            if (parameter.ParameterName is [not '@', ..] name)
                parameter.ParameterName = "@" + name;
            _statement.Parameters.Add(parameter);
        }

        return _statement;
    }

    private void GiveBack()
    {
        _reader?.Dispose();
        if (_statement is { } statement)
            connection.GiveBack(statement);
        (_reader, _statement) = (null, null);
    }
}
