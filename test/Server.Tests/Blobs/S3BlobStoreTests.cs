using Microsoft.AspNetCore.Http;
using Slipway.Server.Blobs;
using Slipway.Server.Tests.Support;
using Slipway.Server.Tests.Support.S3;
using Xunit;

namespace Slipway.Server.Tests.Blobs;

/// <summary>How a bucket fails, and what of it a caller may see. Only the double can be told to fail.</summary>
public sealed class S3BlobStoreTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_bucket_that_is_busy_for_a_moment_is_asked_again()
    {
        await using var test = await CreateAsync();
        var left = 2;
        test.Server!.Fault = http => Interlocked.Decrement(ref left) >= 0 ? RefuseAsync(http, 503, "SlowDown") : Task.FromResult(false);
        var blob = await BlobStoreTests.PutAsync(test.Store, BlobStoreTests.Bytes(100));
        Assert.True(left < 0);
        Assert.Equal(BlobStoreTests.Bytes(100), await BlobStoreTests.ReadAsync(test.Store, blob.Digest));
    }

    [Theory]
    [InlineData(500, "InternalError")]
    [InlineData(503, "SlowDown")]
    [InlineData(403, "AccessDenied")]
    [InlineData(404, "NoSuchBucket")]
    public async Task A_bucket_that_fails_is_a_failure_and_no_missing_blob(int status, string code)
    {
        await using var test = await CreateAsync(options => options with { Retries = 0 });
        var blob = await BlobStoreTests.PutAsync(test.Store, BlobStoreTests.Bytes(100));
        // A HEAD has no body to name the code in.
        test.Server!.Fault = http => HttpMethods.IsHead(http.Request.Method) ? Task.FromResult(false) : RefuseAsync(http, status, code);
        await Assert.ThrowsAsync<BlobStoreException>(() => test.Store.OpenAsync(blob.Digest, null, Ct));
        await Assert.ThrowsAsync<BlobStoreException>(() => BlobStoreTests.PutAsync(test.Store, BlobStoreTests.Bytes(101)));
        await Assert.ThrowsAsync<BlobStoreException>(() => test.Store.DeleteAsync(blob.Digest, Ct));
        await Assert.ThrowsAsync<BlobStoreException>(() => test.Store.ListAsync(Ct).FirstAsync(Ct).AsTask());
        test.Server.Fault = null;
        Assert.Single(test.Server.Contents.Objects);
    }

    /// <summary>Some other server, or a page of a proxy between: all say 200.</summary>
    [Fact]
    public async Task Who_says_that_all_is_well_and_names_no_tag_has_kept_nothing()
    {
        await using var test = await CreateAsync();
        test.Server!.Fault = http => Task.FromResult(http.Request.Method == "PUT");
        await Assert.ThrowsAsync<BlobStoreException>(() => BlobStoreTests.PutAsync(test.Store, BlobStoreTests.Bytes(100)));
        await Assert.ThrowsAsync<BlobStoreException>(() =>
            BlobStoreTests.PutAsync(test.Store, BlobStoreTests.Bytes(TestBlobStore.PartBytes + 1))
        );
        Assert.Empty(test.Server.Contents.Objects);
        Assert.Empty(test.Server.Contents.Uploads);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task A_bucket_that_does_not_answer_is_a_failure_in_time(int retries)
    {
        await using var test = await CreateAsync(options => options with { Retries = retries, Timeout = TimeSpan.FromMilliseconds(300) });
        var blob = await BlobStoreTests.PutAsync(test.Store, BlobStoreTests.Bytes(100));
        test.Server!.Fault = async http =>
        {
            await Task.WhenAny(Task.Delay(Timeout.Infinite, http.RequestAborted));
            return true;
        };
        await Assert.ThrowsAsync<BlobStoreException>(() => BlobStoreTests.PutAsync(test.Store, BlobStoreTests.Bytes(101)));
        await Assert.ThrowsAsync<BlobStoreException>(() =>
            BlobStoreTests.PutAsync(test.Store, BlobStoreTests.Bytes(TestBlobStore.PartBytes + 1))
        );
        await Assert.ThrowsAsync<BlobStoreException>(() => test.Store.OpenAsync(blob.Digest, null, Ct));
        await Assert.ThrowsAsync<BlobStoreException>(() => test.Store.StatAsync(blob.Digest, Ct));
        await Assert.ThrowsAsync<BlobStoreException>(() => test.Store.DeleteAsync(blob.Digest, Ct));
    }

    /// <summary>What the library reads by itself: pages of lists, what an error is, what became of a put.</summary>
    [Theory]
    [InlineData(200)]
    [InlineData(403)]
    [InlineData(500)]
    public async Task A_bucket_that_falls_silent_in_the_middle_of_what_it_says_is_a_failure_in_time(int status)
    {
        await using var test = await CreateAsync(options => options with { Retries = 0, Timeout = TimeSpan.FromMilliseconds(300) });
        var (small, large) = (BlobStoreTests.Bytes(101), BlobStoreTests.Bytes(TestBlobStore.PartBytes + 1));
        var blob = await BlobStoreTests.PutAsync(test.Store, BlobStoreTests.Bytes(100));
        test.Server!.Fault = async http =>
        {
            if (HttpMethods.IsHead(http.Request.Method))
                return false;
            http.Response.StatusCode = status;
            http.Response.ContentType = "application/xml";
            await http.Response.WriteAsync("<?xml version=\"1.0\"?><Error><Code>Slow", Ct);
            await http.Response.Body.FlushAsync(Ct);
            await Task.WhenAny(Task.Delay(Timeout.Infinite, http.RequestAborted));
            return true;
        };
        foreach (
            var act in (IEnumerable<Func<Task>>)
                [
                    () => BlobStoreTests.PutAsync(test.Store, small),
                    () => BlobStoreTests.PutAsync(test.Store, large),
                    () => test.Store.ListAsync(Ct).FirstAsync(Ct).AsTask(),
                    () => test.Store.SweepAsync(DateTimeOffset.MaxValue, Ct),
                    // What it says to these when all is well has no body, and is the blob.
                    .. status == 200
                        ? (IEnumerable<Func<Task>>)[]
                        : [() => test.Store.DeleteAsync(blob.Digest, Ct), () => test.Store.OpenAsync(blob.Digest, null, Ct)],
                ]
        )
            await Assert.ThrowsAsync<BlobStoreException>(() => Task.Run(act, Ct).WaitAsync(TimeSpan.FromSeconds(20), Ct));
    }

    /// <summary>https://docs.aws.amazon.com/AmazonS3/latest/API/API_CompleteMultipartUpload.html: it may take minutes, and sends spaces meanwhile.</summary>
    [Fact]
    public async Task A_bucket_that_takes_long_to_put_parts_together_and_says_so_is_waited_for()
    {
        await using var test = await CreateAsync(options => options with { Retries = 0, Timeout = TimeSpan.FromSeconds(2) });
        test.Server!.Fault = async http =>
        {
            if (http.Request.Method != "POST" || !http.Request.Query.ContainsKey("uploadId"))
                return false;
            http.Response.ContentType = "application/xml";
            await http.Response.WriteAsync("<?xml version=\"1.0\"?>", Ct);
            for (var sent = 0; sent < 12; sent++)
            {
                await http.Response.WriteAsync(" ", Ct);
                await http.Response.Body.FlushAsync(Ct);
                await Task.Delay(200, Ct);
            }

            await http.Response.WriteAsync("<CompleteMultipartUploadResult><ETag>\"1-2\"</ETag></CompleteMultipartUploadResult>", Ct);
            return true;
        };
        await BlobStoreTests.PutAsync(test.Store, BlobStoreTests.Bytes(TestBlobStore.PartBytes + 1));
    }

    [Fact]
    public async Task A_large_put_that_fails_halfway_gives_its_parts_up()
    {
        await using var test = await CreateAsync();
        test.Server!.Fault = http =>
            http.Request.Query["partNumber"] == "2" ? RefuseAsync(http, 403, "AccessDenied") : Task.FromResult(false);
        await Assert.ThrowsAsync<BlobStoreException>(() =>
            BlobStoreTests.PutAsync(test.Store, BlobStoreTests.Bytes(TestBlobStore.PartBytes + 1))
        );
        Assert.Empty(test.Server.Contents.Objects);
        Assert.Empty(test.Server.Contents.Uploads);
    }

    [Fact]
    public async Task Parts_that_a_killed_process_left_are_swept()
    {
        await using var test = await CreateAsync();
        for (var n = 0; n < 20; n++)
            test.Server!.Contents.Uploads[$"left-{n:00}"] = ($"ci/sha256/00/{n}", []);
        Assert.Equal(0, await test.Store.SweepAsync(DateTimeOffset.Parse("2026-01-02T03:00:00Z"), Ct));
        Assert.Equal(20, await test.Store.SweepAsync(DateTimeOffset.Parse("2026-01-02T04:00:00Z"), Ct));
        Assert.Empty(test.Server!.Contents.Uploads);
    }

    [Fact]
    public async Task A_body_that_breaks_off_does_not_end_as_if_whole()
    {
        await using var test = await CreateAsync();
        var blob = await BlobStoreTests.PutAsync(test.Store, BlobStoreTests.Bytes(100_000));
        test.Server!.Fault = async http =>
        {
            http.Response.ContentLength = 100_000;
            await http.Response.Body.WriteAsync(new byte[5000], Ct);
            await http.Response.Body.FlushAsync(Ct);
            http.Abort();
            return true;
        };
        await Assert.ThrowsAnyAsync<IOException>(() => BlobStoreTests.ReadAsync(test.Store, blob.Digest));
    }

    [Fact]
    public async Task Bytes_that_changed_in_the_bucket_are_not_taken_for_the_blob()
    {
        await using var test = await CreateAsync();
        var blob = await BlobStoreTests.PutAsync(test.Store, BlobStoreTests.Bytes(1000));
        test.Server!.Fault = async http =>
        {
            // A plain object's ETag is its MD5, and this one is not that of a thousand zeros.
            http.Response.Headers.ETag = "\"0123456789abcdef0123456789abcdef\"";
            await http.Response.Body.WriteAsync(new byte[1000], Ct);
            return true;
        };
        await Assert.ThrowsAnyAsync<IOException>(() => BlobStoreTests.ReadAsync(test.Store, blob.Digest));
    }

    [Fact]
    public async Task A_server_that_sends_another_range_than_it_was_asked_for_is_not_believed()
    {
        await using var test = await CreateAsync();
        var blob = await BlobStoreTests.PutAsync(test.Store, BlobStoreTests.Bytes(10));
        test.Server!.Fault = async http =>
        {
            http.Response.StatusCode = 206;
            http.Response.Headers.ContentRange = "bytes 0-2/10";
            await http.Response.Body.WriteAsync(new byte[3], Ct);
            return true;
        };
        await Assert.ThrowsAsync<BlobStoreException>(() => test.Store.OpenAsync(blob.Digest, new BlobRange(1, 3), Ct));
    }

    [Fact]
    public async Task A_wrong_secret_is_refused_and_not_shown()
    {
        await using var test = await CreateAsync(options => options with { SecretKey = "wrong-one" });
        var error = await Assert.ThrowsAsync<BlobStoreException>(() => BlobStoreTests.PutAsync(test.Store, [1]));
        Assert.DoesNotContain("wrong-one", error.ToString());
        Assert.Empty(test.Server!.Contents.Objects);
    }

    [Fact]
    public async Task What_is_there_already_is_not_written_again()
    {
        await using var test = await CreateAsync();
        var bytes = BlobStoreTests.Bytes(TestBlobStore.PartBytes + 1);
        await BlobStoreTests.PutAsync(test.Store, bytes);
        var begun = 0;
        test.Server!.Fault = http => Task.FromResult(http.Request.Query.ContainsKey("uploads") && Interlocked.Increment(ref begun) < 0);
        await BlobStoreTests.PutAsync(test.Store, bytes);
        Assert.Equal(0, begun);
    }

    [Theory]
    [InlineData(1000)]
    [InlineData(TestBlobStore.PartBytes + 1)]
    public async Task What_is_replaced_is_as_it_was_put_whatever_was_there(int length)
    {
        await using var test = await CreateAsync();
        var bytes = BlobStoreTests.Bytes(length);
        var blob = await BlobStoreTests.PutAsync(test.Store, bytes);
        var key = Assert.Single(test.Server!.Contents.Objects.Keys);
        test.Server.Contents.Objects[key] = new byte[length];
        Assert.Equal(new BlobPut.Stored(blob), await test.Store.ReplaceAsync(new MemoryStream(bytes), blob.Digest, length, Ct));
        Assert.Equal(bytes, await BlobStoreTests.ReadAsync(test.Store, blob.Digest));
        Assert.Empty(test.Server.Contents.Uploads);
    }

    private static Task<TestBlobStore> CreateAsync(Func<S3Options, S3Options>? with = null)
    {
        Assert.SkipWhen(Environment.GetEnvironmentVariable("SLIPWAY_TEST_S3") is not null, "a real server cannot be told to fail");
        return TestBlobStore.CreateS3Async(with);
    }

    private static async Task<bool> RefuseAsync(HttpContext http, int status, string code)
    {
        await S3Server.RefuseAsync(http, status, code);
        return true;
    }
}
