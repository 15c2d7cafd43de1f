using System.Net;
using System.Text;
using Microsoft.AspNetCore.Http;
using Slipway.Fault.Tests.Support;
using Slipway.Server.Tests.Runners;
using Slipway.Server.Tests.Support;
using Slipway.Server.Tests.Support.S3;
using Xunit;

namespace Slipway.Fault.Tests;

/// <summary>F19: artifacts and logs are in a bucket, and the bucket fails (reliability-security A4).</summary>
public sealed class StoreTests
{
    private static CancellationToken Ct => Rig.Ct;

    private static readonly Dictionary<string, (Func<HttpContext, Task<bool>> Fault, Func<HttpRequest, bool> When)> s_faults = new()
    {
        ["500"] = (http => Refuse(http, 500, "InternalError"), request => request.Method == "PUT"),
        ["forbidden"] = (http => Refuse(http, 403, "AccessDenied"), _ => true),
        ["reset"] = (ResetAsync, request => request.Method == "PUT"),
        ["busy"] = (http => Refuse(http, 503, "SlowDown"), _ => true),
        ["silent"] = (SilentAsync, request => request.Method == "PUT"),
    };

    [Theory, EveryDatabase]
    public async Task A_bucket_that_fails_is_503_and_leaves_no_row(DatabaseKind kind)
    {
        await using var bucket = await S3Server.StartAsync();
        await using var rig = await Rig.StartAsync(kind, Environment(bucket));
        using var runner = await rig.RunnerAsync();
        foreach (var fault in Rig.Plan(kind, [.. s_faults.Keys]))
            await FailedAsync(rig, bucket, runner, fault);
        await rig.SoundAsync("bucket");
        Assert.Empty(bucket.Contents.Uploads);
    }

    private static async Task FailedAsync(Rig rig, S3Server bucket, WireRunner runner, string name)
    {
        await rig.PushAsync();
        var job = await Rig.TakeAsync(runner);
        var archive = new byte[200_000];
        Random.Shared.NextBytes(archive);
        var (fault, when) = s_faults[name];
        bucket.Fault = http => when(http.Request) ? fault(http) : Task.FromResult(false);
        Assert.Equal((name, HttpStatusCode.ServiceUnavailable), (name, await UploadAsync(rig, job, archive)));
        Assert.Equal((name, HttpStatusCode.NotFound), (name, (await rig.BytesAsync($"projects/1/jobs/{job.Id}/artifacts")).Status));

        bucket.Fault = null;
        rig.KillAt("artifact stored");
        await Assert.ThrowsAsync<HttpRequestException>(() => UploadAsync(rig, job, archive));
        await rig.DiedAsync();
        Assert.Equal(HttpStatusCode.Created, await UploadAsync(rig, job, archive));
        bucket.Fault = http => Refuse(http, 503, "SlowDown");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await rig.BytesAsync($"projects/1/jobs/{job.Id}/artifacts")).Status);
        bucket.Fault = null;
        Assert.Equal(archive, (await rig.BytesAsync($"projects/1/jobs/{job.Id}/artifacts")).Bytes);

        await ArchivedAsync(rig, bucket, job);
    }

    /// <summary>A log is read from its file until the bucket has it.</summary>
    private static async Task ArchivedAsync(Rig rig, S3Server bucket, WireJob job)
    {
        job.Log = Encoding.UTF8.GetBytes("a log\n");
        bucket.Fault = http => http.Request.Method == "PUT" ? Refuse(http, 503, "SlowDown") : Task.FromResult(false);
        Assert.Equal(200, (await job.FinishAsync("success")).Status);
        Assert.Equal(job.Log, (await rig.BytesAsync($"projects/1/jobs/{job.Id}/trace")).Bytes);
        bucket.Fault = null;
        var live = Path.Combine(rig.DataFolder, "traces", (job.Id % 256).ToString("x2"), $"{job.Id}.log");
        await Rig.UntilAsync(() => Task.FromResult(!File.Exists(live)));
        Assert.False(File.Exists(live));
        Assert.Equal(job.Log, (await rig.BytesAsync($"projects/1/jobs/{job.Id}/trace")).Bytes);
    }

    private static Task<bool> ResetAsync(HttpContext http)
    {
        http.Abort();
        return Task.FromResult(true);
    }

    private static async Task<bool> SilentAsync(HttpContext http)
    {
        await Task.WhenAny(Task.Delay(Timeout.Infinite, http.RequestAborted));
        return true;
    }

    private static async Task<bool> Refuse(HttpContext http, int status, string code)
    {
        await S3Server.RefuseAsync(http, status, code);
        return true;
    }

    private static async Task<HttpStatusCode> UploadAsync(Rig rig, WireJob job, byte[] archive)
    {
        using var request = new HttpRequestMessage(
            HttpMethod.Post,
            $"/api/v4/jobs/{job.Id}/artifacts?artifact_format=zip&artifact_type=archive"
        );
        request.Headers.Add("JOB-TOKEN", job.Token);
        request.Content = new MultipartFormDataContent { { new ByteArrayContent(archive), "file", "artifacts.zip" } };
        using var answer = await rig.Http.SendAsync(request, Ct);
        Assert.Equal(answer.StatusCode == HttpStatusCode.ServiceUnavailable, answer.Headers.RetryAfter is not null);
        return answer.StatusCode;
    }

    private static Dictionary<string, string> Environment(S3Server bucket) =>
        new()
        {
            ["SLIPWAY_BLOBS"] = $"s3://{S3Server.Bucket}/ci?endpoint={bucket.Address}&timeout=1",
            ["AWS_ACCESS_KEY_ID"] = S3Server.AccessKey,
            ["AWS_SECRET_ACCESS_KEY"] = S3Server.SecretKey,
        };
}
