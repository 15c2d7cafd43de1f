using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Amazon.Runtime;
using Amazon.S3;
using Xunit;

namespace Slipway.Fault.Tests.Support;

/// <summary>A bucket of a real S3 server, the lab's: Ceph's gateway, in a container that can be killed and started again with what it had.</summary>
internal sealed class LabBucket : IAsyncDisposable
{
    private const string Image = "lab/s3";
    private const string Bucket = "slipway";
    private const string AccessKey = "labkey";
    private const string SecretKey = "labsecret";

    /// <summary>One start in some never gets as far as to answer, and no waiting helps.</summary>
    private const int Tries = 8;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(45);

    private readonly string _container;
    private readonly Uri _address;

    private LabBucket(string container, Uri address) => (_container, _address) = (container, address);

    /// <summary>For a server that keeps its blobs there.</summary>
    public IReadOnlyDictionary<string, string> Environment =>
        new Dictionary<string, string>
        {
            ["SLIPWAY_BLOBS"] = $"s3://{Bucket}/ci?endpoint={_address}&timeout=20",
            ["AWS_ACCESS_KEY_ID"] = AccessKey,
            ["AWS_SECRET_ACCESS_KEY"] = SecretKey,
        };

    /// <summary>Starts one, or skips the test where there is none: the lab builds it only when it is asked to (<c>build-images.sh s3</c>).</summary>
    public static async Task<LabBucket> StartAsync()
    {
        var (isThere, why) = await Docker.RunAsync("image", "inspect", "--format", "{{.Id}}", Image);
        Assert.SkipWhen(!isThere, $"no {Image} in a Docker engine here: {why}");
        for (var tried = 1; ; tried++)
        {
            // One that the engine chooses would be another after each start. Until it is bound somebody else may take it.
            var port = FreePort();
            var (isMade, container) = await Docker.RunAsync("create", "-p", $"127.0.0.1:{port}:7480", Image);
            Assert.True(isMade, container);
            var bucket = new LabBucket(container, new Uri($"http://127.0.0.1:{port}"));
            var (isStarted, said) = await Docker.RunAsync("start", container);
            if (isStarted && await bucket.AnswersAsync(s3 => s3.PutBucketAsync(Bucket)))
                return bucket;
            await bucket.DisposeAsync();
            Assert.True(tried < Tries, isStarted ? $"{Image} does not answer" : said);
        }
    }

    /// <summary>SIGKILL, whatever it is doing.</summary>
    public async Task KillAsync()
    {
        var (isKilled, said) = await Docker.RunAsync("kill", _container);
        Assert.True(isKilled, said);
    }

    /// <summary>Starts it again, and waits until it answers.</summary>
    public async Task AgainAsync()
    {
        for (var tried = 1; ; tried++)
        {
            var (isStarted, said) = await Docker.RunAsync("start", _container);
            if (isStarted && await AnswersAsync(s3 => s3.ListObjectsV2Async(new() { BucketName = Bucket, MaxKeys = 1 })))
                return;
            Assert.True(tried < Tries, isStarted ? $"{Image} does not answer again" : said);
            if (isStarted)
                await KillAsync();
            else
                await Task.Delay(500, Rig.Ct);
        }
    }

    public async ValueTask DisposeAsync() => await Docker.RunAsync("rm", "-f", "-v", _container);

    private async Task<bool> AnswersAsync(Func<AmazonS3Client, Task> ask)
    {
        var config = new AmazonS3Config
        {
            ServiceURL = _address.ToString(),
            ForcePathStyle = true,
            AuthenticationRegion = "us-east-1",
            MaxErrorRetry = 0,
            Timeout = Patience,
        };
        using var s3 = new AmazonS3Client(new BasicAWSCredentials(AccessKey, SecretKey), config);
        for (var since = Stopwatch.StartNew(); since.Elapsed < Patience; await Task.Delay(100, Rig.Ct))
            try
            {
                await ask(s3);
                return true;
            }
            catch (Exception) when (!Rig.Ct.IsCancellationRequested) { }

        return false;
    }

    private static int FreePort()
    {
        using var socket = new TcpListener(IPAddress.Loopback, 0);
        socket.Start();
        return ((IPEndPoint)socket.LocalEndpoint).Port;
    }
}
