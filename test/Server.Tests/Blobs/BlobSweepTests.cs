using System.Text;
using Slipway.Server.Blobs;
using Slipway.Server.Blobs.Sweeping;
using Slipway.Server.Data;
using Slipway.Server.Tests.Support;
using Xunit;

namespace Slipway.Server.Tests.Blobs;

public sealed class BlobSweepTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory, EveryDatabase]
    public async Task What_no_row_names_goes_after_its_grace_and_what_one_names_stays(DatabaseKind kind)
    {
        await using var room = await SweepRoom.OpenAsync(kind, BlobStoreKind.Disk);
        var kept = await room.PutAsync("kept");
        await room.NameAsync(kept, room.Now);
        var left = await room.PutAsync("left");
        var sweep = room.Sweep(TimeSpan.FromHours(1));

        Assert.Equal(0, await sweep.RunAsync(Ct));
        room.Clock.Advance(TimeSpan.FromMinutes(59));
        Assert.Equal(0, await sweep.RunAsync(Ct));
        room.Clock.Advance(TimeSpan.FromMinutes(2));
        Assert.Equal(1, await sweep.RunAsync(Ct));

        Assert.NotNull(await room.Store.StatAsync(kept, Ct));
        Assert.Null(await room.Store.StatAsync(left, Ct));
    }

    [Theory, EveryDatabase]
    public async Task What_is_named_again_within_its_grace_stays(DatabaseKind kind)
    {
        await using var room = await SweepRoom.OpenAsync(kind, BlobStoreKind.Disk);
        var blob = await room.PutAsync("again");
        var sweep = room.Sweep(TimeSpan.FromHours(1));
        await sweep.RunAsync(Ct);
        await room.NameAsync(blob, room.Now);
        room.Clock.Advance(TimeSpan.FromHours(2));

        Assert.Equal(0, await sweep.RunAsync(Ct));
        Assert.NotNull(await room.Store.StatAsync(blob, Ct));
    }

    [Theory, EveryDatabase]
    public async Task Who_put_it_before_it_was_removed_must_put_it_again(DatabaseKind kind)
    {
        await using var room = await SweepRoom.OpenAsync(kind, BlobStoreKind.Disk);
        var begun = room.Now;
        var blob = await room.PutAsync("late");
        var sweep = room.Sweep(TimeSpan.Zero);
        await sweep.RunAsync(Ct);

        await Assert.ThrowsAsync<BlobStoreException>(() => room.NameAsync(blob, begun));
        room.Clock.Advance(TimeSpan.FromSeconds(3));
        begun = room.Now;
        await room.PutAsync("late");
        await room.NameAsync(blob, begun);
        await sweep.RunAsync(Ct);
        Assert.NotNull(await room.Store.StatAsync(blob, Ct));
    }

    [Fact]
    public async Task A_removal_whose_process_died_is_finished_by_the_next_round()
    {
        await using var room = await SweepRoom.OpenAsync(DatabaseKind.Sqlite, BlobStoreKind.Disk);
        var blob = await room.PutAsync("half");
        await room.Db.ExecuteAsync(
            "INSERT INTO blob_sweeps (digest, marked_at, deleting) VALUES (@blob, @Now, 1)",
            new { blob = blob.ToString(), room.Now },
            Ct
        );

        await Assert.ThrowsAsync<BlobStoreException>(() => room.NameAsync(blob, room.Now));
        Assert.Equal(1, await room.Sweep(TimeSpan.FromHours(1)).RunAsync(Ct));
        Assert.Null(await room.Store.StatAsync(blob, Ct));
    }

    /// <summary>Six put, name and drop the same few blobs over and over, while one sweeps without a grace. Whenever a row is there, so are its bytes.</summary>
    [Theory]
    [InlineData(DatabaseKind.Sqlite, BlobStoreKind.Disk)]
    [InlineData(DatabaseKind.Postgres, BlobStoreKind.Disk)]
    [InlineData(DatabaseKind.Sqlite, BlobStoreKind.S3)]
    public async Task No_interleaving_takes_the_bytes_of_a_row(DatabaseKind kind, BlobStoreKind store)
    {
        await using var room = await SweepRoom.OpenAsync(kind, store);
        var seed = Random.Shared.Next();
        TestContext.Current.SendDiagnosticMessage("seed {0}", seed);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        var sweeping = Task.Run(() => SweepAsync(room, over.Token), Ct);

        await Task.WhenAll(Enumerable.Range(0, 6).Select(n => Task.Run(() => UseAsync(room, new Random(seed + n)), Ct)));
        await over.CancelAsync();
        var removed = await sweeping;

        Assert.True(removed > 0, $"nothing was ever removed, seed {seed}");
        room.Clock.Advance(TimeSpan.FromDays(3));
        var sweep = room.Sweep(TimeSpan.Zero);
        await sweep.RunAsync(Ct);
        await sweep.RunAsync(Ct);
        Assert.Empty(await room.Store.ListAsync(Ct).ToListAsync(Ct));
        Assert.Equal(0, await room.Db.FindAsync<long>("SELECT COUNT(*) FROM blob_sweeps WHERE deleted_at IS NULL", null, Ct));
    }

    /// <summary>A table that names blobs and that the sweep does not know would lose them.</summary>
    [Fact]
    public async Task Every_column_that_names_blobs_is_looked_at()
    {
        await using var database = await TestDatabase.CreateAsync(DatabaseKind.Sqlite);
        var db = await database.OpenAsync();
        var columns = await db.QueryAsync<string>(
            """
            SELECT t.name || '.' || c.name FROM sqlite_schema t JOIN pragma_table_info(t.name) c
            WHERE t.type = 'table' AND (c.name LIKE '%blob%' OR c.name LIKE '%digest%' OR c.name LIKE '%oid%' OR c.name LIKE '%sha256%')
            """,
            null,
            Ct
        );

        Assert.Equal(
            [
                "artifacts.blob",
                "blob_sweeps.digest",
                "caches.blob",
                "dependency_proxy_blobs.blob",
                // As with the registry's own, below.
                "dependency_proxy_blobs.digest",
                "dependency_proxy_manifests.digest",
                "dependency_proxy_tags.digest",
                "jobs.trace_blob",
                "lfs_objects.oid",
                "registry_blobs.blob",
                // What clients call it; its bytes are those of the blob beside it, and a manifest's are in its row.
                "registry_blobs.digest",
                "registry_manifests.digest",
                "registry_pieces.blob",
            ],
            columns.Order(StringComparer.Ordinal)
        );
    }

    private static async Task<int> SweepAsync(SweepRoom room, CancellationToken ct)
    {
        var removed = 0;
        var sweep = room.Sweep(TimeSpan.Zero);
        while (!ct.IsCancellationRequested)
            removed += await sweep.RunAsync(Ct);
        return removed;
    }

    private static async Task UseAsync(SweepRoom room, Random random)
    {
        for (var turn = 0; turn < 25; turn++)
        {
            var text = $"content {random.Next(4)}";
            long row;
            BlobDigest blob;
            while (true)
                try
                {
                    var begun = room.Now;
                    blob = await room.PutAsync(text);
                    await Task.Yield();
                    row = await room.NameAsync(blob, begun);
                    break;
                }
                catch (BlobStoreException)
                {
                    room.Clock.Advance(TimeSpan.FromSeconds(3));
                }

            for (var look = random.Next(3); look >= 0; look--)
                Assert.NotNull(await room.Store.StatAsync(blob, Ct));
            await room.Db.ExecuteAsync("DELETE FROM lfs_objects WHERE created_at = @row", new { row }, Ct);
        }
    }

    /// <summary>Rows that name blobs: large files, each of a project of its own.</summary>
    private sealed class SweepRoom(TestDatabase database, TestBlobStore blobs, Db db) : IAsyncDisposable
    {
        private long _row;

        public Clock Clock { get; } = new();
        public Db Db => db;
        public IBlobStore Store => blobs.Store;
        public long Now => Clock.GetUtcNow().ToUnixTimeMilliseconds();

        public static async Task<SweepRoom> OpenAsync(DatabaseKind kind, BlobStoreKind store)
        {
            var database = await TestDatabase.CreateAsync(kind);
            var db = await database.OpenAsync();
            // Projects are not what this is about.
            await db.ExecuteAsync("DROP TABLE lfs_objects", null, Ct);
            await db.ExecuteAsync("CREATE TABLE lfs_objects (oid text NOT NULL, created_at bigint NOT NULL PRIMARY KEY)", null, Ct);
            return new SweepRoom(database, await TestBlobStore.CreateAsync(store), db);
        }

        public BlobSweep Sweep(TimeSpan grace) => new(db, Store, Clock) { Grace = grace };

        public async Task<BlobDigest> PutAsync(string text) =>
            Assert.IsType<BlobPut.Stored>(await Store.PutAsync(new MemoryStream(Encoding.UTF8.GetBytes(text)), null, 1000, Ct)).Blob.Digest;

        public async Task<long> NameAsync(BlobDigest blob, long begunAt)
        {
            var row = Interlocked.Increment(ref _row);
            await db.WriteAsync(
                async (session, ct) =>
                {
                    await BlobClaims.ClaimAsync(session, blob, begunAt, ct);
                    return await session.ExecuteAsync(
                        "INSERT INTO lfs_objects (oid, created_at) VALUES (@Hex, @row)",
                        new { blob.Hex, row },
                        ct
                    );
                },
                Ct
            );
            return row;
        }

        public async ValueTask DisposeAsync()
        {
            await blobs.DisposeAsync();
            await database.DisposeAsync();
        }
    }
}
