using Microsoft.AspNetCore.Http;
using Slipway.Fault.Tests.Support;
using Slipway.Server.Tests.Registry;
using Slipway.Server.Tests.Support;
using Slipway.Server.Tests.Support.S3;
using Xunit;

namespace Slipway.Fault.Tests;

/// <summary>F19, and F26 in a bucket: layers are in object storage, and it fails, or changes what it has (reliability-security A4).</summary>
public sealed class RegistryStoreTests
{
    private const string Repository = "root/app";

    /// <summary>More than one part.</summary>
    private const int Large = (16 << 20) + 1000;

    private static CancellationToken Ct => Rig.Ct;

    private static readonly Dictionary<string, Func<HttpContext, Task>> s_faults = new()
    {
        ["500"] = http => S3Server.RefuseAsync(http, 500, "InternalError"),
        ["busy"] = http => S3Server.RefuseAsync(http, 503, "SlowDown"),
        ["forbidden"] = http => S3Server.RefuseAsync(http, 403, "AccessDenied"),
        ["no bucket"] = http => S3Server.RefuseAsync(http, 404, "NoSuchBucket"),
        ["reset"] = http =>
        {
            http.Abort();
            return Task.CompletedTask;
        },
        ["silent"] = SilentAsync,
        ["cut off"] = async http =>
        {
            http.Response.ContentLength = 300_000;
            await http.Response.Body.WriteAsync(new byte[1000], Ct);
            await http.Response.Body.FlushAsync(Ct);
            http.Abort();
        },
        ["silent halfway"] = HalfAsync,
    };

    [Theory, EveryDatabase]
    public async Task A_bucket_that_fails_is_503_and_leaves_no_row(DatabaseKind kind)
    {
        await using var bucket = await S3Server.StartAsync();
        await using var rig = await Rig.StartAsync(kind, Environment(bucket, silence: 3));
        using var client = Client(rig);
        var there = await client.PushAsync(Repository, Images.Bytes(300_000));
        foreach (var name in Rig.Plan(kind, [.. s_faults.Keys]))
        {
            var blob = Images.Bytes(300_000);
            var digest = Images.Digest(blob);
            bucket.Fault = async http =>
            {
                await s_faults[name](http);
                return true;
            };
            await FailedAsync(name, () => client.SendAsync("POST", $"/v2/{Repository}/blobs/uploads/?digest={digest}", blob));
            await FailedAsync(name, () => client.GetAsync($"/v2/{Repository}/blobs/{there}"));
            bucket.Fault = null;

            Assert.Equal(404, (await client.HeadAsync($"/v2/{Repository}/blobs/{digest}")).Status);
            // That the store failed says nothing of what is in it.
            Assert.Equal(200, (await client.HeadAsync($"/v2/{Repository}/blobs/{there}")).Status);
            Assert.Equal(there, Images.Digest((await client.GetAsync($"/v2/{Repository}/blobs/{there}")).Body));
        }

        bucket.Fault = async http =>
        {
            await Task.Delay(300, Ct);
            return false;
        };
        await client.PushImageAsync(Repository, "slow");
        bucket.Fault = null;
        await rig.SoundAsync("bucket");
    }

    [Theory, EveryDatabase]
    public async Task Parts_that_fail_are_given_up_and_what_the_bucket_has_changed_is_mended_by_a_push(DatabaseKind kind)
    {
        await using var bucket = await S3Server.StartAsync();
        await using var rig = await Rig.StartAsync(kind, Environment(bucket, silence: 60));
        foreach (var fault in Rig.Plan(kind, "part refused", "part of another tag", "small changed", "large changed"))
            await (fault.StartsWith("part") ? PartFailedAsync(rig, bucket, fault) : ChangedAsync(rig, bucket, fault));
        await rig.SoundAsync("bucket");
    }

    private static async Task PartFailedAsync(Rig rig, S3Server bucket, string fault)
    {
        using var client = Client(rig);
        var large = Images.Bytes(Large);
        bucket.Fault =
            fault == "part refused"
                ? http =>
                    http.Request.Query["partNumber"] == "2"
                        ? Answered(S3Server.RefuseAsync(http, 403, "AccessDenied"))
                        : Task.FromResult(false)
                // The bucket calls it by another tag than it said.
                : http =>
                {
                    if (http.Request.Method != "PUT" || http.Request.Query["partNumber"] != "1")
                        return Task.FromResult(false);
                    http.Response.Headers.ETag = "\"0123456789abcdef0123456789abcdef-1\"";
                    return Task.FromResult(true);
                };
        var said = await client.SendAsync("POST", $"/v2/{Repository}/blobs/uploads/?digest={Images.Digest(large)}", large);
        Assert.Equal((fault, 503, "UNAVAILABLE"), (fault, said.Status, said.Code));
        Assert.Empty(bucket.Contents.Uploads);
        bucket.Fault = null;
        Assert.Equal(404, (await client.HeadAsync($"/v2/{Repository}/blobs/{Images.Digest(large)}")).Status);
    }

    private static async Task ChangedAsync(Rig rig, S3Server bucket, string fault)
    {
        var blob = Images.Bytes(fault.StartsWith("small") ? 500 : Large);
        string at,
            key;
        using (var client = Client(rig))
        {
            var digest = await client.PushAsync(Repository, blob);
            at = $"/v2/{Repository}/blobs/{digest}";
            key = bucket.Contents.Objects.Keys.Single(key => key.EndsWith(digest["sha256:".Length..]));
            bucket.Contents.Objects[key][Random.Shared.Next(blob.Length)] ^= 1;
        }

        // What has just come is believed for a day.
        await rig.KillAsync();
        using var again = Client(rig);
        await DamageTests.NotServedAsync(again, at);
        await again.PushAsync(Repository, blob);
        Assert.Equal(blob, (await again.GetAsync(at)).Body);
        bucket.Contents.Objects.Remove(key);
        await DamageTests.NotServedAsync(again, at);
        await again.PushAsync(Repository, blob);
        Assert.Equal(blob, (await again.GetAsync(at)).Body);
    }

    /// <summary>503 with the reason; or, once some of it has been sent, the connection is cut.</summary>
    private static async Task FailedAsync(string fault, Func<Task<Said>> ask)
    {
        try
        {
            var said = await ask();
            Assert.Equal((fault, 503, "UNAVAILABLE"), (fault, said.Status, said.Code));
            Assert.Contains("storage", said.Text);
        }
        catch (HttpRequestException) when (fault is "cut off" or "silent halfway") { }
    }

    /// <summary>Some of what is read, and then nothing; of what is written, nothing.</summary>
    private static async Task HalfAsync(HttpContext http)
    {
        if (HttpMethods.IsGet(http.Request.Method))
        {
            http.Response.ContentLength = 300_000;
            await http.Response.Body.WriteAsync(new byte[1000], Ct);
            await http.Response.Body.FlushAsync(Ct);
        }

        await SilentAsync(http);
    }

    private static async Task SilentAsync(HttpContext http)
    {
        try
        {
            await Task.Delay(Timeout.Infinite, http.RequestAborted);
        }
        catch (OperationCanceledException) { }
    }

    private static async Task<bool> Answered(Task answer)
    {
        await answer;
        return true;
    }

    private static RegistryClient Client(Rig rig) => new(rig.Server.Address, "root", rig.Token);

    private static Dictionary<string, string> Environment(S3Server bucket, int silence) =>
        new()
        {
            ["SLIPWAY_BLOBS"] = $"s3://{S3Server.Bucket}/ci?endpoint={bucket.Address}&timeout={silence}",
            ["AWS_ACCESS_KEY_ID"] = S3Server.AccessKey,
            ["AWS_SECRET_ACCESS_KEY"] = S3Server.SecretKey,
        };
}
