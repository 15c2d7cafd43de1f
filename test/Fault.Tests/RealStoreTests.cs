using System.Text;
using Slipway.Fault.Tests.Support;
using Slipway.Server.Tests.Registry;
using Slipway.Server.Tests.Runners;
using Slipway.Server.Tests.Support;
using Xunit;

namespace Slipway.Fault.Tests;

/// <summary>F6, F7 and F19 with a real S3 server: it is killed, or ours is, while layers and artifacts are on their way (reliability-security A4).</summary>
public sealed class RealStoreTests
{
    private const string Repository = "root/app";

    /// <summary>One part: of an object in several the lab's server gives back other bytes, and then nothing.</summary>
    private const int Large = 6_000_000;

    private static CancellationToken Ct => Rig.Ct;

    [Theory, EveryDatabase]
    public async Task Layers_and_artifacts_are_whole_or_not_there_whoever_was_killed(DatabaseKind kind)
    {
        await using var bucket = await LabBucket.StartAsync();
        await using var rig = await Rig.StartAsync(kind, bucket.Environment);
        foreach (var victim in Rig.Plan(kind, "server", "bucket"))
        {
            await rig.PushAsync();
            using var runner = await rig.RunnerAsync();
            var job = await Rig.TakeAsync(runner);
            job.Log = Encoding.UTF8.GetBytes($"{victim} was killed\n");
            var (layer, archive) = (Images.Bytes(Large), Images.Bytes(5_000_000));
            // To kill the bucket takes a moment by itself.
            var after = Random.Shared.Next(victim == "server" ? 600 : 200);

            var layerSent = SentAsync(() => SendLayerAsync(rig, layer));
            var archiveSent = SentAsync(async () => (await job.UploadAsync(archive)).Status);
            await Task.Delay(after, Ct);
            await (victim == "server" ? rig.Server.KillAsync() : bucket.KillAsync());
            var (ofLayer, ofArchive) = (await layerSent, await archiveSent);
            var what = $"{victim} after {after} ms, layer {ofLayer}, artifacts {ofArchive}";
            TestContext.Current.TestOutputHelper?.WriteLine(what);
            // A server whose bucket is gone is there, and says so.
            Assert.True(victim == "server" || (ofLayer is 201 or 503 && ofArchive is 201 or 503), what);
            await (victim == "server" ? rig.AgainAsync() : bucket.AgainAsync());

            await HeldAsync(rig, layer, ofLayer, what);
            var (status, bytes) = await rig.BytesAsync($"projects/1/jobs/{job.Id}/artifacts");
            WholeOrNotThere(ofArchive, (int)status, bytes, archive, what);
            await AgainAsync(rig, job, layer, archive);
        }

        await rig.SoundAsync("killed");
    }

    /// <summary>What was under way is sent once more, and all of it is there.</summary>
    private static async Task AgainAsync(Rig rig, WireJob job, byte[] layer, byte[] archive)
    {
        Assert.Equal(201, await SendLayerAsync(rig, layer));
        Assert.Equal(201, (await job.UploadAsync(archive)).Status);
        Assert.Equal(200, (await job.FinishAsync("success")).Status);
        await HeldAsync(rig, layer, 201, "sent again");
        Assert.Equal(archive, (await rig.BytesAsync($"projects/1/jobs/{job.Id}/artifacts")).Bytes);
        var live = Path.Combine(rig.DataFolder, "traces", (job.Id % 256).ToString("x2"), $"{job.Id}.log");
        await Rig.UntilAsync(() => Task.FromResult(!File.Exists(live)));
        Assert.False(File.Exists(live), "its log does not get into the bucket");
        Assert.Equal(job.Log, (await rig.BytesAsync($"projects/1/jobs/{job.Id}/trace")).Bytes);
    }

    /// <param name="told">Of the upload.</param>
    private static async Task HeldAsync(Rig rig, byte[] layer, int told, string what)
    {
        using var client = Client(rig);
        var said = await client.GetAsync($"/v2/{Repository}/blobs/{Images.Digest(layer)}");
        WholeOrNotThere(told, said.Status, said.Body, layer, what);
    }

    /// <summary>What was taken is there, what was refused is not, and what was not answered is one of the two.</summary>
    private static void WholeOrNotThere(int told, int status, byte[] found, byte[] sent, string what)
    {
        Assert.True(
            told switch
            {
                201 => status == 200,
                503 => status == 404,
                _ => status is 200 or 404,
            },
            $"{what}: {status}"
        );
        Assert.True(status != 200 || found.AsSpan().SequenceEqual(sent), $"{what}: other bytes");
    }

    private static async Task<int> SendLayerAsync(Rig rig, byte[] layer)
    {
        using var client = Client(rig);
        return (await client.SendAsync("POST", $"/v2/{Repository}/blobs/uploads/?digest={Images.Digest(layer)}", layer)).Status;
    }

    /// <returns>The status; 0 for none.</returns>
    private static async Task<int> SentAsync(Func<Task<int>> send)
    {
        try
        {
            return await send();
        }
        catch (HttpRequestException)
        {
            return 0;
        }
    }

    private static RegistryClient Client(Rig rig) => new(rig.Server.Address, "root", rig.Token);
}
