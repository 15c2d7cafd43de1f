using System.Text.RegularExpressions;

namespace Slipway.Server.Data;

/// <summary>Makes one statement of PostgreSQL's out of one that is to be run for each of several rows: what was a value becomes a column of a table of them.</summary>
internal static partial class RowsTogether
{
    public const string Mark = "{rows}";

    /// <param name="sql">With parameters whose names are letters.</param>
    public static SessionBatch.Write Of(string sql, IReadOnlyList<IReadOnlyDictionary<string, object?>> rows)
    {
        var lists = new Dictionary<string, object?>();
        foreach (var name in rows[0].Keys)
        {
            if (Column(rows, name) is { } list)
                lists[name] = list;
        }

        // Of a column that is empty in all rows the type is unknown.
        var text = Parameter().Replace(sql, match => lists.ContainsKey(match.Groups[1].Value) ? $"c.\"{match.Groups[1].Value}\"" : "NULL");
        // In subqueries, as in In.
        var from =
            $"FROM unnest({string.Join(", ", lists.Keys.Select(name => $"(SELECT @{name})"))}) AS c ({string.Join(", ", lists.Keys.Select(name => $"\"{name}\""))})";
        return new SessionBatch.Write(text.Replace(Mark, from, StringComparison.Ordinal), lists);
    }

    private static object? Column(IReadOnlyList<IReadOnlyDictionary<string, object?>> rows, string name)
    {
        var values = rows.Select(row => row[name]);
        return values.FirstOrDefault(value => value is not null) switch
        {
            null => null,
            long => values.Select(value => (long?)value).ToArray(),
            string => values.Select(value => (string?)value).ToArray(),
            byte[] => values.Select(value => (byte[]?)value).ToArray(),
            var other => throw new ArgumentException($"No column holds {other.GetType().Name}.", nameof(rows)),
        };
    }

    [GeneratedRegex("@([A-Za-z]+)")]
    private static partial Regex Parameter();
}
