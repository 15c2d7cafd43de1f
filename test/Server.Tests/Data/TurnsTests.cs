using Slipway.Server.Data;
using Slipway.Server.Tests.Support;
using Xunit;

namespace Slipway.Server.Tests.Data;

/// <summary>Writes that say which pipelines they change.</summary>
public sealed class TurnsTests
{
    private const string Insert = "INSERT INTO notes (id, word) VALUES (@id, @word)";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory, EveryDatabase]
    public async Task Whoever_changes_the_same_thing_comes_one_after_the_other_and_once(DatabaseKind kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind);
        var db = await database.OpenWithNotesAsync();
        foreach (var id in (long[])[1, 2])
            await db.ExecuteAsync(Insert, new { id, word = "" }, Ct);
        var runs = 0;

        // Some change both, and name them in another order.
        await Task.WhenAll(
            Enumerable
                .Range(0, 60)
                .Select(n =>
                    ChangeAsync(
                        n % 3 == 0 ? [2, 1]
                        : n % 3 == 1 ? [1, 2]
                        : [1]
                    )
                )
        );

        Assert.Equal(60, runs);
        var words = await db.QueryAsync<string>("SELECT word FROM notes ORDER BY id", null, Ct);
        Assert.Equal((60, 40), (words[0].Length, words[1].Length));

        Task<int> ChangeAsync(long[] ids) =>
            db.WriteAsync(
                async (session, ct) =>
                {
                    Interlocked.Increment(ref runs);
                    foreach (var id in ids)
                    {
                        var word = await session.FindAsync<string>("SELECT word FROM notes WHERE id = @id", new { id }, ct);
                        await session.ExecuteAsync("UPDATE notes SET word = @word WHERE id = @id", new { id, word = word + "x" }, ct);
                    }

                    return 0;
                },
                ids,
                Ct
            );
    }

    [Theory, EveryDatabase]
    public async Task Whoever_gives_up_while_others_have_their_turn_leaves_no_gap(DatabaseKind kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind);
        var db = await database.OpenWithNotesAsync();
        var (inside, go) = (new TaskCompletionSource(), new TaskCompletionSource());
        var first = db.WriteAsync(
            async (_, _) =>
            {
                inside.TrySetResult();
                await go.Task;
                return 1;
            },
            [7, 263],
            Ct
        );
        await inside.Task;
        using var patience = new CancellationTokenSource();
        var second = db.WriteAsync((_, _) => Task.FromResult(2), [7, 6], patience.Token);
        var third = db.WriteAsync((_, _) => Task.FromResult(3), [7], Ct);
        await patience.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second);
        go.SetResult();
        Assert.Equal((1, 3), (await first, await third));
        Assert.Equal(4, await db.WriteAsync((_, _) => Task.FromResult(4), [6], Ct));
    }

    [Theory, EveryDatabase]
    public async Task One_more_than_may_wait_is_refused_when_all_wait_for_the_same_thing(DatabaseKind kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, options => options with { MaxWaiting = 3, Writers = 2 });
        var db = await database.OpenWithNotesAsync();
        var (entered, open) = (new TaskCompletionSource(), new TaskCompletionSource());

        var writes = new List<Task<int>> { WriteAsync() };
        await entered.Task;
        // One more where it has a place, and only has to wait for its turn.
        var most = kind == DatabaseKind.Sqlite ? 3 : 4;
        writes.AddRange(Enumerable.Range(0, most).Select(_ => WriteAsync()));
        Assert.Equal(3, db.WritesWaiting);
        var refused = await Assert.ThrowsAsync<DatabaseException>(WriteAsync);
        open.SetResult();
        await Task.WhenAll(writes);

        Assert.Equal(DbFault.Overloaded, refused.Fault);
        await WriteAsync();

        Task<int> WriteAsync() =>
            db.WriteAsync(
                async (_, _) =>
                {
                    entered.TrySetResult();
                    await open.Task;
                    return 0;
                },
                [5],
                Ct
            );
    }
}
