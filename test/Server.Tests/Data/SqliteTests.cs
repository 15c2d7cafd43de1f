using Microsoft.Data.Sqlite;
using Slipway.Server.Data;
using Slipway.Server.Data.Sqlite;
using Slipway.Server.Tests.Support;
using Xunit;

namespace Slipway.Server.Tests.Data;

/// <summary>The one writer, its groups, and the file.</summary>
public sealed class SqliteTests
{
    private const string Insert = "INSERT INTO notes (id, word) VALUES (@id, @word)";

    /// <summary>A group is closed after some milliseconds. With this clock it never is, so what waits is one group.</summary>
    private static Clock Stopped => new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_waits_is_committed_together()
    {
        await using var database = await TestDatabase.CreateAsync(DatabaseKind.Sqlite);
        var db = await database.OpenWithNotesAsync(Stopped);
        await using var held = await HeldWriter.HoldAsync(db, Ct);
        var writes = Enumerable.Range(0, 50).Select(n => db.ExecuteAsync(Insert, new { id = (long)n, word = "w" }, Ct)).ToList();
        // The last of them sees the others' rows, which nobody outside can see yet.
        var seen = db.WriteAsync(async (session, ct) => (await session.FindAsync<long>(Count, null, ct), Outside(database)), Ct);
        held.Release();

        Assert.Equal((50, 0), await seen);
        await Task.WhenAll(writes);
        Assert.Equal(50, Outside(database));
    }

    [Fact]
    public async Task A_full_disk_fails_the_write_that_fills_it_and_no_other()
    {
        await using var database = await TestDatabase.CreateAsync(DatabaseKind.Sqlite);
        var db = await database.OpenWithNotesAsync(Stopped);
        await db.WriteAsync((session, ct) => session.FindAsync<long>("PRAGMA max_page_count = 20", null, ct), Ct);
        await using var held = await HeldWriter.HoldAsync(db, Ct);
        var small = Enumerable.Range(0, 5).Select(n => db.ExecuteAsync(Insert, new { id = (long)n, word = "w" }, Ct)).ToList();
        var large = db.ExecuteAsync(Insert, new { id = 99L, word = new string('x', 1_000_000) }, Ct);
        small.AddRange(Enumerable.Range(5, 5).Select(n => db.ExecuteAsync(Insert, new { id = (long)n, word = "w" }, Ct)));
        held.Release();

        Assert.Equal(DbFault.Full, (await Assert.ThrowsAsync<DatabaseException>(() => large)).Fault);
        await Task.WhenAll(small);
        Assert.Equal(10, Outside(database));
        Assert.Equal(1, await db.ExecuteAsync(Insert, new { id = 100L, word = "w" }, Ct));
    }

    [Fact]
    public async Task A_write_ended_in_the_middle_takes_no_other_along()
    {
        TestDatabase.SkipWhenMissing(DatabaseKind.Sqlite);
        using var folder = new TemporaryFolder();
        using var gone = new CancellationTokenSource();
        var line = SqliteLine.Open(folder["slipway.db"], TimeSpan.FromSeconds(1), "journal_mode = WAL");
        line.Execute(TestDatabase.Notes);
        line.Connection.CreateFunction("give_up", () => GiveUp(gone));
        await using var writer = new SqliteWriter(line, 100, Stopped);
        var (entered, open) = (new TaskCompletionSource(), new TaskCompletionSource());
        var held = writer.WriteAsync(HoldAsync, Ct);
        await entered.Task;

        var runs = 0;
        var before = writer.WriteAsync(CountedAsync, Ct);
        var ended = writer.WriteAsync(EndlessAsync, gone.Token);
        var after = writer.WriteAsync((session, ct) => session.ExecuteAsync(Insert, new { id = 4L, word = "w" }, ct), Ct);
        open.SetResult();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => ended);
        await Task.WhenAll(held, before, after);
        var ids = await writer.WriteAsync((session, ct) => session.QueryAsync<long>("SELECT id FROM notes ORDER BY id", null, ct), Ct);
        Assert.Equal([1L, 4L], ids);
        Assert.Equal(2, runs);

        async Task<int> HoldAsync(Session session, CancellationToken ct)
        {
            entered.TrySetResult();
            await open.Task;
            return 0;
        }

        Task<int> CountedAsync(Session session, CancellationToken ct)
        {
            runs++;
            return session.ExecuteAsync(Insert, new { id = 1L, word = "w" }, ct);
        }

        Task<int> EndlessAsync(Session session, CancellationToken ct)
        {
            const string endless = "WITH RECURSIVE n (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n)";
            return session.ExecuteAsync(
                $"{endless} INSERT INTO notes SELECT x + 10, CASE x WHEN 100 THEN give_up() ELSE 'w' END FROM n",
                null,
                ct
            );
        }
    }

    private static string GiveUp(CancellationTokenSource gone)
    {
        gone.Cancel();
        return "gone";
    }

    [Fact]
    public async Task A_caller_who_gives_up_while_waiting_hears_so_at_once_and_is_left_out()
    {
        await using var database = await TestDatabase.CreateAsync(DatabaseKind.Sqlite);
        var db = await database.OpenWithNotesAsync();
        await using var held = await HeldWriter.HoldAsync(db, Ct);
        using var gone = new CancellationTokenSource();
        var waiting = db.ExecuteAsync(Insert, new { id = 1L, word = "w" }, gone.Token);
        await gone.CancelAsync();
        // The writer is still held: only the token can have ended this.
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        held.Release();
        Assert.Equal(1, await db.ExecuteAsync(Insert, new { id = 2L, word = "w" }, Ct));
        Assert.Equal([2L], await db.QueryAsync<long>("SELECT id FROM notes", null, Ct));
    }

    [Fact]
    public async Task Closing_first_writes_what_was_taken_and_takes_no_more()
    {
        await using var database = await TestDatabase.CreateAsync(DatabaseKind.Sqlite);
        var db = await database.OpenWithNotesAsync();
        var held = await HeldWriter.HoldAsync(db, Ct);
        var writes = Enumerable.Range(0, 20).Select(n => db.ExecuteAsync(Insert, new { id = (long)n, word = "w" }, Ct)).ToList();
        var closing = db.DisposeAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => db.ExecuteAsync(Insert, new { id = 99L, word = "w" }, Ct));
        held.Release();
        await closing;
        await Task.WhenAll(writes);
        Assert.Equal(20, Outside(database));
        Assert.False(File.Exists(PathOf(database) + "-wal"));
    }

    [Fact]
    public async Task A_commit_is_on_the_disk_and_readers_do_not_wait()
    {
        await using var database = await TestDatabase.CreateAsync(DatabaseKind.Sqlite);
        var db = await database.OpenWithNotesAsync();
        var settings = await db.WriteAsync(
            async (session, ct) =>
                (
                    await session.FindAsync<string>("PRAGMA journal_mode", null, ct),
                    await session.FindAsync<long>("PRAGMA synchronous", null, ct),
                    await session.FindAsync<long>("PRAGMA foreign_keys", null, ct)
                ),
            Ct
        );
        Assert.Equal(("wal", 2, 1), settings);
        await using var held = await HeldWriter.HoldAsync(db, Ct);
        Assert.Equal(0, await db.FindAsync<long>(Count, null, Ct));
        held.Release();
    }

    [Fact]
    public async Task The_file_and_its_journal_are_the_owners_alone()
    {
        await using var database = await TestDatabase.CreateAsync(DatabaseKind.Sqlite);
        await database.OpenWithNotesAsync();
        foreach (var suffix in new[] { "", "-wal", "-shm" })
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(PathOf(database) + suffix));
    }

    [Fact]
    public async Task A_damaged_file_ends_all_writing()
    {
        const int page = 4096;
        long firstOfNotes;
        await using var database = await TestDatabase.CreateAsync(DatabaseKind.Sqlite);
        await using (var db = await database.OpenWithNotesAsync())
        {
            for (var n = 0L; n < 50; n++)
                await db.ExecuteAsync(Insert, new { id = n, word = new string('w', 400) }, Ct);
            firstOfNotes = await db.FindAsync<long>("SELECT rootpage FROM sqlite_master WHERE name = 'notes'", null, Ct);
        }

        // The last table that was made; those before it, and the schema, stay as they are.
        await using (var file = File.OpenWrite(PathOf(database)))
        {
            file.Position = page * (firstOfNotes - 1);
            file.Write(new byte[file.Length - file.Position]);
        }

        var damaged = await database.OpenAsync();
        Assert.False(damaged.Lost.IsCompleted);
        var error = await Assert.ThrowsAsync<DatabaseException>(() => damaged.ExecuteAsync("UPDATE notes SET word = 'x'", null, Ct));
        Assert.Equal(DbFault.Lost, error.Fault);
        Assert.Equal(DbFault.Lost, (await damaged.Lost).Fault);
        var next = await Assert.ThrowsAsync<DatabaseException>(() => damaged.ExecuteAsync("CREATE TABLE later (id bigint)", null, Ct));
        Assert.Equal(DbFault.Lost, next.Fault);
    }

    [Fact]
    public async Task What_is_no_database_is_said_and_not_touched()
    {
        TestDatabase.SkipWhenMissing(DatabaseKind.Sqlite);
        using var folder = new TemporaryFolder();
        var path = folder.Write("notes.txt", "Not a database, but somebody's notes. " + new string('.', 200));
        var options = new DataOptions(new DatabaseAddress.Sqlite(path));
        await Assert.ThrowsAsync<DatabaseException>(() => Db.OpenAsync(options, TimeProvider.System, Ct));
        Assert.StartsWith("Not a database", await File.ReadAllTextAsync(path, Ct));

        var nowhere = options with { Address = new DatabaseAddress.Sqlite(folder["no/such/folder/slipway.db"]) };
        var error = await Assert.ThrowsAsync<DatabaseException>(() => Db.OpenAsync(nowhere, TimeProvider.System, Ct));
        Assert.Equal(DbFault.Unavailable, error.Fault);
    }

    [Theory]
    [InlineData("nfs4", true)]
    [InlineData("CIFS", true)]
    [InlineData("ext4", false)]
    [InlineData("overlay", false)]
    public void Drives_of_other_machines_are_known(string format, bool network) => Assert.Equal(network, NetworkDrive.Is(format));

    private const string Count = "SELECT count(*) FROM notes";

    private static string PathOf(TestDatabase database) => database.Options.Address.ToString();

    /// <summary>What another process would see.</summary>
    private static long Outside(TestDatabase database)
    {
        using var connection = new SqliteConnection($"Data Source={PathOf(database)};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = Count;
        return (long)command.ExecuteScalar()!;
    }
}
