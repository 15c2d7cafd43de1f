using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Slipway.Fault.Tests.Support;
using Slipway.Server.Tests.Registry;
using Slipway.Server.Tests.Support;
using Xunit;

namespace Slipway.Fault.Tests;

/// <summary>F15: the disk is full while images are pushed, and there is room again (reliability-security A4).</summary>
public sealed class RegistryFullDiskTests
{
    private const string Repository = "root/app";

    /// <summary>What Docker shows of it.</summary>
    private const string Full = "the server's disk is full";

    private static CancellationToken Ct => Rig.Ct;

    [Theory, EveryDatabase]
    public async Task A_registry_whose_disk_is_full_says_so_loses_nothing_and_goes_on(DatabaseKind kind)
    {
        await using var rig = await Rig.StartAsync(kind, megabytes: 48);
        foreach (var _ in Rig.Plan(kind, "full"))
        {
            using var client = Client(rig);
            var old = await client.PushImageAsync(Repository, "moving");
            var (config, layer, whole) = (Images.Bytes(64), Images.Bytes(1000), Images.Bytes(900_000));
            await client.PushAsync(Repository, config);
            await client.PushAsync(Repository, layer);
            var image = Images.Image(config, layer);
            image["annotations"] = new JsonObject { ["long"] = new string('a', 500_000) };
            var manifest = image.ToBytes();
            var at = (await client.SendAsync("POST", $"/v2/{Repository}/blobs/uploads/", null)).Location;
            Assert.Equal(202, (await client.SendAsync("PATCH", at, whole[..300_000])).Status);

            rig.Disk!.Fill();
            await RefusedAsync(rig, client, at, whole);
            var put = await client.PutAsync(Repository, "moving", manifest);
            // What the database has kept of its room may do for a manifest, and another disk does.
            Assert.True(put.Status is 201 or 503, put.Text);
            if (put.Status == 503)
                Assert.Equal(("UNAVAILABLE", Full), (put.Code, MessageOf(put)));
            await ReadAsync(rig, put.Status == 201 ? Images.Digest(manifest) : old, old);

            rig.Disk.Free();
            var since = new FairStopwatch();
            Assert.Equal("0-299999", (await client.GetAsync(at)).Header("Range"));
            Assert.Equal(201, (await client.SendAsync("PUT", $"{at}?digest={Images.Digest(whole)}", whole[300_000..])).Status);
            Assert.Equal(201, (await client.PutAsync(Repository, "moving", manifest)).Status);
            Assert.True(since.Elapsed < TimeSpan.FromSeconds(10), $"it took {since.Elapsed} to go on");
            Assert.Equal(whole, (await client.GetAsync($"/v2/{Repository}/blobs/{Images.Digest(whole)}")).Body);
            Assert.Equal(manifest, (await client.GetAsync($"/v2/{Repository}/manifests/moving")).Body);
            // The disk is small.
            Assert.Equal(202, (await client.DeleteAsync($"/v2/{Repository}/blobs/{Images.Digest(whole)}")).Status);
        }

        await rig.SoundAsync("full disk");
    }

    /// <summary>Every way in, each with the reason, and nothing of it is there afterwards.</summary>
    private static async Task RefusedAsync(Rig rig, RegistryClient client, string at, byte[] whole)
    {
        var digest = Images.Digest(whole);
        foreach (
            var (method, path, bytes) in new[]
            {
                ("PATCH", at, whole[300_000..]),
                ("PUT", $"{at}?digest={digest}", whole[300_000..]),
                ("POST", $"/v2/{Repository}/blobs/uploads/?digest={digest}", whole),
            }
        )
        {
            var said = await client.SendAsync(method, path, bytes);
            Assert.Equal((method, 503, "UNAVAILABLE", Full), (method, said.Status, said.Code, MessageOf(said)));
            Assert.NotNull(said.Header("Retry-After"));
        }

        Assert.Equal(404, (await client.HeadAsync($"/v2/{Repository}/blobs/{digest}")).Status);
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/v2/{Repository}/blobs/uploads/?digest={digest}")
        {
            Content = new ByteArrayContent(whole),
        };
        request.Headers.Authorization = new AuthenticationHeaderValue(
            "Basic",
            Convert.ToBase64String(Encoding.UTF8.GetBytes($"root:{rig.Token}"))
        );
        using var answer = await rig.Http.SendAsync(request, Ct);
        Assert.Equal((HttpStatusCode.ServiceUnavailable, Full), (answer.StatusCode, answer.ReasonPhrase));
    }

    /// <summary>Who comes only now can sign in and pull.</summary>
    private static async Task ReadAsync(Rig rig, string moving, string old)
    {
        using var client = Client(rig);
        var manifest = await client.GetAsync($"/v2/{Repository}/manifests/moving");
        Assert.Equal((200, moving), (manifest.Status, Images.Digest(manifest.Body)));
        var image = await client.GetAsync($"/v2/{Repository}/manifests/{old}");
        foreach (var layer in image.Json.GetProperty("layers").EnumerateArray())
        {
            var digest = layer.GetProperty("digest").GetString()!;
            Assert.Equal(digest, Images.Digest((await client.GetAsync($"/v2/{Repository}/blobs/{digest}")).Body));
        }

        Assert.Equal(200, (await client.GetAsync($"/v2/{Repository}/tags/list")).Status);
    }

    private static string? MessageOf(Said said) => said.Json.GetProperty("errors")[0].GetProperty("message").GetString();

    private static RegistryClient Client(Rig rig) => new(rig.Server.Address, "root", rig.Token);
}
