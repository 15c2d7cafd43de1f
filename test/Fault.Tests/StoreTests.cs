using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
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
    /// <summary>Seconds for which a bucket may say nothing: enough for one that is starved and well, and few for the tests that wait for their end.</summary>
    private const int Silence = 3;

    private static CancellationToken Ct => Rig.Ct;

    private static readonly Dictionary<string, (Func<HttpContext, Task<bool>> Fault, Func<HttpRequest, bool> When)> s_faults = new()
    {
        ["500"] = (http => Refuse(http, 500, "InternalError"), request => request.Method == "PUT"),
        ["forbidden"] = (http => Refuse(http, 403, "AccessDenied"), _ => true),
        ["reset"] = (ResetAsync, request => request.Method == "PUT"),
        ["busy"] = (http => Refuse(http, 503, "SlowDown"), _ => true),
        ["silent"] = (SilentAsync, request => request.Method == "PUT"),
        ["late"] = (LateAsync, request => request.Method == "PUT"),
        ["without a tag"] = (_ => Task.FromResult(true), request => request.Method == "PUT"),
    };

    /// <summary>What may happen on the way back.</summary>
    private static readonly Dictionary<string, Func<HttpContext, Task<bool>>> s_ways = new()
    {
        ["500"] = http => Refuse(http, 500, "InternalError"),
        ["no bucket"] = http => Refuse(http, 404, "NoSuchBucket"),
        ["reset"] = ResetAsync,
        ["silent"] = SilentAsync,
        ["cut off"] = http => Cut(http, 0.5, isSilent: false),
        ["cut off at once"] = http => Cut(http, 0, isSilent: false),
        ["silent halfway"] = http => Cut(http, 0.5, isSilent: true),
    };

    /// <summary>What may have become of an object.</summary>
    private static readonly Dictionary<string, Func<byte[], byte[]?>> s_changes = new()
    {
        ["missing"] = _ => null,
        ["shorter"] = bytes => bytes[..^1],
        ["longer"] = bytes => [.. bytes, 1],
        ["changed"] = bytes => [.. bytes[..^1], (byte)(bytes[^1] ^ 1)],
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

    /// <summary>Artifacts, a part of them, a file of them, and the log: 503 with the reason, or cut off, and never as if that were all, or there were nothing.</summary>
    [Theory, EveryDatabase]
    public async Task What_a_bucket_does_not_give_back_whole_never_ends_well_and_is_never_not_there(DatabaseKind kind)
    {
        await using var bucket = await S3Server.StartAsync();
        await using var rig = await Rig.StartAsync(kind, Environment(bucket));
        using var runner = await rig.RunnerAsync();
        await rig.PushAsync();
        var job = await Rig.TakeAsync(runner);
        var file = new byte[150_000];
        Random.Shared.NextBytes(file);
        var archive = Zip(file);
        Assert.Equal(HttpStatusCode.Created, await UploadAsync(rig, job, archive));
        job.Log = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, 5000).Select(n => $"line {n}\n")));
        Assert.Equal(200, (await job.FinishAsync("success")).Status);
        await ArchivedAsync(rig, job);
        Reading[] readings =
        [
            new($"projects/1/jobs/{job.Id}/artifacts", archive),
            new($"projects/1/jobs/{job.Id}/trace", job.Log),
            new($"projects/1/jobs/{job.Id}/artifacts", archive[^1000..], archive.Length - 1000),
            new($"projects/1/jobs/{job.Id}/trace", job.Log[^1000..], job.Log.Length - 1000),
            new($"projects/1/jobs/{job.Id}/artifacts/file", file, IsFile: true),
        ];

        var kept = bucket.Contents.Objects.ToList();
        foreach (var fault in Rig.Plan(kind, [.. s_ways.Keys, .. s_changes.Keys]))
        {
            if (s_ways.TryGetValue(fault, out var way))
                bucket.Fault = http => http.Request.Method == "GET" ? way(http) : Task.FromResult(false);
            foreach (var (key, bytes) in kept)
                Change(bucket, key, bytes, fault);
            // What may go better the next time is tried four times, with pauses.
            foreach (var reading in Rig.IsLong || s_changes.ContainsKey(fault) ? readings : readings[..2])
                await NotWellAsync(rig, fault, reading);
            bucket.Fault = null;
            foreach (var (key, bytes) in kept)
                bucket.Contents.Objects[key] = bytes;
            foreach (var reading in readings)
                Assert.Equal(reading.Bytes, (await ReadAsync(rig, reading)).Bytes);
        }

        await rig.SoundAsync("read");
    }

    private static void Change(S3Server bucket, string key, byte[] bytes, string fault)
    {
        if (!s_changes.TryGetValue(fault, out var change))
            return;
        if (change(bytes) is { } changed)
            bucket.Contents.Objects[key] = changed;
        else
            bucket.Contents.Objects.Remove(key);
    }

    private static async Task NotWellAsync(Rig rig, string fault, Reading reading)
    {
        var what = $"{fault}: {reading.Path} from {reading.Start ?? 0}";
        try
        {
            var (status, bytes) = await ReadAsync(rig, reading);
            // What is asked for in part can be right where the whole is not.
            if (!reading.IsWhole && s_changes.ContainsKey(fault) && status is HttpStatusCode.OK or HttpStatusCode.PartialContent)
                Assert.True(fault == "changed" || bytes.AsSpan().SequenceEqual(reading.Bytes), what);
            else
                Assert.Equal((what, HttpStatusCode.ServiceUnavailable), (what, status));
        }
        catch (HttpRequestException e) when (e.StatusCode is null)
        {
            TestContext.Current.TestOutputHelper?.WriteLine($"{what}: cut off");
        }
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

        job.Log = Encoding.UTF8.GetBytes("a log\n");
        bucket.Fault = http => http.Request.Method == "PUT" ? Refuse(http, 503, "SlowDown") : Task.FromResult(false);
        Assert.Equal(200, (await job.FinishAsync("success")).Status);
        Assert.Equal(job.Log, (await rig.BytesAsync($"projects/1/jobs/{job.Id}/trace")).Bytes);
        bucket.Fault = null;
        await ArchivedAsync(rig, job);
    }

    /// <summary>A log is read from its file until the bucket has it.</summary>
    private static async Task ArchivedAsync(Rig rig, WireJob job)
    {
        var live = Path.Combine(rig.DataFolder, "traces", (job.Id % 256).ToString("x2"), $"{job.Id}.log");
        await Rig.UntilAsync(() => Task.FromResult(!File.Exists(live)));
        Assert.False(File.Exists(live));
        Assert.Equal(job.Log, (await rig.BytesAsync($"projects/1/jobs/{job.Id}/trace")).Bytes);
    }

    /// <param name="Start">Of a part that goes to the end.</param>
    private sealed record Reading(string Path, byte[] Bytes, int? Start = null, bool IsFile = false)
    {
        public bool IsWhole => Start is null && !IsFile;
    }

    private static async Task<(HttpStatusCode Status, byte[] Bytes)> ReadAsync(Rig rig, Reading reading)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v4/" + reading.Path);
        request.Headers.Add("PRIVATE-TOKEN", rig.Token);
        request.Headers.Range = reading.Start is { } start ? new RangeHeaderValue(start, null) : null;
        using var answer = await rig.Http.SendAsync(request, Ct);
        var bytes = await answer.Content.ReadAsByteArrayAsync(Ct);
        if (answer.StatusCode == HttpStatusCode.ServiceUnavailable)
            Assert.Contains("the server's ", JsonDocument.Parse(bytes).RootElement.GetProperty("message").GetString());
        return (answer.StatusCode, bytes);
    }

    private static byte[] Zip(byte[] file)
    {
        using var zip = new MemoryStream();
        using (var archive = new ZipArchive(zip, ZipArchiveMode.Create, leaveOpen: true))
        using (var entry = archive.CreateEntry("file").Open())
            entry.Write(file);
        return zip.ToArray();
    }

    private static Task<bool> Cut(HttpContext http, double share, bool isSilent)
    {
        http.Response.Body = new CutBody(http, share, isSilent);
        return Task.FromResult(false);
    }

    /// <summary>It keeps what it was given, and says so when nobody listens any more.</summary>
    private static async Task<bool> LateAsync(HttpContext http)
    {
        await Task.WhenAny(Task.Delay(Timeout.Infinite, http.RequestAborted));
        return false;
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
            ["SLIPWAY_BLOBS"] = $"s3://{S3Server.Bucket}/ci?endpoint={bucket.Address}&timeout={Silence}",
            ["AWS_ACCESS_KEY_ID"] = S3Server.AccessKey,
            ["AWS_SECRET_ACCESS_KEY"] = S3Server.SecretKey,
        };
}
