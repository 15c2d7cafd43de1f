using Slipway.Server.Data;
using Slipway.Server.Tests.Support;
using Xunit;

namespace Slipway.Server.Tests.Data;

public sealed class KillTests
{
    // SLIPWAY_FUZZ_SECONDS makes this the nightly's hundred.
    private static readonly int Kills = Environment.GetEnvironmentVariable("SLIPWAY_FUZZ_SECONDS") is null ? 3 : 100;

    [Theory, EveryDatabase]
    public async Task What_was_acknowledged_outlives_a_killed_process_and_no_transaction_is_half_there(DatabaseKind kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind);
        await using (await database.OpenWithNotesAsync()) { }
        var address = database.Options.Address is DatabaseAddress.Postgres(var text) ? text : database.Options.Address.ToString();
        var acknowledged = new HashSet<long>();

        for (var kill = 0; kill < Kills; kill++)
        {
            var first = acknowledged.Count == 0 ? 1 : acknowledged.Max() + 100_000;
            var said = await Victim.KillAfterAsync(20 + Random.Shared.Next(200), "rows", address, $"{first}");
            acknowledged.UnionWith(said.Select(long.Parse));

            await using var db = await database.OpenAsync();
            var rows = (await db.QueryAsync<long>("SELECT id FROM notes", null, CancellationToken.None)).ToHashSet();
            Assert.Subset(rows, acknowledged);
            Assert.All(rows, id => Assert.Contains(-id, rows));
            if (kind == DatabaseKind.Sqlite)
                Assert.Equal("ok", await db.FindAsync<string>("PRAGMA integrity_check", null, CancellationToken.None));
        }
    }
}
