using Slipway.Server.Data;
using Slipway.Server.Tests.Support;
using Xunit;

namespace Slipway.Server.Tests.Data;

public sealed class MigratorTests
{
    private static readonly Migration[] Steps =
    [
        new(1, "start", "CREATE TABLE a (id bigint); CREATE INDEX a_id ON a (id);"),
        new(2, "fill", "INSERT INTO a VALUES (7);"),
        new(3, "more", "CREATE TABLE b (id bigint);"),
    ];

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory, EveryDatabase]
    public async Task Steps_are_applied_once_and_in_order(DatabaseKind kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind);
        await using var engine = Db.Engine(database.Options, TimeProvider.System);
        var clock = new Clock();
        await Migrator.ApplyAsync(engine, Steps[..2], clock, Ct);
        await Migrator.ApplyAsync(engine, Steps, clock, Ct);
        await Migrator.ApplyAsync(engine, Steps, clock, Ct);

        Assert.Equal([7L], await QueryAsync<long>(engine, "SELECT id FROM a"));
        Assert.Equal(["start", "fill", "more"], await QueryAsync<string>(engine, "SELECT name FROM schema_migrations ORDER BY version"));
        Assert.Equal(
            [clock.GetUtcNow().ToUnixTimeMilliseconds()],
            await QueryAsync<long>(engine, "SELECT DISTINCT applied_at FROM schema_migrations")
        );
    }

    [Theory, EveryDatabase]
    public async Task A_step_that_fails_leaves_those_before_it_and_nothing_of_itself(DatabaseKind kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind);
        await using var engine = Db.Engine(database.Options, TimeProvider.System);
        var broken = Steps[2] with { Sql = "CREATE TABLE b (id bigint); INSERT INTO nowhere VALUES (1);" };

        await Assert.ThrowsAsync<DatabaseException>(() => Migrator.ApplyAsync(engine, [.. Steps[..2], broken], TimeProvider.System, Ct));
        await Migrator.ApplyAsync(engine, Steps, TimeProvider.System, Ct);

        Assert.Equal([1L, 2L, 3L], await QueryAsync<long>(engine, "SELECT version FROM schema_migrations ORDER BY version"));
        Assert.Empty(await QueryAsync<long>(engine, "SELECT id FROM b"));
    }

    [Theory, EveryDatabase]
    public async Task A_newer_database_is_refused_and_left_alone(DatabaseKind kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind);
        await using var engine = Db.Engine(database.Options, TimeProvider.System);
        await Migrator.ApplyAsync(engine, Steps, TimeProvider.System, Ct);

        var error = await Assert.ThrowsAsync<DatabaseException>(() => Migrator.ApplyAsync(engine, Steps[..2], TimeProvider.System, Ct));

        Assert.Equal(DbFault.Schema, error.Fault);
        Assert.Equal(
            "The database was made by a newer Slipway: it is at schema 3, this program knows 2. Use the newer program, or a backup made before.",
            error.Message
        );
    }

    [Theory, EveryDatabase]
    public async Task A_step_that_was_changed_after_it_was_applied_is_refused(DatabaseKind kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind);
        await using var engine = Db.Engine(database.Options, TimeProvider.System);
        await Migrator.ApplyAsync(engine, Steps[..2], TimeProvider.System, Ct);
        var changed = Steps[1] with { Name = "filled", Sql = "INSERT INTO a VALUES (8);" };
        var renewed = new Migration(changed.Version, changed.Name, changed.Sql);

        var error = await Assert.ThrowsAsync<DatabaseException>(() =>
            Migrator.ApplyAsync(engine, [Steps[0], renewed, Steps[2]], TimeProvider.System, Ct)
        );

        Assert.Equal(DbFault.Schema, error.Fault);
        Assert.Contains("schema 2 (fill) is not this program's 2 (filled)", error.Message);
    }

    [Theory, EveryDatabase]
    public async Task Several_that_start_at_once_take_turns(DatabaseKind kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind);
        await Task.WhenAll(
            Enumerable
                .Range(0, 4)
                .Select(_ =>
                    Task.Run(async () =>
                    {
                        await using var engine = Db.Engine(database.Options, TimeProvider.System);
                        await Migrator.ApplyAsync(engine, Steps, TimeProvider.System, Ct);
                        Assert.Equal([7L], await QueryAsync<long>(engine, "SELECT id FROM a"));
                    })
                )
        );
    }

    private static Task<IReadOnlyList<T>> QueryAsync<T>(IDatabaseEngine engine, string sql) =>
        engine.ReadAsync((session, ct) => session.QueryAsync<T>(sql, null, ct), snapshot: false, Ct);
}
