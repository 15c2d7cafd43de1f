using Slipway.Server.Accounts;
using Slipway.Server.Data;
using Slipway.Server.Tests.Support;
using Xunit;

namespace Slipway.Server.Tests.Accounts;

public sealed class AuditTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory, EveryDatabase]
    public async Task What_many_write_at_once_is_one_chain(DatabaseKind kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind);
        var db = await database.OpenAsync();
        Assert.Null(await Audit.FirstChangedAsync(db, Ct));
        await Task.WhenAll(Enumerable.Range(0, 12).Select(n => WriteAsync(db, $"user{n}")));
        Assert.Equal(12, await db.FindAsync<long>("SELECT COUNT(*) FROM audit_events", null, Ct));
        Assert.Null(await Audit.FirstChangedAsync(db, Ct));
    }

    [Theory]
    [InlineData("UPDATE audit_events SET actor = 'mallory' WHERE id = 2", 2)]
    [InlineData("UPDATE audit_events SET at = at + 1 WHERE id = 3", 3)]
    [InlineData("UPDATE audit_events SET details = '{}' WHERE id = 1", 1)]
    [InlineData("DELETE FROM audit_events WHERE id = 2", 3)]
    [InlineData("DELETE FROM audit_events WHERE id = 1", 2)]
    public async Task A_row_that_is_changed_or_gone_is_found(string tampering, long first)
    {
        await using var database = await TestDatabase.CreateAsync(DatabaseKind.Sqlite);
        var db = await database.OpenAsync();
        for (var row = 0; row < 4; row++)
            await WriteAsync(db, "ada");
        await db.ExecuteAsync(tampering, null, Ct);
        Assert.Equal(first, await Audit.FirstChangedAsync(db, Ct));
    }

    private static Task<bool> WriteAsync(Db db, string actor) =>
        db.WriteAsync(
            async (session, ct) =>
            {
                await Audit.WriteAsync(session, actor, "signed_in", $"user {actor}", new { by = "password" }, 1, ct);
                return true;
            },
            Ct
        );
}
