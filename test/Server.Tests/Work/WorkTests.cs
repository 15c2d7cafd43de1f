using System.Text.Json.Serialization;
using Slipway.Server.Data;
using Slipway.Server.Tests.Support;
using Slipway.Server.Work;
using Xunit;

namespace Slipway.Server.Tests.Work;

public sealed partial class WorkTests
{
    private static readonly WorkKind<Greeting> Greet = new("greet", WorkTestJson.Default.Greeting, greeting => greeting.Who);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory, EveryDatabase]
    public async Task What_is_asked_for_is_done_and_its_row_is_gone(DatabaseKind kind)
    {
        await using var house = await House.OpenAsync(kind);
        var done = new TaskCompletionSource<Greeting>();
        house.Loop.On(Greet, (greeting, _) => Completed(() => done.SetResult(greeting)));
        house.Start();

        // The clock stands still, so only the commit itself can have woken the loop.
        await house.AskAsync(new Greeting("ada", "hello"));

        Assert.Equal(new Greeting("ada", "hello"), await done.Task);
        await house.StopAsync();
        Assert.Empty(await house.RowsAsync());
    }

    [Fact]
    public async Task A_loop_that_is_stopped_while_it_looks_for_work_ends()
    {
        await using var house = await House.OpenAsync(DatabaseKind.Sqlite);
        for (var turn = 0; turn < 100; turn++)
        {
            using var stop = new CancellationTokenSource();
            var running = Task.Run(() => new WorkLoop(house.Db, TimeProvider.System).RunAsync(stop.Token), Ct);
            await Task.Yield();
            await stop.CancelAsync();
            await running.WaitAsync(TimeSpan.FromSeconds(30), Ct);
        }
    }

    [Theory, EveryDatabase]
    public async Task A_look_for_work_that_the_database_takes_for_a_mistake_is_not_the_last(DatabaseKind kind)
    {
        await using var house = await House.OpenAsync(kind);
        var loop = new WorkLoop(house.Db, TimeProvider.System);
        var done = new TaskCompletionSource<Greeting>(TaskCreationOptions.RunContinuationsAsynchronously);
        loop.On(Greet, (greeting, _) => Completed(() => done.SetResult(greeting)));
        await house.AskAsync(new Greeting("ada", "hello"));
        await house.Db.ExecuteAsync("ALTER TABLE work RENAME TO elsewhere", null, Ct);
        using var stop = new CancellationTokenSource();
        var running = loop.RunAsync(stop.Token);
        // One that gives up has done so by then.
        await Task.WhenAny(running, Task.Delay(TimeSpan.FromMilliseconds(500), Ct));
        await house.Db.ExecuteAsync("ALTER TABLE elsewhere RENAME TO work", null, Ct);

        Assert.Equal(new Greeting("ada", "hello"), await done.Task.WaitAsync(TimeSpan.FromSeconds(30), Ct));
        await stop.CancelAsync();
        await running;
    }

    [Theory, EveryDatabase]
    public async Task What_a_failed_transaction_asked_for_is_not_there(DatabaseKind kind)
    {
        await using var house = await House.OpenAsync(kind);
        await Assert.ThrowsAsync<TimeZoneNotFoundException>(() => house.Db.WriteAsync(AskAndFailAsync, Ct));
        Assert.Empty(await house.RowsAsync());

        async Task<int> AskAndFailAsync(Session session, CancellationToken ct)
        {
            await house.Loop.AddAsync(session, Greet, new Greeting("ada", "hello"), ct);
            throw new TimeZoneNotFoundException();
        }
    }

    [Theory, EveryDatabase]
    public async Task Asked_for_twice_before_it_is_begun_it_is_done_once_as_asked_last(DatabaseKind kind)
    {
        await using var house = await House.OpenAsync(kind);
        var done = new List<string>();
        var other = new TaskCompletionSource();
        house.Loop.On(Greet, (greeting, _) => Completed(() => Note(greeting)));
        await house.AskAsync(new Greeting("ada", "first"));
        await house.AskAsync(new Greeting("ada", "second"));
        house.Start();
        await house.AskAsync(new Greeting("bob", "last"));

        await other.Task;
        await house.StopAsync();

        Assert.Equal(["last", "second"], done.Order());
        Assert.Empty(await house.RowsAsync());

        void Note(Greeting greeting)
        {
            lock (done)
                done.Add(greeting.Word);
            if (done.Count == 2)
                other.SetResult();
        }
    }

    [Theory, EveryDatabase]
    public async Task Asked_for_while_it_is_done_it_is_done_once_more(DatabaseKind kind)
    {
        await using var house = await House.OpenAsync(kind);
        var (begun, ask, again) = (new TaskCompletionSource(), new TaskCompletionSource(), new TaskCompletionSource<string>());
        house.Loop.On(
            Greet,
            async (greeting, _) =>
            {
                if (!begun.TrySetResult())
                    again.SetResult(greeting.Word);
                await ask.Task;
            }
        );
        house.Start();
        await house.AskAsync(new Greeting("ada", "first"));
        await begun.Task;
        await house.AskAsync(new Greeting("ada", "second"));
        ask.SetResult();

        Assert.Equal("second", await again.Task);
        await house.StopAsync();
        Assert.Empty(await house.RowsAsync());
    }

    [Theory, EveryDatabase]
    public async Task What_fails_waits_longer_each_time_and_is_given_up_at_last(DatabaseKind kind)
    {
        await using var house = await House.OpenAsync(kind);
        var (first, last) = (new TaskCompletionSource(), new TaskCompletionSource());
        house.Loop.On(Greet, (greeting, _) => FailAsync(greeting.Who == "ada" ? first : last));
        await house.AskAsync(new Greeting("ada", "hello"));
        await house.AskAsync(new Greeting("bob", "hello"));
        await house.Db.ExecuteAsync("UPDATE work SET attempts = 19 WHERE subject = 'bob'", null, Ct);
        house.Start();
        await Task.WhenAll(first.Task, last.Task);
        await house.StopAsync();

        var rows = (await house.RowsAsync()).ToDictionary(row => row.Subject);
        Assert.Equal(house.Clock.GetUtcNow().AddSeconds(1).ToUnixTimeMilliseconds(), rows["ada"].DueAt);
        Assert.Null(rows["bob"].DueAt);
        Assert.All(rows.Values, row => Assert.Contains(nameof(TimeZoneNotFoundException), row.Error));
        Assert.All(rows.Values, row => Assert.Null(row.Lease));

        await house.AskAsync(new Greeting("bob", "once more"));
        Assert.NotNull((await house.RowsAsync()).Single(row => row.Subject == "bob").DueAt);

        static Task FailAsync(TaskCompletionSource tried)
        {
            tried.SetResult();
            throw new TimeZoneNotFoundException();
        }
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 2)]
    [InlineData(5, 16)]
    [InlineData(10, 512)]
    [InlineData(11, 600)]
    [InlineData(19, 600)]
    [InlineData(20, null)]
    public void Waits_double_up_to_ten_minutes(long attempts, int? seconds) =>
        Assert.Equal(seconds is null ? null : TimeSpan.FromSeconds(seconds.Value), WorkLoop.Backoff(attempts));

    [Theory, EveryDatabase]
    public async Task Who_lost_the_lease_can_finish_nothing(DatabaseKind kind)
    {
        await using var house = await House.OpenAsync(kind);
        var table = new WorkTable(house.Db, house.Clock);
        await house.AskAsync(new Greeting("ada", "hello"));
        var asleep = await table.ClaimAsync(Ct);
        Assert.Null(await table.ClaimAsync(Ct));
        house.Clock.Advance(WorkTable.Lease / 2);
        Assert.True(await table.RenewAsync(asleep!, Ct));
        house.Clock.Advance(WorkTable.Lease * 0.75);
        Assert.Null(await table.ClaimAsync(Ct));
        house.Clock.Advance(WorkTable.Lease / 2);
        var next = await table.ClaimAsync(Ct);
        Assert.Equal((asleep!.Id, 2L), (next!.Id, next.Attempts));

        Assert.False(await table.RenewAsync(asleep, Ct));
        Assert.Equal(0, await table.DoneAsync(asleep, Ct));
        await table.FailedAsync(asleep, "too late", null, Ct);
        await table.ReturnAsync(asleep, Ct);
        Assert.Equal(next.Lease, Assert.Single(await house.RowsAsync()).Lease);
        Assert.Equal(1, await table.DoneAsync(next, Ct));
        Assert.Empty(await house.RowsAsync());
    }

    [Theory, EveryDatabase]
    public async Task Who_starts_again_has_back_at_once_what_was_in_hand_and_nothing_of_others(DatabaseKind kind)
    {
        await using var house = await House.OpenAsync(kind);
        var (before, other) = (new WorkTable(house.Db, house.Clock, "a1"), new WorkTable(house.Db, house.Clock, "a10"));
        await house.AskAsync(new Greeting("ada", "hello"));
        var lost = await before.ClaimAsync(Ct);
        await house.AskAsync(new Greeting("bob", "hello"));
        Assert.NotNull(await other.ClaimAsync(Ct));

        var again = new WorkTable(house.Db, house.Clock, "a1");
        Assert.Null(await again.ClaimAsync(Ct));
        Assert.Equal(1, await again.ReleaseAsync(Ct));

        Assert.Equal(lost!.Id, (await again.ClaimAsync(Ct))!.Id);
        Assert.Null(await again.ClaimAsync(Ct));
    }

    /// <summary>Row F18 of the faults: the clock stands, so no lease runs out.</summary>
    [Fact]
    public async Task What_was_in_hand_when_the_database_went_away_is_done_as_soon_as_it_is_there_again()
    {
        TestDatabase.SkipWhenMissing(DatabaseKind.Postgres);
        using var postgres = PostgresServer.StartOwn();
        await using var house = await House.OpenAsync(await TestDatabase.OnAsync(postgres));
        // Not on the handler's thread: the loop is to find nobody when it says that the piece is done.
        var gone = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        house.Loop.On(
            Greet,
            async (_, _) =>
            {
                if (gone.Task.IsCompleted)
                    return;
                await Task.Run(postgres.StopAtOnce, Ct);
                gone.SetResult();
            }
        );
        house.Start();
        await house.AskAsync(new Greeting("ada", "hello"));
        await gone.Task;
        postgres.RestartAtOnce();

        // Whoever looked while it was away looks again in a second.
        for (var second = 0; second < 50 && (await house.RowsAsync()).Count > 0; second++)
        {
            house.Clock.Advance(TimeSpan.FromSeconds(1));
            await Task.Delay(200, Ct);
        }

        Assert.Empty(await house.RowsAsync());
        await house.StopAsync();
    }

    [Theory, EveryDatabase]
    public async Task What_nobody_works_at_any_more_is_taken_back_at_once_untried_and_nothing_of_others(DatabaseKind kind)
    {
        await using var house = await House.OpenAsync(kind);
        var table = new WorkTable(house.Db, house.Clock);
        await house.AskAsync(new Greeting("ada", "hello"));
        await house.AskAsync(new Greeting("bob", "hello"));
        var (ada, bob) = (await table.ClaimAsync(Ct), await table.ClaimAsync(Ct));
        Assert.Null(await table.ClaimAsync(Ct));

        table.Abandon(ada!);
        await table.TakeBackAsync(Ct);
        var next = await table.ClaimAsync(Ct);
        Assert.Equal((ada!.Id, 1L), (next!.Id, next.Attempts));
        // It is another's by now, and what was taken back once is not taken again.
        table.Abandon(ada);
        await table.TakeBackAsync(Ct);
        Assert.Null(await table.ClaimAsync(Ct));
        Assert.Equal((1, 1), (await table.DoneAsync(next, Ct), await table.DoneAsync(bob!, Ct)));
    }

    /// <summary>On rows that can be held one by one. Each lane takes back what it was first to see, and the one that is ended gives back what it could not do.</summary>
    [Fact]
    public async Task Of_two_lanes_that_take_back_at_once_neither_forgets_what_the_other_could_not()
    {
        await using var house = await House.OpenAsync(DatabaseKind.Postgres);
        var table = new WorkTable(house.Db, house.Clock);
        await house.AskAsync(new Greeting("ada", "hello"));
        await house.AskAsync(new Greeting("bob", "hello"));
        var (ada, bob) = (await table.ClaimAsync(Ct), await table.ClaimAsync(Ct));
        await using var adaHeld = await house.HoldAsync(ada!.Id);
        await using var bobHeld = await house.HoldAsync(bob!.Id);
        table.Abandon(ada);
        table.Abandon(bob);

        using var over = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        Task[] lanes = [table.TakeBackAsync(over.Token), table.TakeBackAsync(over.Token)];
        await adaHeld.DisposeAsync();
        // The one has done what there was for it; the other waits for the second row.
        await (await Task.WhenAny(lanes));
        await over.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Task.WhenAll(lanes));
        await bobHeld.DisposeAsync();

        await table.TakeBackAsync(Ct);
        Assert.All(await house.RowsAsync(), row => Assert.Null(row.Lease));
    }

    [Theory, EveryDatabase]
    public async Task Stopping_gives_back_what_is_not_finished(DatabaseKind kind) => await GivenBackAsync(kind, isAskedForAgain: false);

    [Theory, EveryDatabase]
    public async Task Stopping_gives_back_what_was_asked_for_again(DatabaseKind kind) => await GivenBackAsync(kind, isAskedForAgain: true);

    private static async Task GivenBackAsync(DatabaseKind kind, bool isAskedForAgain)
    {
        await using var house = await House.OpenAsync(kind);
        var begun = new TaskCompletionSource();
        house.Loop.On(
            Greet,
            async (_, ct) =>
            {
                begun.SetResult();
                await Task.Delay(Timeout.Infinite, ct);
            }
        );
        house.Start();
        await house.AskAsync(new Greeting("ada", "hello"));
        await begun.Task;
        // Its tries are counted anew, and there is none to take back.
        if (isAskedForAgain)
            await house.AskAsync(new Greeting("ada", "again"));
        await house.StopAsync();

        var row = Assert.Single(await house.RowsAsync());
        Assert.Equal((null, 0L, house.Clock.GetUtcNow().ToUnixTimeMilliseconds()), (row.Lease, row.Attempts, row.DueAt));
    }

    [Theory, EveryDatabase]
    public async Task No_piece_goes_to_two_who_ask_at_once(DatabaseKind kind)
    {
        await using var house = await House.OpenAsync(kind);
        for (var n = 0; n < 40; n++)
            await house.AskAsync(new Greeting($"{n}", "hello"));
        var table = new WorkTable(house.Db, house.Clock);

        var claimed = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => Task.Run(ClaimAllAsync)));

        Assert.Equal(Enumerable.Range(0, 40).Select(n => $"{n}").Order(), claimed.SelectMany(all => all).Order());

        async Task<List<string>> ClaimAllAsync()
        {
            var all = new List<string>();
            while (await table.ClaimAsync(Ct) is { } row)
                all.Add(row.Payload.Split('"')[3]);
            return all;
        }
    }

    private static Task Completed(Action act)
    {
        act();
        return Task.CompletedTask;
    }

    internal sealed record Greeting(string Who, string Word);

    [JsonSerializable(typeof(Greeting))]
    private sealed partial class WorkTestJson : JsonSerializerContext;

    private sealed record StoredRow(string Subject, long? DueAt, string? Lease, long Attempts, string? Error);

    /// <summary>A database, a clock that stands still, and a loop.</summary>
    private sealed class House(TestDatabase database, Db db, Clock clock) : IAsyncDisposable
    {
        private readonly CancellationTokenSource _stop = new();
        private Task _running = Task.CompletedTask;

        public Db Db => db;
        public Clock Clock => clock;
        public WorkLoop Loop { get; } = new(db, clock);

        public static async Task<House> OpenAsync(DatabaseKind kind) => await OpenAsync(await TestDatabase.CreateAsync(kind));

        // The database has the machine's clock: it waits a moment before it tries again.
        public static async Task<House> OpenAsync(TestDatabase database) => new(database, await database.OpenAsync(), new Clock());

        public void Start() => _running = Loop.RunAsync(_stop.Token);

        public async Task StopAsync()
        {
            await _stop.CancelAsync();
            await _running;
        }

        public Task<int> AskAsync(Greeting greeting) =>
            Db.WriteAsync(
                async (session, ct) =>
                {
                    await Loop.AddAsync(session, Greet, greeting, ct);
                    return 0;
                },
                Ct
            );

        public Task<IReadOnlyList<StoredRow>> RowsAsync() =>
            Db.QueryAsync<StoredRow>("SELECT subject, due_at, lease, attempts, error FROM work ORDER BY id", null, Ct);

        /// <summary>Others who want to write the row wait until it is let go.</summary>
        public async Task<Hold> HoldAsync(long id)
        {
            var (held, letGo) = (new TaskCompletionSource(), new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
            var holding = Db.WriteAsync(
                async (session, ct) =>
                {
                    await session.FindAsync<long>("SELECT id FROM work WHERE id = @id FOR UPDATE", new { id }, ct);
                    held.TrySetResult();
                    await letGo.Task;
                    return 0;
                },
                Ct
            );
            await held.Task;
            return new Hold(letGo, holding);
        }

        public async ValueTask DisposeAsync()
        {
            await StopAsync();
            await database.DisposeAsync();
            _stop.Dispose();
        }
    }

    private sealed record Hold(TaskCompletionSource LetGo, Task Holding) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            LetGo.TrySetResult();
            await Holding;
        }
    }
}
