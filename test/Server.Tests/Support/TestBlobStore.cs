using Slipway.Server.Blobs;
using Slipway.Server.Tests.Support.S3;

namespace Slipway.Server.Tests.Support;

/// <summary>
/// An empty blob store of one test's own. The bucket is <see cref="S3Server"/>'s; <c>SLIPWAY_TEST_S3</c> (<c>http://host:port BUCKET KEY SECRET</c>) takes a
/// real server instead, each test below a prefix of its own.
/// </summary>
internal sealed class TestBlobStore : IAsyncDisposable
{
    public const int PartBytes = 5 * 1024 * 1024;

    private readonly TemporaryFolder _folder;

    private TestBlobStore(TemporaryFolder folder) => _folder = folder;

    public required IBlobStore Store { get; init; }

    /// <summary>The double, when it is one.</summary>
    public S3Server? Server { get; private init; }

    /// <summary>The folder that a disk store has, or that an S3 store stages in.</summary>
    public string Root => _folder.Path;

    public static async Task<TestBlobStore> CreateAsync(BlobStoreKind kind)
    {
        if (kind == BlobStoreKind.S3)
            return await CreateS3Async();
        var folder = new TemporaryFolder();
        return new TestBlobStore(folder) { Store = new DiskBlobStore(folder.Path) };
    }

    public static async Task<TestBlobStore> CreateS3Async(Func<S3Options, S3Options>? with = null)
    {
        var folder = new TemporaryFolder();
        S3Server? server = null;
        S3Options options;
        if (Environment.GetEnvironmentVariable("SLIPWAY_TEST_S3")?.Split(' ') is [var endpoint, var bucket, var key, var secret])
            options = new S3Options(bucket, key, secret) { Endpoint = new Uri(endpoint), Prefix = $"test-{Guid.NewGuid():N}/" };
        else
        {
            server = await S3Server.StartAsync();
            options = new S3Options(S3Server.Bucket, S3Server.AccessKey, S3Server.SecretKey) { Endpoint = server.Address, Prefix = "ci/" };
        }

        options = options with { PathStyle = true, PartBytes = PartBytes, StagingFolder = folder.Path };
        return new TestBlobStore(folder) { Store = new S3BlobStore(with is null ? options : with(options)), Server = server };
    }

    public async ValueTask DisposeAsync()
    {
        Store.Dispose();
        if (Server is not null)
            await Server.DisposeAsync();
        _folder.Dispose();
    }
}
