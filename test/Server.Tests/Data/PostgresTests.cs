using Slipway.Server.Data;
using Slipway.Server.Tests.Support;
using Xunit;

namespace Slipway.Server.Tests.Data;

public sealed class PostgresTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_server_that_drops_every_connection_is_not_noticed()
    {
        await using var database = await TestDatabase.CreateAsync(DatabaseKind.Postgres);
        var db = await database.OpenWithNotesAsync();
        for (var n = 0L; n < 5; n++)
        {
            await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => db.FindAsync<long>("SELECT count(*) FROM notes", null, Ct)));
            await PostgresServer.CutConnectionsAsync(((DatabaseAddress.Postgres)database.Options.Address).ConnectionString, Ct);
            Assert.Equal(1, await db.ExecuteAsync("INSERT INTO notes VALUES (@n, 'w')", new { n }, Ct));
            Assert.Equal(n + 1, await db.FindAsync<long>("SELECT count(*) FROM notes", null, Ct));
        }
    }

    [Fact]
    public async Task Writers_that_meet_both_end_though_the_programs_clock_stands()
    {
        await using var database = await TestDatabase.CreateAsync(DatabaseKind.Postgres);
        var db = await database.OpenWithNotesAsync(new Clock());
        await db.ExecuteAsync("INSERT INTO notes VALUES (1, '')", null, Ct);
        var (arrived, tries) = (0, 0);
        var bothHaveRead = new TaskCompletionSource();

        await Task.WhenAll(AppendAsync("a"), AppendAsync("b"));

        Assert.Equal(2, (await db.FindAsync<string>("SELECT word FROM notes", null, Ct))!.Length);
        Assert.True(tries > 2, "They did not meet.");

        Task<int> AppendAsync(string letter) =>
            db.WriteAsync(
                async (session, token) =>
                {
                    Interlocked.Increment(ref tries);
                    var word = await session.FindAsync<string>("SELECT word FROM notes", null, token);
                    if (Interlocked.Increment(ref arrived) == 2)
                        bothHaveRead.SetResult();
                    await bothHaveRead.Task;
                    return await session.ExecuteAsync("UPDATE notes SET word = @word", new { word = word + letter }, token);
                },
                Ct
            );
    }

    [Fact]
    public async Task A_server_that_is_not_there_is_unavailable_and_its_password_stays_unsaid()
    {
        using var folder = new TemporaryFolder();
        var options = new DataOptions(new DatabaseAddress.Postgres($"Host={folder.Path};Username=u;Password=hunter22;Database=d"));
        var error = await Assert.ThrowsAsync<DatabaseException>(() => Db.OpenAsync(options, TimeProvider.System, Ct));
        Assert.Equal(DbFault.Unavailable, error.Fault);
        Assert.DoesNotContain("hunter22", error.ToString());
    }

    [Theory]
    [InlineData("40001", DbFault.Busy)]
    [InlineData("40P01", DbFault.Busy)]
    [InlineData("53100", DbFault.Full)]
    [InlineData("53300", DbFault.Unavailable)]
    [InlineData("57P01", DbFault.Unavailable)]
    [InlineData("57014", DbFault.Timeout)]
    [InlineData("25P03", DbFault.Unavailable)]
    [InlineData("25006", DbFault.Unavailable)]
    [InlineData("0A000", DbFault.Unavailable)]
    [InlineData("08006", DbFault.Unavailable)]
    [InlineData("XX001", DbFault.Lost)]
    [InlineData("23514", DbFault.Constraint)]
    [InlineData("42601", DbFault.Mistake)]
    public void States_have_their_faults(string state, object fault) => Assert.Equal(fault, DbFaults.OfState(state));
}
