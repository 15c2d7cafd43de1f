using Slipway.Server.Data;
using Slipway.Server.Tests.Support;
using Xunit;

namespace Slipway.Server.Tests.Data;

public sealed class SchemaTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public void Steps_are_numbered_without_gaps_and_alike_for_both()
    {
        var (sqlite, postgres) = (Migration.Embedded("sqlite"), Migration.Embedded("postgres"));
        Assert.NotEmpty(sqlite);
        Assert.Equal(sqlite.Select(step => (step.Version, step.Name)), postgres.Select(step => (step.Version, step.Name)));
        Assert.Equal(Enumerable.Range(1, sqlite.Count).Select(n => (long)n), sqlite.Select(step => step.Version));
    }

    [Fact]
    public async Task Both_have_the_same_tables_columns_and_indexes()
    {
        await using var sqlite = await TestDatabase.CreateAsync(DatabaseKind.Sqlite);
        await using var postgres = await TestDatabase.CreateAsync(DatabaseKind.Postgres);
        var ofSqlite = await LinesAsync(
            await sqlite.OpenAsync(),
            """
            SELECT t.name || '.' || c.name || CASE WHEN c."notnull" = 1 THEN ' NOT NULL' ELSE '' END
            FROM sqlite_master t, pragma_table_info(t.name) c WHERE t.type IN ('table', 'view') AND t.name NOT LIKE 'sqlite%'
            """,
            "SELECT name FROM sqlite_master WHERE type = 'index' AND name NOT LIKE 'sqlite%'"
        );
        var ofPostgres = await LinesAsync(
            await postgres.OpenAsync(),
            """
            SELECT table_name || '.' || column_name || CASE WHEN is_nullable = 'NO' THEN ' NOT NULL' ELSE '' END
            FROM information_schema.columns WHERE table_schema = 'public'
            """,
            "SELECT indexname FROM pg_indexes WHERE schemaname = 'public' AND indexname NOT LIKE '%_pkey' AND indexname NOT LIKE '%_key'"
        );
        Assert.Contains("schema_migrations.version NOT NULL", ofSqlite);
        Assert.Equal(ofSqlite, ofPostgres);
    }

    private static async Task<List<string>> LinesAsync(Db db, string columns, string indexes) =>
        [
            .. (await db.QueryAsync<string>(columns, null, Ct)).Order(StringComparer.Ordinal),
            .. (await db.QueryAsync<string>(indexes, null, Ct)).Order(StringComparer.Ordinal),
        ];
}
