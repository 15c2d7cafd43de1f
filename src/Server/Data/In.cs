using System.Data;
using Dapper;

namespace Slipway.Server.Data;

/// <summary>
/// The values of <c>WHERE id IN @ids</c>, given as <c>new { ids = new In&lt;long&gt;(…) }</c>. Dapper's own lists work on one of the two databases only.
/// None at all is in nothing. At most some thousands: SQLite takes 32,766 parameters in a statement.
/// </summary>
internal sealed record In<T>(IReadOnlyList<T> Values) : SqlMapper.ICustomQueryParameter
{
    public void AddParameter(IDbCommand command, string name)
    {
        for (var at = 0; at < Values.Count; at++)
        {
            var parameter = command.CreateParameter();
            (parameter.ParameterName, parameter.Value) = ($"{name}_{at}", Values[at]);
            command.Parameters.Add(parameter);
        }

        var list =
            Values.Count == 0 ? "SELECT 1 WHERE 1 = 0" : string.Join(", ", Enumerable.Range(0, Values.Count).Select(at => $"@{name}_{at}"));
        command.CommandText = command.CommandText.Replace("@" + name, $"({list})");
    }
}
