using System.Data.Common;
using Dapper;

namespace Slipway.Server.Data;

/// <summary>
/// Statements of one transaction that need nothing of each other's rows: on PostgreSQL many go at once, so that they wait for the network once; on SQLite, where
/// nothing waits, one after another. They run in the order in which they were added.
/// </summary>
internal sealed class SessionBatch(Session session)
{
    private readonly List<Statement> _statements = [];

    /// <summary>A statement that gives rows.</summary>
    /// <returns>What it gave, once the batch has run.</returns>
    public Rows<T> Query<T>(string sql, IReadOnlyDictionary<string, object?> args)
    {
        var rows = new Rows<T>(sql, args);
        _statements.Add(rows);
        return rows;
    }

    /// <summary>A statement that writes, and gives no rows.</summary>
    public void Execute(string sql, IReadOnlyDictionary<string, object?> args) => _statements.Add(new Write(sql, args));

    /// <summary>
    /// A statement that writes, for each of several rows. On PostgreSQL it is run once for them all. <c>{rows}</c> stands where an UPDATE may have its FROM, or an
    /// INSERT that of its SELECT.
    /// </summary>
    /// <param name="rows">All with the same names.</param>
    public void ExecuteRows(string sql, IReadOnlyList<IReadOnlyDictionary<string, object?>> rows)
    {
        if (rows.Count == 0)
            return;
        if (session.TakesRows)
            _statements.Add(RowsTogether.Of(sql, rows));
        else
            _statements.AddRange(rows.Select(row => new Write(sql.Replace(RowsTogether.Mark, "", StringComparison.Ordinal), row)));
    }

    public Task RunAsync(CancellationToken ct) => session.RunAsync(_statements, ct);

    internal abstract class Statement(string sql, IReadOnlyDictionary<string, object?> args)
    {
        public string Sql => sql;
        public IReadOnlyDictionary<string, object?> Args => args;
        public abstract bool GivesRows { get; }

        public abstract Task RunAloneAsync(Session session, CancellationToken ct);

        /// <summary>Takes the rows that the reader is at.</summary>
        public abstract Task ReadAsync(DbDataReader reader, CancellationToken ct);
    }

    /// <summary>What a statement gave.</summary>
    internal sealed class Rows<T>(string sql, IReadOnlyDictionary<string, object?> args) : Statement(sql, args)
    {
        private IReadOnlyList<T>? _all;

        /// <exception cref="InvalidOperationException">The batch has not run.</exception>
        public IReadOnlyList<T> All => _all ?? throw new InvalidOperationException("The batch has not run.");

        /// <summary>The first row, or nothing.</summary>
        public T? First => All is [var first, ..] ? first : default;

        public override bool GivesRows => true;

        public override async Task RunAloneAsync(Session session, CancellationToken ct) =>
            _all = await session.QueryAsync<T>(Sql, Args, ct);

        public override async Task ReadAsync(DbDataReader reader, CancellationToken ct)
        {
            var rows = new List<T>();
            Func<DbDataReader, T>? parse = null;
            while (await reader.ReadAsync(ct))
                rows.Add((parse ??= Parser(reader))(reader));
            _all = rows;
        }

        // Dapper's is for rows only.
        private static Func<DbDataReader, T> Parser(DbDataReader reader) =>
            typeof(T).IsValueType || typeof(T) == typeof(string) || typeof(T) == typeof(byte[])
                ? at => at.IsDBNull(0) ? default! : at.GetFieldValue<T>(0)
                : reader.GetRowParser<T>();
    }

    internal sealed class Write(string sql, IReadOnlyDictionary<string, object?> args) : Statement(sql, args)
    {
        public override bool GivesRows => false;

        public override Task RunAloneAsync(Session session, CancellationToken ct) => session.ExecuteAsync(Sql, Args, ct);

        public override Task ReadAsync(DbDataReader reader, CancellationToken ct) =>
            throw new InvalidOperationException("It gives no rows.");
    }
}
