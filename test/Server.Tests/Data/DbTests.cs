using Slipway.Server.Data;
using Slipway.Server.Tests.Support;
using Xunit;

namespace Slipway.Server.Tests.Data;

/// <summary>What holds on both databases.</summary>
public sealed class DbTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private const string Insert = "INSERT INTO notes (id, word) VALUES (@id, @word)";

    [Theory, EveryDatabase]
    public async Task Rows_come_back_as_they_were_written(DatabaseKind kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind);
        var db = await database.OpenAsync();
        var bytes = kind == DatabaseKind.Sqlite ? "BLOB" : "bytea";
        await db.ExecuteAsync($"CREATE TABLE things (id bigint, long_name text, token_hash {bytes}, erased_at bigint)", null, Ct);
        var written = new ThingRow(long.MaxValue, "a'b\"c\\ \u00e4\u4e2d\ud83d\ude00\n", [0, 255, 7], null);

        await db.ExecuteAsync("INSERT INTO things VALUES (@Id, @LongName, @TokenHash, @ErasedAt)", written, Ct);

        var read = Assert.Single(
            await db.QueryAsync<ThingRow>("SELECT * FROM things WHERE id IN @ids", new { ids = new In<long>([1, long.MaxValue]) }, Ct)
        );
        Assert.Equal((written.Id, written.LongName, written.ErasedAt), (read.Id, read.LongName, read.ErasedAt));
        Assert.Equal(written.TokenHash, read.TokenHash);
        Assert.Empty(await db.QueryAsync<ThingRow>("SELECT * FROM things WHERE id IN @ids", new { ids = new In<long>([]) }, Ct));
        Assert.Null(await db.FindAsync<ThingRow>("SELECT * FROM things WHERE id = @id", new { id = 2L }, Ct));
        Assert.Equal(1, await db.ExecuteAsync("UPDATE things SET erased_at = @at WHERE erased_at IS NULL", new { at = 5L }, Ct));
    }

    [Theory, EveryDatabase]
    public async Task What_was_written_is_there_after_reopening(DatabaseKind kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind);
        await using (var first = await database.OpenWithNotesAsync())
            await first.ExecuteAsync(Insert, new { id = 1L, word = "kept" }, Ct);
        var second = await database.OpenAsync();
        Assert.Equal("kept", await second.FindAsync<string>("SELECT word FROM notes", null, Ct));
    }

    [Theory, EveryDatabase]
    public async Task The_statements_of_a_batch_run_in_their_order_and_give_what_each_gives(DatabaseKind kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind);
        var db = await database.OpenWithNotesAsync();
        const string change = "UPDATE notes SET word = COALESCE(@word, 'nothing') WHERE id = @id RETURNING id, word";
        var (one, both, none, words, many) = await db.WriteAsync(
            async (session, ct) =>
            {
                await session.Batch().RunAsync(ct);
                var batch = session.Batch();
                // More than go together.
                for (var n = 0; n < 250; n++)
                    batch.Execute(Insert, Note(n, $"w{n}"));
                var one = batch.Query<NoteRow>(change, Note(249, null));
                var none = batch.Query<NoteRow>(change, Note(-1, "none"));
                batch.Execute(Insert, Note(300, "in between"));
                var both = batch.Query<NoteRow>("SELECT id, word FROM notes WHERE id IN @ids ORDER BY id", Ids(300, 7, 8, 9000));
                var words = batch.Query<string>("SELECT word FROM notes WHERE id IN @ids", Ids(7));
                var nobodys = batch.Query<string>("SELECT word FROM notes WHERE id IN @ids", Ids());
                var many = batch.Query<long>("SELECT COUNT(*) FROM notes", Ids());
                batch.Execute(Insert, Note(301, "last"));
                Assert.Throws<InvalidOperationException>(() => one.All);
                await batch.RunAsync(ct);
                return (one.First, both.All, none.First, words.All.Concat(nobodys.All), many.First);
            },
            Ct
        );
        Assert.Equal(new NoteRow(249, "nothing"), one);
        Assert.Null(none);
        Assert.Equal([new NoteRow(7, "w7"), new NoteRow(8, "w8"), new NoteRow(300, "in between")], both);
        Assert.Equal(["w7"], words);
        Assert.Equal(251, many);
        Assert.Equal(252, await db.FindAsync<long>("SELECT COUNT(*) FROM notes", null, Ct));
    }

    [Theory, EveryDatabase]
    public async Task When_one_statement_of_a_batch_fails_none_of_them_is_kept(DatabaseKind kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind);
        var db = await database.OpenWithNotesAsync();
        foreach (var isReadFirst in new[] { false, true })
        {
            var failed = await Assert.ThrowsAsync<DatabaseException>(() =>
                db.WriteAsync(
                    async (session, ct) =>
                    {
                        var batch = session.Batch();
                        if (isReadFirst)
                            batch.Query<long>("SELECT COUNT(*) FROM notes", Ids());
                        foreach (var id in new[] { 1, 1, 2 })
                            batch.Execute(Insert, Note(id, "a"));
                        await batch.RunAsync(ct);
                        return 0;
                    },
                    Ct
                )
            );
            Assert.Equal(DbFault.Conflict, failed.Fault);
            Assert.Equal(0, await db.FindAsync<long>("SELECT COUNT(*) FROM notes", null, Ct));
        }
    }

    [Theory, EveryDatabase]
    public async Task A_list_may_hold_any_number_of_values_of_any_length(DatabaseKind kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind);
        var db = await database.OpenWithNotesAsync();
        string[] words = ["", "it's", "\"quoted\" \\ and {braces}", "ünï→\u0001", new string('x', 10_000)];
        foreach (var (at, word) in words.Index())
            await db.ExecuteAsync(Insert, Note(at, word), Ct);
        const string read = "SELECT word FROM notes WHERE word IN @words ORDER BY id";
        Assert.Equal(words, await db.QueryAsync<string>(read, new { words = new In<string>(words) }, Ct));
        Assert.Equal(
            5,
            await db.FindAsync<long>(
                "SELECT COUNT(*) FROM notes WHERE id IN @ids",
                new { ids = new In<long>([.. Enumerable.Range(0, 70_000).Select(n => (long)n)]) },
                Ct
            )
        );
    }

    [Theory, EveryDatabase]
    public async Task A_statement_can_write_many_rows_in_their_order(DatabaseKind kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind);
        var db = await database.OpenWithNotesAsync();
        const string insert = "INSERT INTO notes (id, word) SELECT @id, @word {rows} ORDER BY @id";
        const string change = "UPDATE notes SET word = COALESCE(@word, 'nothing') {rows} WHERE notes.id = @id";
        await db.WriteAsync(
            async (session, ct) =>
            {
                var batch = session.Batch();
                batch.ExecuteRows(insert, []);
                batch.ExecuteRows(insert, [.. Enumerable.Range(0, 250).Select(n => Note(n, $"w{n}"))]);
                batch.ExecuteRows(change, [Note(7, "it's \"seven\", {7}"), Note(8, null), Note(-1, "nobody's")]);
                batch.ExecuteRows(change, [Note(9, null)]);
                await batch.RunAsync(ct);
                return 0;
            },
            Ct
        );
        Assert.Equal(
            ["w6", "it's \"seven\", {7}", "nothing", "nothing", "w10"],
            await db.QueryAsync<string>("SELECT word FROM notes WHERE id BETWEEN 6 AND 10 ORDER BY id", null, Ct)
        );
        Assert.Equal(250, await db.FindAsync<long>("SELECT COUNT(*) FROM notes", null, Ct));
    }

    private static Dictionary<string, object?> Ids(params long[] ids) => new() { ["ids"] = new In<long>(ids) };

    private static Dictionary<string, object?> Note(long id, string? word) => new() { ["id"] = id, ["word"] = word };

    private sealed record NoteRow(long Id, string Word);

    [Theory, EveryDatabase]
    public async Task A_write_that_throws_leaves_nothing_and_harms_nobody(DatabaseKind kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind);
        var db = await database.OpenWithNotesAsync();
        var writes = Enumerable
            .Range(0, 60)
            .Select(n =>
                db.WriteAsync(
                    async (session, ct) =>
                    {
                        await session.ExecuteAsync(Insert, new { id = (long)n, word = "w" }, ct);
                        return n % 3 == 0 ? throw new TimeZoneNotFoundException() : n;
                    },
                    Ct
                )
            )
            .ToArray();

        foreach (var (n, write) in writes.Select((write, n) => (n, write)))
        {
            if (n % 3 == 0)
                await Assert.ThrowsAsync<TimeZoneNotFoundException>(() => write);
            else
                Assert.Equal(n, await write);
        }

        Assert.Equal(
            Enumerable.Range(0, 60).Where(n => n % 3 != 0).Select(n => (long)n),
            await db.QueryAsync<long>("SELECT id FROM notes ORDER BY id", null, Ct)
        );
    }

    [Theory, EveryDatabase]
    public async Task Writes_that_read_first_act_as_if_alone(DatabaseKind kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind);
        var db = await database.OpenWithNotesAsync();
        await db.ExecuteAsync(Insert, new { id = 1L, word = "0" }, Ct);

        await Task.WhenAll(Enumerable.Range(0, 40).Select(_ => Task.Run(() => db.WriteAsync(AddOneAsync, Ct))));

        Assert.Equal("40", await db.FindAsync<string>("SELECT word FROM notes WHERE id = 1", null, Ct));
    }

    // Two that each read what the other writes: each alone keeps the rule, together only serializable transactions do.
    [Theory, EveryDatabase]
    public async Task A_rule_over_several_rows_holds_when_two_write_at_once(DatabaseKind kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind);
        var db = await database.OpenWithNotesAsync();
        for (var round = 0L; round < 10; round++)
        {
            var first = round * 2;
            await db.ExecuteAsync(Insert, new[] { new { id = first, word = "on call" }, new { id = first + 1, word = "on call" } }, Ct);
            await Task.WhenAll(Task.Run(() => LeaveAsync(first, first)), Task.Run(() => LeaveAsync(first, first + 1)));
            Assert.Equal(1, await OnCallAsync(first));
        }

        Task<int> LeaveAsync(long first, long who) =>
            db.WriteAsync(
                async (session, ct) =>
                    await session.FindAsync<long>(CountOnCall, new { first }, ct) > 1
                        ? await session.ExecuteAsync("UPDATE notes SET word = 'away' WHERE id = @who", new { who }, ct)
                        : 0,
                Ct
            );

        Task<long> OnCallAsync(long first) => db.FindAsync<long>(CountOnCall, new { first }, Ct);
    }

    [Theory, EveryDatabase]
    public async Task Reads_of_one_snapshot_see_one_moment(DatabaseKind kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind);
        var db = await database.OpenWithNotesAsync();
        var (looked, written) = (new TaskCompletionSource(), new TaskCompletionSource());
        var reading = db.ReadAsync(
            async (session, ct) =>
            {
                var before = await session.FindAsync<long>("SELECT count(*) FROM notes", null, ct);
                looked.SetResult();
                await written.Task;
                return (before, await session.FindAsync<long>("SELECT count(*) FROM notes", null, ct));
            },
            Ct
        );
        await looked.Task;
        await db.ExecuteAsync(Insert, new { id = 1L, word = "meanwhile" }, Ct);
        written.SetResult();
        var (before, after) = await reading;
        Assert.Equal((0, 0), (before, after));
        Assert.Equal(1, await db.FindAsync<long>("SELECT count(*) FROM notes", null, Ct));
    }

    [Theory, EveryDatabase]
    public async Task A_read_cannot_write(DatabaseKind kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind);
        var db = await database.OpenWithNotesAsync();
        await Assert.ThrowsAsync<DatabaseException>(() => db.QueryAsync<long>("DELETE FROM notes RETURNING id", null, Ct));
        await Assert.ThrowsAsync<DatabaseException>(() =>
            db.ReadAsync((session, ct) => session.ExecuteAsync(Insert, new { id = 1L, word = "w" }, ct), Ct)
        );
        Assert.Equal(0, await db.FindAsync<long>("SELECT count(*) FROM notes", null, Ct));
    }

    [Theory, EveryDatabase]
    public async Task An_error_dooms_its_transaction_even_when_it_is_swallowed(DatabaseKind kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind);
        var db = await database.OpenWithNotesAsync();
        var error = await Assert.ThrowsAsync<DatabaseException>(() =>
            db.WriteAsync(
                async (session, ct) =>
                {
                    await session.ExecuteAsync(Insert, new { id = 1L, word = "first" }, ct);
                    await Assert.ThrowsAsync<DatabaseException>(() => session.ExecuteAsync(Insert, new { id = 1L, word = "again" }, ct));
                    await Assert.ThrowsAsync<InvalidOperationException>(() =>
                        session.ExecuteAsync(Insert, new { id = 2L, word = "on" }, ct)
                    );
                    return 0;
                },
                Ct
            )
        );
        Assert.Equal(DbFault.Conflict, error.Fault);
        Assert.Equal(0, await db.FindAsync<long>("SELECT count(*) FROM notes", null, Ct));
    }

    [Theory, EveryDatabase]
    public async Task Inside_a_transaction_only_its_session_may_be_used(DatabaseKind kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind);
        var db = await database.OpenWithNotesAsync();
        await Assert.ThrowsAsync<InvalidOperationException>(() =>
            db.WriteAsync((_, ct) => db.ExecuteAsync(Insert, new { id = 1L, word = "w" }, ct), Ct)
        );
        await Assert.ThrowsAsync<InvalidOperationException>(() =>
            db.ReadAsync((_, ct) => db.FindAsync<long>("SELECT count(*) FROM notes", null, ct), Ct)
        );
        Assert.Equal(1, await db.ExecuteAsync(Insert, new { id = 1L, word = "w" }, Ct));
    }

    [Theory, EveryDatabase]
    public async Task Faults_have_one_name_on_both(DatabaseKind kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind);
        var db = await database.OpenWithNotesAsync();
        await db.ExecuteAsync(
            "CREATE TABLE likes (note_id bigint NOT NULL REFERENCES notes (id), stars bigint CHECK (stars < 6))",
            null,
            Ct
        );
        await db.ExecuteAsync(Insert, new { id = 1L, word = "w" }, Ct);

        Assert.Equal(DbFault.Conflict, await FaultAsync("INSERT INTO notes VALUES (1, 'again')"));
        Assert.Equal(DbFault.Reference, await FaultAsync("INSERT INTO likes VALUES (2, 1)"));
        Assert.Equal(DbFault.Constraint, await FaultAsync("INSERT INTO likes VALUES (1, 6)"));
        Assert.Equal(DbFault.Constraint, await FaultAsync("INSERT INTO likes VALUES (NULL, 1)"));
        Assert.Equal(DbFault.Mistake, await FaultAsync("INSERT INTO nowhere VALUES (1)"));

        async Task<DbFault> FaultAsync(string sql) =>
            (await Assert.ThrowsAsync<DatabaseException>(() => db.ExecuteAsync(sql, null, Ct))).Fault;
    }

    [Theory, EveryDatabase]
    public async Task A_statement_that_never_ends_is_ended_at_the_deadline(DatabaseKind kind)
    {
        await using var database = await TestDatabase.CreateAsync(
            kind,
            options => options with { Deadline = TimeSpan.FromMilliseconds(300) }
        );
        var db = await database.OpenWithNotesAsync();
        var read = await Assert.ThrowsAsync<DatabaseException>(() => db.FindAsync<long>(Endless, null, Ct));
        var write = await Assert.ThrowsAsync<DatabaseException>(() =>
            db.ExecuteAsync($"INSERT INTO notes SELECT ({Endless}), 'never'", null, Ct)
        );
        Assert.Equal((DbFault.Timeout, DbFault.Timeout), (read.Fault, write.Fault));
        Assert.Equal(1, await db.ExecuteAsync(Insert, new { id = 1L, word = "w" }, Ct));
        Assert.Equal([1L], await db.QueryAsync<long>("SELECT id FROM notes", null, Ct));
    }

    [Theory, EveryDatabase]
    public async Task A_caller_who_gives_up_hears_so_and_nothing_is_written(DatabaseKind kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind);
        var db = await database.OpenWithNotesAsync();
        using var gone = new CancellationTokenSource();
        var write = db.WriteAsync(
            async (session, ct) =>
            {
                await session.ExecuteAsync(Insert, new { id = 1L, word = "w" }, ct);
                await gone.CancelAsync();
                return await session.FindAsync<long>(Endless, null, ct);
            },
            gone.Token
        );
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => write);
        Assert.Equal(0, await db.FindAsync<long>("SELECT count(*) FROM notes", null, Ct));
    }

    [Theory, EveryDatabase]
    public async Task One_more_than_may_wait_is_refused_at_once(DatabaseKind kind)
    {
        await using var database = await TestDatabase.CreateAsync(
            kind,
            options => options with { MaxWaiting = 3, Readers = 1, Writers = 1 }
        );
        var db = await database.OpenWithNotesAsync();
        var (entered, open) = (new TaskCompletionSource(), new TaskCompletionSource());

        var writes = new List<Task<int>> { db.WriteAsync(StandAsync, Ct) };
        await entered.Task;
        writes.AddRange(Enumerable.Range(1, 3).Select(n => db.ExecuteAsync(Insert, new { id = (long)n, word = "w" }, Ct)));
        var refused = await Assert.ThrowsAsync<DatabaseException>(() => db.ExecuteAsync(Insert, new { id = 9L, word = "w" }, Ct));
        open.SetResult();
        await Task.WhenAll(writes);

        Assert.Equal(DbFault.Overloaded, refused.Fault);
        Assert.Equal(3, await db.FindAsync<long>("SELECT count(*) FROM notes", null, Ct));
        Assert.Equal(1, await db.ExecuteAsync(Insert, new { id = 9L, word = "w" }, Ct));

        async Task<int> StandAsync(Session session, CancellationToken ct)
        {
            entered.TrySetResult();
            await open.Task;
            return 0;
        }
    }

    [Theory, EveryDatabase]
    public async Task Many_read_at_once_through_few_connections(DatabaseKind kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, options => options with { Readers = 2 });
        var db = await database.OpenWithNotesAsync();
        await db.ExecuteAsync(Insert, new { id = 1L, word = "w" }, Ct);
        var words = await Task.WhenAll(
            Enumerable.Range(0, 100).Select(_ => Task.Run(() => db.FindAsync<string>("SELECT word FROM notes", null, Ct)))
        );
        Assert.All(words, word => Assert.Equal("w", word));
    }

    [Theory, EveryDatabase]
    public async Task Two_that_have_the_same_database_open_share_it(DatabaseKind kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind);
        var one = await database.OpenWithNotesAsync();
        var other = await database.OpenAsync();
        await one.ExecuteAsync(Insert, new { id = 1L, word = "0" }, Ct);

        await Task.WhenAll(Enumerable.Range(0, 20).Select(n => Task.Run(() => (n % 2 == 0 ? one : other).WriteAsync(AddOneAsync, Ct))));

        Assert.Equal("20", await other.FindAsync<string>("SELECT word FROM notes WHERE id = 1", null, Ct));
    }

    private const string CountOnCall = "SELECT count(*) FROM notes WHERE id IN (@first, @first + 1) AND word = 'on call'";

    private const string Endless = "WITH RECURSIVE n (x) AS (SELECT 1 UNION ALL SELECT 1 FROM n) SELECT count(*) FROM n";

    private static async Task<int> AddOneAsync(Session session, CancellationToken ct)
    {
        var word = await session.FindAsync<string>("SELECT word FROM notes WHERE id = 1", null, ct);
        return await session.ExecuteAsync("UPDATE notes SET word = @word WHERE id = 1", new { word = $"{long.Parse(word!) + 1}" }, ct);
    }

    private sealed record ThingRow(long Id, string LongName, byte[] TokenHash, long? ErasedAt);
}
