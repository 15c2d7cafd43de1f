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
    [InlineData("08006", DbFault.Unavailable)]
    [InlineData("XX001", DbFault.Lost)]
    [InlineData("23514", DbFault.Constraint)]
    [InlineData("42601", DbFault.Mistake)]
    public void States_have_their_faults(string state, object fault) => Assert.Equal(fault, DbFaults.OfState(state));
}
