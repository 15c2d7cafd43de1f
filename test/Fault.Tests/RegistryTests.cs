using Slipway.Fault.Tests.Support;
using Slipway.Server;
using Slipway.Server.Data;
using Slipway.Server.Registry.Collecting;
using Slipway.Server.Tests.Registry;
using Slipway.Server.Tests.Support;
using Xunit;

namespace Slipway.Fault.Tests;

/// <summary>F7, F8 and F9a: the server dies while it takes a layer or an image, or while it collects what nothing needs (reliability-security A4).</summary>
public sealed class RegistryTests(Rigs rigs) : IClassFixture<Rigs>
{
    private const string Repository = "root/app";

    private static CancellationToken Ct => Rig.Ct;

    /// <summary>F7: what was acknowledged is there, and the upload goes on behind it.</summary>
    [Theory, EveryDatabase]
    public async Task A_layer_comes_whole_wherever_the_server_died(DatabaseKind kind)
    {
        var rig = await rigs.OfAsync(kind);
        foreach (var point in Rig.Plan(kind, "registry piece stored", "registry piece kept", "registry blob stored", "registry blob kept"))
        {
            var whole = Images.Bytes(600_000);
            var digest = Images.Digest(whole);
            string at;
            using (var client = Client(rig))
            {
                at = (await client.SendAsync("POST", $"/v2/{Repository}/blobs/uploads/", null)).Location;
                Assert.Equal(202, (await client.SendAsync("PATCH", at, whole[..200_000])).Status);
                rig.KillAt(point);
                await Assert.ThrowsAsync<HttpRequestException>(async () =>
                {
                    await client.SendAsync("PATCH", at, whole[200_000..400_000]);
                    await client.SendAsync("PUT", $"{at}?digest={digest}", whole[400_000..]);
                });
            }

            await rig.DiedAsync();
            using var again = Client(rig);
            var status = await again.GetAsync(at);
            if (status.Status == 204)
            {
                var next = int.Parse(status.Header("Range")!.Split('-')[1]) + 1;
                Assert.True(next is 200_000 or 400_000, $"{point}: it goes on at {next}");
                Assert.Equal(201, (await again.SendAsync("PUT", $"{at}?digest={digest}", whole[next..])).Status);
            }

            // Over only when it was all there.
            Assert.Equal(point == "registry blob kept" ? 404 : 204, status.Status);
            Assert.Equal(whole, (await again.GetAsync($"/v2/{Repository}/blobs/{digest}")).Body);
        }

        await rig.SoundAsync("layers");
    }

    /// <summary>F8: a tag is at the old image or at the new one, and either can be pulled.</summary>
    [Theory, EveryDatabase]
    public async Task A_tag_is_at_the_old_image_or_the_new_one_wherever_the_server_died(DatabaseKind kind)
    {
        var rig = await rigs.OfAsync(kind);
        foreach (var point in Rig.Plan(kind, "manifest inserted", "manifest tagged", "manifest kept"))
        {
            string old;
            byte[] manifest;
            using (var client = Client(rig))
            {
                old = await client.PushImageAsync(Repository, "moving");
                var (config, layer) = (Images.Bytes(64), Images.Bytes(1000));
                await client.PushAsync(Repository, config);
                await client.PushAsync(Repository, layer);
                manifest = Images.Image(config, layer).ToBytes();
                rig.KillAt(point);
                await Assert.ThrowsAsync<HttpRequestException>(() => client.PutAsync(Repository, "moving", manifest));
            }

            await rig.DiedAsync();
            using var again = Client(rig);
            Assert.Equal(point == "manifest kept" ? Images.Digest(manifest) : old, await WholeAsync(again, "moving"));
            await WholeAsync(again, old);
            Assert.Equal(201, (await again.PutAsync(Repository, "moving", manifest)).Status);
            Assert.Equal(Images.Digest(manifest), await WholeAsync(again, "moving"));
        }

        await rig.SoundAsync("images");
    }

    /// <summary>F9a: the next start takes up what is left, and what is needed stays.</summary>
    [Theory, EveryDatabase]
    public async Task Collecting_goes_on_wherever_the_server_died_and_takes_nothing_that_is_needed(DatabaseKind kind)
    {
        var rig = await rigs.OfAsync(kind);
        foreach (
            var point in Rig.Plan(
                kind,
                "images noted",
                "manifest half collected",
                "manifests collected",
                "layers half collected",
                "layers collected"
            )
        )
        {
            string gone,
                kept;
            using (var client = Client(rig))
            {
                gone = await client.PushImageAsync(Repository, "collected");
                kept = await client.PushImageAsync(Repository, "collected");
                await client.PushAsync(Repository, Images.Bytes(100));
            }

            // As if a round had seen it two days ago.
            await rig.OnRowsAsync(db =>
                new Collection(db, TimeProvider.System, new ServerOptions { DataFolder = "" }).RunAsync(null, false, Ct)
            );
            foreach (var table in (string[])["registry_manifests", "registry_blobs"])
                await rig.OnRowsAsync(db => db.ExecuteAsync($"UPDATE {table} SET unused_since = unused_since - 172800000", null, Ct));
            await rig.Server.KillAsync();
            rig.KillAt(point);
            await DieAtStartAsync(rig);
            await rig.AgainAsync();

            await Rig.UntilAsync(async () => await DueAsync(rig) == 0);
            Assert.Equal(0, await DueAsync(rig));
            using var again = Client(rig);
            Assert.Equal(kept, await WholeAsync(again, "collected"));
            Assert.Equal(404, (await again.GetAsync($"/v2/{Repository}/manifests/{gone}")).Status);
        }

        await rig.SoundAsync("collecting");
    }

    /// <summary>A round is the first thing that a server does, perhaps before it is ready.</summary>
    private static async Task DieAtStartAsync(Rig rig)
    {
        try
        {
            await rig.Server.StartAsync();
        }
        catch (InvalidOperationException) when (!rig.Server.IsAlive)
        {
            // It was quick.
        }

        await rig.Server.DeadAsync();
    }

    private static Task<long> DueAsync(Rig rig) =>
        rig.OnRowsAsync(db =>
            db.FindAsync<long>(
                "SELECT COUNT(*) FROM (SELECT unused_since FROM registry_manifests UNION ALL SELECT unused_since FROM registry_blobs) a WHERE unused_since < @before",
                new { before = TimeProvider.System.GetUtcNow().AddHours(-25).ToUnixTimeMilliseconds() },
                Ct
            )
        );

    private static RegistryClient Client(Rig rig) => new(rig.Server.Address, "root", rig.Token);

    /// <returns>The digest of what can be pulled with all that it names.</returns>
    private static async Task<string> WholeAsync(RegistryClient client, string reference)
    {
        var manifest = await client.GetAsync($"/v2/{Repository}/manifests/{reference}");
        Assert.Equal((200, Images.Digest(manifest.Body)), (manifest.Status, manifest.Header("Docker-Content-Digest")));
        foreach (var blob in manifest.Json.GetProperty("layers").EnumerateArray().Append(manifest.Json.GetProperty("config")))
        {
            var digest = blob.GetProperty("digest").GetString()!;
            Assert.Equal(digest, Images.Digest((await client.GetAsync($"/v2/{Repository}/blobs/{digest}")).Body));
        }

        return Images.Digest(manifest.Body);
    }
}
