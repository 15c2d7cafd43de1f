using Slipway.Server.Data;
using Slipway.Server.Data.Sqlite;
using Xunit;

namespace Slipway.Server.Tests.Support;

/// <summary>A new database of one test's own, gone with the test.</summary>
internal sealed class TestDatabase : IAsyncDisposable
{
    public const string Notes = "CREATE TABLE notes (id bigint NOT NULL PRIMARY KEY, word text NOT NULL)";

    private readonly TemporaryFolder _folder;
    private readonly List<Db> _open = [];
    private bool _goesWithItsServer;

    private TestDatabase(TemporaryFolder folder, DataOptions options) => (_folder, Options) = (folder, options);

    public DataOptions Options { get; }

    public static async Task<TestDatabase> CreateAsync(DatabaseKind kind, Func<DataOptions, DataOptions>? with = null)
    {
        SkipWhenMissing(kind);
        var folder = new TemporaryFolder();
        DatabaseAddress address =
            kind == DatabaseKind.Sqlite
                ? new DatabaseAddress.Sqlite(folder["slipway.db"])
                : new DatabaseAddress.Postgres(await PostgresServer.CreateDatabaseAsync(CancellationToken.None));
        var options = new DataOptions(address);
        return new TestDatabase(folder, with is null ? options : with(options));
    }

    /// <summary>One on a server of the test's own, with which it goes.</summary>
    public static async Task<TestDatabase> OnAsync(PostgresServer postgres)
    {
        var address = new DatabaseAddress.Postgres(await postgres.CreateAsync(CancellationToken.None));
        return new TestDatabase(new TemporaryFolder(), new DataOptions(address)) { _goesWithItsServer = true };
    }

    /// <summary>Ends the test as skipped, with the reason, on a machine without this database.</summary>
    public static void SkipWhenMissing(DatabaseKind kind)
    {
        if (kind == DatabaseKind.Postgres)
        {
            Assert.SkipWhen(PostgresServer.Missing is not null, PostgresServer.Missing ?? "");
            return;
        }

        try
        {
            SqliteLibrary.Use();
        }
        catch (DatabaseException e)
        {
            Assert.Skip(e.Message);
        }
    }

    /// <summary>Opens it, as often as a test wants. Closed with it.</summary>
    public async Task<Db> OpenAsync(TimeProvider? time = null)
    {
        var db = await Db.OpenAsync(Options, time ?? TimeProvider.System, CancellationToken.None);
        _open.Add(db);
        return db;
    }

    /// <summary>Opens it with a table <c>notes (id, word)</c>.</summary>
    public async Task<Db> OpenWithNotesAsync(TimeProvider? time = null)
    {
        var db = await OpenAsync(time);
        await db.ExecuteAsync(Notes, null, CancellationToken.None);
        return db;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var db in _open)
            await db.DisposeAsync();
        if (!_goesWithItsServer && Options.Address is DatabaseAddress.Postgres(var connectionString))
            await PostgresServer.DropDatabaseAsync(connectionString);
        _folder.Dispose();
    }
}
