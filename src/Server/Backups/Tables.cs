using System.Buffers;
using System.Data.Common;
using System.IO.Compression;
using System.Text.Json;
using Dapper;
using Slipway.Server.Data;

namespace Slipway.Server.Backups;

/// <summary>
/// A database's tables as text that both databases read: gzip of JSON lines, the first the columns' names, each further one a row. What is no number or text is
/// bytes, <c>{"b":"base64"}</c>.
/// </summary>
internal static class Tables
{
    /// <summary>The tables' own history: made by the program, not from a backup.</summary>
    private const string History = "schema_migrations";

    private const string SqliteNames =
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name";
    private const string PostgresNames =
        "SELECT table_name FROM information_schema.tables WHERE table_schema = current_schema() AND table_type = 'BASE TABLE' ORDER BY table_name";

    /// <summary>In a backup.</summary>
    public static string PathOf(string table) => $"tables/{table}.jsonl.gz";

    public static async Task<IReadOnlyList<string>> NamesAsync(Session session, bool isSqlite, CancellationToken ct) =>
        [.. (await session.QueryAsync<string>(isSqlite ? SqliteNames : PostgresNames, null, ct)).Where(name => name != History)];

    /// <summary>Writes all rows, as the session's moment has them.</summary>
    public static async Task WriteAsync(Session session, string table, Stream to, CancellationToken ct)
    {
        await using var packed = new GZipStream(to, CompressionLevel.Fastest, leaveOpen: true);
        var line = new ArrayBufferWriter<byte>();
        await session.ReadEachAsync(
            $"SELECT * FROM {table}",
            async reader =>
            {
                if (line.WrittenCount == 0)
                    await WriteLineAsync(packed, line, json => Names(json, reader), ct);
                await WriteLineAsync(packed, line, json => Row(json, reader), ct);
            },
            ct
        );
    }

    /// <summary>Puts all rows into an empty table. Foreign keys must wait until the last table has its own.</summary>
    public static async Task<long> ReadAsync(Session session, string table, Stream from, bool isSqlite, CancellationToken ct)
    {
        await using var plain = new GZipStream(from, CompressionMode.Decompress);
        using var lines = new StreamReader(plain);
        if (await lines.ReadLineAsync(ct) is not { } first)
            return 0;
        var columns = JsonSerializer.Deserialize<string[]>(first)!;
        if (columns.Any(column => column.Any(c => !char.IsAsciiLetterLower(c) && c != '_')))
            throw new BackupException($"The table {table} has a column that no program of ours has made.");
        var always = isSqlite ? "" : " OVERRIDING SYSTEM VALUE";
        var values = string.Join(", ", columns.Select((_, at) => $"@v{at}"));
        var sql = $"INSERT INTO {table} ({string.Join(", ", columns)}){always} VALUES ({values})";
        var count = 0L;
        for (; await lines.ReadLineAsync(ct) is { } line; count++)
            await session.ExecuteAsync(sql, Values(line, columns.Length), ct);
        return count;
    }

    private static async Task WriteLineAsync(Stream to, ArrayBufferWriter<byte> line, Action<Utf8JsonWriter> write, CancellationToken ct)
    {
        line.ResetWrittenCount();
        await using (var json = new Utf8JsonWriter(line))
            write(json);
        line.Write("\n"u8);
        await to.WriteAsync(line.WrittenMemory, ct);
    }

    private static void Names(Utf8JsonWriter json, DbDataReader reader)
    {
        json.WriteStartArray();
        for (var at = 0; at < reader.FieldCount; at++)
            json.WriteStringValue(reader.GetName(at));
        json.WriteEndArray();
    }

    private static void Row(Utf8JsonWriter json, DbDataReader reader)
    {
        json.WriteStartArray();
        for (var at = 0; at < reader.FieldCount; at++)
            switch (reader.GetValue(at))
            {
                case DBNull:
                    json.WriteNullValue();
                    break;
                case long number:
                    json.WriteNumberValue(number);
                    break;
                case string text:
                    json.WriteStringValue(text);
                    break;
                case byte[] bytes:
                    json.WriteStartObject();
                    json.WriteBase64String("b", bytes);
                    json.WriteEndObject();
                    break;
                case var other:
                    throw new InvalidOperationException($"{reader.GetName(at)} is a {other.GetType().Name}.");
            }
        json.WriteEndArray();
    }

    private static DynamicParameters Values(string line, int columns)
    {
        using var row = JsonDocument.Parse(line);
        if (row.RootElement.GetArrayLength() != columns)
            throw new BackupException("A row has more or fewer values than its table.");
        var values = new DynamicParameters();
        foreach (var (at, value) in row.RootElement.EnumerateArray().Index())
            values.Add(
                $"v{at}",
                value.ValueKind switch
                {
                    JsonValueKind.Null => null,
                    JsonValueKind.Number => value.GetInt64(),
                    JsonValueKind.String => value.GetString(),
                    _ => value.GetProperty("b").GetBytesFromBase64(),
                }
            );
        return values;
    }
}
