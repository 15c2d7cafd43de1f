using Slipway.Server.Blobs;
using Slipway.Server.Tests.Support;
using Xunit;

namespace Slipway.Server.Tests.Blobs;

public sealed class DiskBlobStoreTests
{
    private const int Kills = 3;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Blobs_are_the_owners_alone_and_lie_where_their_names_say()
    {
        using var folder = new TemporaryFolder();
        using var store = new DiskBlobStore(folder["blobs"]);
        var digest = (await BlobStoreTests.PutAsync(store, [1, 2, 3])).Digest;
        var file = Assert.Single(Directory.GetFiles(folder.Path, "*", SearchOption.AllDirectories));
        Assert.Equal(folder[$"blobs/sha256/{digest.Hex[..2]}/{digest.Hex}"], file);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        Assert.Equal(
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute,
            File.GetUnixFileMode(folder["blobs/sha256"])
        );
    }

    [Fact]
    public async Task Putting_a_damaged_blob_again_mends_it_and_readers_keep_what_they_have_open()
    {
        using var folder = new TemporaryFolder();
        using var store = new DiskBlobStore(folder.Path);
        var digest = (await BlobStoreTests.PutAsync(store, [1, 2, 3])).Digest;
        File.WriteAllBytes(folder[$"sha256/{digest.Hex[..2]}/{digest.Hex}"], [9, 9, 9]);
        await using var open = await store.OpenAsync(digest, null, Ct);

        await BlobStoreTests.PutAsync(store, [1, 2, 3]);

        Assert.Equal([1, 2, 3], await BlobStoreTests.ReadAsync(store, digest));
        await store.DeleteAsync(digest, Ct);
        Assert.Equal(9, open!.ReadByte());
    }

    [Fact]
    public async Task What_comes_in_drops_and_what_is_brought_to_the_disk_as_it_grows_comes_back()
    {
        using var folder = new TemporaryFolder();
        using var store = new DiskBlobStore(folder.Path);
        var bytes = new byte[(33 << 20) + 7];
        new Random(7).NextBytes(bytes);

        var stored = Assert.IsType<BlobPut.Stored>(await store.PutAsync(new DrippingStream(bytes), null, bytes.Length, Ct));

        Assert.Equal(BlobDigest.Of(System.Security.Cryptography.SHA256.HashData(bytes)), stored.Blob.Digest);
        Assert.Equal(bytes, await BlobStoreTests.ReadAsync(store, stored.Blob.Digest));
        Assert.Equal(new BlobPut.TooLarge(bytes.Length - 1), await store.PutAsync(new DrippingStream(bytes), null, bytes.Length - 1, Ct));
        Assert.Empty(Directory.GetFiles(folder["incoming"]));
    }

    [Fact]
    public async Task A_sweep_takes_what_is_old_and_leaves_what_is_being_put()
    {
        using var folder = new TemporaryFolder();
        using var store = new DiskBlobStore(folder.Path);
        var now = DateTimeOffset.FromUnixTimeSeconds(2_000_000_000);
        foreach (var (name, age) in new[] { ("old", 2.0), ("young", 0.5) })
            File.SetLastWriteTimeUtc(folder.Write("incoming/" + name, "half a blo"), (now - TimeSpan.FromHours(age)).UtcDateTime);
        Assert.Equal(1, await store.SweepAsync(now - TimeSpan.FromHours(1), Ct));
        Assert.Equal([folder["incoming/young"]], Directory.GetFiles(folder["incoming"]));
    }

    [Fact]
    public async Task A_folder_that_is_gone_is_a_failure_and_no_missing_blob()
    {
        var folder = new TemporaryFolder();
        using var store = new DiskBlobStore(folder.Path);
        var digest = (await BlobStoreTests.PutAsync(store, [1])).Digest;
        folder.Dispose();
        await Assert.ThrowsAsync<BlobStoreException>(() => store.OpenAsync(digest, null, Ct));
        await Assert.ThrowsAsync<BlobStoreException>(() => store.PutAsync(new MemoryStream([1]), null, 10, Ct));
    }

    [Fact]
    public async Task A_blob_that_shrinks_while_it_is_read_does_not_end_as_if_whole()
    {
        using var folder = new TemporaryFolder();
        using var store = new DiskBlobStore(folder.Path);
        var digest = (await BlobStoreTests.PutAsync(store, BlobStoreTests.Bytes(1000))).Digest;
        await using var part = await store.OpenAsync(digest, new BlobRange(100, 800), Ct);
        await using (
            var file = new FileStream(
                folder[$"sha256/{digest.Hex[..2]}/{digest.Hex}"],
                FileMode.Open,
                FileAccess.Write,
                FileShare.ReadWrite
            )
        )
            file.SetLength(500);
        await Assert.ThrowsAsync<EndOfStreamException>(() => part!.CopyToAsync(Stream.Null, Ct));
    }

    [Fact]
    public async Task What_was_acknowledged_outlives_a_killed_process_and_every_blob_is_whole()
    {
        using var folder = new TemporaryFolder();
        var acknowledged = new HashSet<string>();
        for (var kill = 0; kill < Kills; kill++)
        {
            acknowledged.UnionWith(await Victim.KillAfterAsync(10 + Random.Shared.Next(50), "blobs", folder.Path, $"{kill}"));
            using var store = new DiskBlobStore(folder.Path);
            var there = new HashSet<string>();
            await foreach (var blob in store.ListAsync(Ct))
            {
                Assert.Equal(blob.Digest, BlobStoreTests.DigestOf(await BlobStoreTests.ReadAsync(store, blob.Digest)));
                there.Add(blob.Digest.ToString());
            }

            Assert.Subset(there, acknowledged);
            await store.SweepAsync(DateTimeOffset.MaxValue, Ct);
            Assert.Empty(Directory.GetFiles(folder["incoming"]));
        }
    }

    /// <summary>Gives a little at a time, sometimes later.</summary>
    private sealed class DrippingStream(byte[] bytes) : MemoryStream(bytes)
    {
        private int _reads;

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (_reads++ % 16 == 0)
                await Task.Yield();
            return await base.ReadAsync(buffer[..Math.Min(buffer.Length, 1 + _reads % 40_000)], cancellationToken);
        }
    }
}
