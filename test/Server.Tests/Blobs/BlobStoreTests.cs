using System.Security.Cryptography;
using FsCheck.Fluent;
using Slipway.Server.Blobs;
using Slipway.Server.Tests.Support;
using Xunit;

namespace Slipway.Server.Tests.Blobs;

/// <summary>What holds in a folder and in a bucket.</summary>
public sealed class BlobStoreTests
{
    private const int Large = TestBlobStore.PartBytes * 2 + 12345;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory, EveryBlobStore]
    public async Task What_was_put_comes_back(BlobStoreKind kind)
    {
        await using var test = await TestBlobStore.CreateAsync(kind);
        foreach (
            var length in new[]
            {
                0,
                1,
                65_535,
                65_536,
                65_537,
                589_824,
                589_825,
                TestBlobStore.PartBytes,
                TestBlobStore.PartBytes + 1,
                Large,
            }
        )
        {
            var bytes = Bytes(length);
            var stored = await PutAsync(test.Store, bytes);

            Assert.Equal(new Blob(DigestOf(bytes), length), stored);
            Assert.Equal(stored, await test.Store.StatAsync(stored.Digest, Ct));
            Assert.Equal(bytes, await ReadAsync(test.Store, stored.Digest));
        }
    }

    [Theory, EveryBlobStore]
    public async Task What_is_not_there_is_nothing(BlobStoreKind kind)
    {
        await using var test = await TestBlobStore.CreateAsync(kind);
        var digest = DigestOf(Bytes(7));
        Assert.Null(await test.Store.StatAsync(digest, Ct));
        Assert.Null(await test.Store.OpenAsync(digest, null, Ct));
        Assert.Null(await test.Store.OpenAsync(digest, new BlobRange(0, 1), Ct));
        await test.Store.DeleteAsync(digest, Ct);
    }

    [Theory, EveryBlobStore]
    public async Task A_range_is_just_that(BlobStoreKind kind)
    {
        await using var test = await TestBlobStore.CreateAsync(kind);
        var bytes = Bytes(1000);
        var blob = await PutAsync(test.Store, bytes);
        foreach (var (start, length) in new[] { (0, 1), (0, 1000), (1, 3), (999, 1), (500, 500), (17, 400) })
        {
            await using var part = await test.Store.OpenAsync(blob.Digest, new BlobRange(start, length), Ct);
            Assert.Equal(bytes[start..(start + length)], await AllAsync(part!));
        }
    }

    [Theory, EveryBlobStore]
    public async Task A_range_beyond_the_blob_is_our_mistake(BlobStoreKind kind)
    {
        await using var test = await TestBlobStore.CreateAsync(kind);
        var blob = await PutAsync(test.Store, Bytes(10));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => test.Store.OpenAsync(blob.Digest, new BlobRange(10, 1), Ct));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => test.Store.OpenAsync(blob.Digest, new BlobRange(5, 6), Ct));
    }

    [Theory, EveryBlobStore]
    public async Task Bytes_that_are_not_what_they_are_said_to_be_are_not_kept(BlobStoreKind kind)
    {
        await using var test = await TestBlobStore.CreateAsync(kind);
        var (bytes, said) = (Bytes(100), DigestOf(Bytes(101)));
        var outcome = await test.Store.PutAsync(new MemoryStream(bytes), said, 1000, Ct);
        Assert.Equal(new BlobPut.Mismatch(DigestOf(bytes)), outcome);
        await NothingIsLeftAsync(test);
        Assert.IsType<BlobPut.Stored>(await test.Store.PutAsync(new MemoryStream(bytes), DigestOf(bytes), 1000, Ct));
    }

    [Theory, EveryBlobStore]
    public async Task A_byte_over_the_limit_is_too_large(BlobStoreKind kind)
    {
        await using var test = await TestBlobStore.CreateAsync(kind);
        Assert.Equal(new BlobPut.TooLarge(999), await test.Store.PutAsync(new MemoryStream(Bytes(1000)), null, 999, Ct));
        await NothingIsLeftAsync(test);
        Assert.IsType<BlobPut.Stored>(await test.Store.PutAsync(new MemoryStream(Bytes(1000)), null, 1000, Ct));
    }

    [Theory, EveryBlobStore]
    public async Task A_stream_that_breaks_leaves_nothing_and_its_error_passes_through(BlobStoreKind kind)
    {
        await using var test = await TestBlobStore.CreateAsync(kind);
        await Assert.ThrowsAsync<TimeZoneNotFoundException>(() => test.Store.PutAsync(new BrokenStream(200_000), null, long.MaxValue, Ct));
        await NothingIsLeftAsync(test);
    }

    [Theory, EveryBlobStore]
    public async Task Many_who_put_the_same_at_once_all_succeed(BlobStoreKind kind)
    {
        await using var test = await TestBlobStore.CreateAsync(kind);
        foreach (var bytes in new[] { Bytes(10_000), Bytes(TestBlobStore.PartBytes + 1) })
        {
            var blobs = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => Task.Run(() => PutAsync(test.Store, bytes))));
            Assert.All(blobs, blob => Assert.Equal(DigestOf(bytes), blob.Digest));
            Assert.Equal(bytes, await ReadAsync(test.Store, DigestOf(bytes)));
        }

        Assert.Equal(0, await test.Store.SweepAsync(DateTimeOffset.MaxValue, Ct));
    }

    [Theory, EveryBlobStore]
    public async Task All_that_is_there_is_listed(BlobStoreKind kind)
    {
        await using var test = await TestBlobStore.CreateAsync(kind);
        var put = new List<Blob>();
        for (var n = 0; n < 30; n++)
            put.Add(await PutAsync(test.Store, Bytes(n)));
        await test.Store.DeleteAsync(put[3].Digest, Ct);
        put.RemoveAt(3);
        Assert.Equal(put.OrderBy(blob => blob.Length), (await ListAsync(test.Store)).OrderBy(blob => blob.Length));
    }

    [Theory, EveryBlobStore]
    public async Task Any_order_of_puts_and_deletes_gives_the_models_blobs(BlobStoreKind kind)
    {
        await using var test = await TestBlobStore.CreateAsync(kind);
        var step = from length in Gen.Choose(0, 9) from puts in Gen.Elements(true, true, false) select (length, puts);
        await Properties.HoldAsync(
            step.ArrayOf(20),
            5,
            async steps =>
            {
                var model = (await ListAsync(test.Store)).ToHashSet();
                foreach (var (length, puts) in steps)
                {
                    var blob = new Blob(DigestOf(Bytes(length)), length);
                    if (puts)
                        Assert.True(model.Add(await PutAsync(test.Store, Bytes(length))) || model.Contains(blob));
                    else
                        await test.Store.DeleteAsync(blob.Digest, Ct);
                    if (!puts)
                        model.Remove(blob);
                    Assert.Equal(model.Contains(blob) ? blob : null, await test.Store.StatAsync(blob.Digest, Ct));
                }

                Assert.Equal(model.OrderBy(blob => blob.Length), (await ListAsync(test.Store)).OrderBy(blob => blob.Length));
            }
        );
    }

    [Theory]
    [InlineData("sha256:../../../../etc/passwd")]
    [InlineData("sha256:E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855")]
    [InlineData("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")]
    [InlineData("sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b85")]
    [InlineData("sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b8555")]
    [InlineData("sha512:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")]
    [InlineData("sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b8\u0665\u0665")]
    [InlineData("")]
    [InlineData(null)]
    public void What_is_no_digest_names_no_blob(string? text) => Assert.False(BlobDigest.TryParse(text, out _));

    [Fact]
    public void A_digest_reads_as_it_is_written()
    {
        const string empty = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        Assert.Equal(DigestOf([]), BlobDigest.Parse(empty, null));
        Assert.Equal(empty, DigestOf([]).ToString());
    }

    internal static byte[] Bytes(int length)
    {
        var bytes = new byte[length];
        new Random(length).NextBytes(bytes);
        return bytes;
    }

    internal static BlobDigest DigestOf(byte[] bytes) => BlobDigest.Of(SHA256.HashData(bytes));

    internal static async Task<Blob> PutAsync(IBlobStore store, byte[] bytes) =>
        Assert.IsType<BlobPut.Stored>(await store.PutAsync(new MemoryStream(bytes), null, long.MaxValue, Ct)).Blob;

    internal static async Task<byte[]> ReadAsync(IBlobStore store, BlobDigest digest)
    {
        await using var stream = await store.OpenAsync(digest, null, Ct);
        return await AllAsync(stream!);
    }

    private static async Task<byte[]> AllAsync(Stream stream)
    {
        using var all = new MemoryStream();
        await stream.CopyToAsync(all, Ct);
        return all.ToArray();
    }

    private static async Task<List<Blob>> ListAsync(IBlobStore store)
    {
        var all = new List<Blob>();
        await foreach (var blob in store.ListAsync(Ct))
            all.Add(blob);
        return all;
    }

    /// <summary>No blob, no unfinished upload, no file beside.</summary>
    private static async Task NothingIsLeftAsync(TestBlobStore test)
    {
        Assert.Empty(await ListAsync(test.Store));
        Assert.Equal(0, await test.Store.SweepAsync(DateTimeOffset.MaxValue, Ct));
        Assert.Empty(Directory.GetFiles(test.Root, "*", SearchOption.AllDirectories));
    }

    private sealed class BrokenStream(int good) : MemoryStream(new byte[good])
    {
        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var read = await base.ReadAsync(buffer, cancellationToken);
            return read > 0 ? read : throw new TimeZoneNotFoundException();
        }
    }
}
