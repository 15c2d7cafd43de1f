using FsCheck;
using FsCheck.Fluent;
using Slipway.Server.Data;
using Slipway.Server.Tests.Support;
using Xunit;

namespace Slipway.Server.Tests.Data;

/// <summary>Random transactions, many at once, against a plain dictionary that takes them one after another.</summary>
public sealed class ModelTests
{
    private static readonly Gen<Step> Steps = Gen.OneOf(
        from key in Gen.Choose(0, 5)
        from value in Gen.Choose(0, 99)
        select (Step)new Step.Put(key, value),
        from key in Gen.Choose(0, 5)
        select (Step)new Step.Remove(key),
        from key in Gen.Choose(0, 5)
        from to in Gen.Choose(0, 5)
        select (Step)new Step.Copy(key, to),
        Gen.Constant((Step)new Step.Fail())
    );

    private static readonly Gen<Step[][]> Transactions = Steps.ArrayOf(4).ArrayOf(16);

    [Theory, EveryDatabase]
    public async Task Transactions_in_the_order_they_were_acknowledged_give_the_models_rows(DatabaseKind kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind);
        var db = await database.OpenWithNotesAsync();
        await db.ExecuteAsync("INSERT INTO notes VALUES (-1, '0')", null, CancellationToken.None);
        // All of them write one row, which costs PostgreSQL many a second try.
        var cases = kind == DatabaseKind.Sqlite ? 40 : 3;
        await Properties.HoldAsync(Transactions, cases, transactions => CheckAsync(db, transactions));
    }

    private static async Task CheckAsync(Db db, Step[][] transactions)
    {
        await db.ExecuteAsync("DELETE FROM notes WHERE id >= 0", null, CancellationToken.None);
        var outcomes = await Task.WhenAll(transactions.Select(steps => Task.Run(() => TryAsync(db, steps))));

        // Each transaction takes a number, so the order in which the database put them is known.
        var model = new SortedDictionary<long, string>();
        foreach (var (_, steps) in outcomes.Zip(transactions).Where(pair => pair.First >= 0).OrderBy(pair => pair.First))
        foreach (var step in steps)
            step.Apply(model);
        Assert.Equal(transactions.Count(steps => steps.OfType<Step.Fail>().Any()), outcomes.Count(order => order < 0));
        var rows = await db.QueryAsync<(long Id, string Word)>(
            "SELECT id, word FROM notes WHERE id >= 0 ORDER BY id",
            null,
            CancellationToken.None
        );
        Assert.Equal(model.Select(pair => (pair.Key, pair.Value)), rows);
    }

    private static async Task<long> TryAsync(Db db, Step[] steps)
    {
        try
        {
            return await db.WriteAsync((session, ct) => RunAsync(session, steps, ct), CancellationToken.None);
        }
        catch (TimeZoneNotFoundException)
        {
            return -1;
        }
    }

    private static async Task<long> RunAsync(Session session, Step[] steps, CancellationToken ct)
    {
        foreach (var step in steps)
            await step.RunAsync(session, ct);
        const string next = "UPDATE notes SET word = CAST(CAST(word AS bigint) + 1 AS text) WHERE id = -1 RETURNING CAST(word AS bigint)";
        return await session.FindAsync<long>(next, null, ct);
    }

    private abstract record Step
    {
        private const string Upsert = "INSERT INTO notes VALUES (@id, @word) ON CONFLICT (id) DO UPDATE SET word = excluded.word";

        private Step() { }

        public abstract void Apply(SortedDictionary<long, string> model);

        public abstract Task RunAsync(Session session, CancellationToken ct);

        public sealed record Put(long Key, int Value) : Step
        {
            public override void Apply(SortedDictionary<long, string> model) => model[Key] = $"{Value}";

            public override Task RunAsync(Session session, CancellationToken ct) =>
                session.ExecuteAsync(Upsert, new { id = Key, word = $"{Value}" }, ct);
        }

        public sealed record Remove(long Key) : Step
        {
            public override void Apply(SortedDictionary<long, string> model) => model.Remove(Key);

            public override Task RunAsync(Session session, CancellationToken ct) =>
                session.ExecuteAsync("DELETE FROM notes WHERE id = @Key", new { Key }, ct);
        }

        /// <summary>Writes what it has read.</summary>
        public sealed record Copy(long Key, long To) : Step
        {
            public override void Apply(SortedDictionary<long, string> model)
            {
                if (model.TryGetValue(Key, out var word))
                    model[To] = word + "c";
            }

            public override async Task RunAsync(Session session, CancellationToken ct)
            {
                if (await session.FindAsync<string>("SELECT word FROM notes WHERE id = @Key", new { Key }, ct) is { } word)
                    await session.ExecuteAsync(Upsert, new { id = To, word = word + "c" }, ct);
            }
        }

        public sealed record Fail : Step
        {
            public override void Apply(SortedDictionary<long, string> model) => throw new InvalidOperationException();

            public override Task RunAsync(Session session, CancellationToken ct) => throw new TimeZoneNotFoundException();
        }
    }
}
