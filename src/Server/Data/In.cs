using System.Data;
using System.Text.Json;
using Dapper;
using Npgsql;

namespace Slipway.Server.Data;

/// <summary>A list where a value stands, which each database wants written in its own way.</summary>
internal abstract record In : SqlMapper.ICustomQueryParameter
{
    /// <summary>An array of the type that the database has for it.</summary>
    public abstract object ForPostgres { get; }

    public abstract string ForSqlite { get; }

    // Its planner sees how long an array is, holds that for a reason to plan anew each time, and takes longer for it than for the rows. It cannot see into a subquery.
    public static string RewrittenForPostgres(string sql, string name) => Rewritten(sql, name, $" = ANY(ARRAY(SELECT unnest(@{name})))");

    public void AddParameter(IDbCommand command, string name)
    {
        var parameter = command.CreateParameter();
        parameter.ParameterName = name;
        (parameter.Value, command.CommandText) =
            command is NpgsqlCommand
                ? (ForPostgres, RewrittenForPostgres(command.CommandText, name))
                : (ForSqlite, Rewritten(command.CommandText, name, $" IN (SELECT value FROM json_each(@{name}))"));
        command.Parameters.Add(parameter);
    }

    private static string Rewritten(string sql, string name, string to) => sql.Replace($" IN @{name}", to, StringComparison.Ordinal);
}

/// <summary>
/// The values of <c>WHERE id IN @ids</c>, given as <c>new { ids = new In&lt;long&gt;(…) }</c>. None at all is in nothing. They go to the database as one list, for both
/// databases compile each text once and know it when it comes again: it is the same however many the values are, which it is not with Dapper's own lists.
/// </summary>
internal sealed record In<T>(IReadOnlyList<T> Values) : In
{
    public override object ForPostgres => Values.ToArray();
    public override string ForSqlite => JsonSerializer.Serialize(Values);
}
