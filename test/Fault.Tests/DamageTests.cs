using Slipway.Fault.Tests.Support;
using Slipway.Server.Data;
using Slipway.Server.Tests.Registry;
using Slipway.Server.Tests.Support;
using Xunit;

namespace Slipway.Fault.Tests;

/// <summary>F26: what is kept of an image is no longer what was pushed (reliability-security A4).</summary>
public sealed class DamageTests(Rigs rigs) : IClassFixture<Rigs>
{
    private const string Repository = "root/app";

    private static CancellationToken Ct => Rig.Ct;

    /// <summary>It is found by who reads it, or by who looks for it; then who pushes is told that it is missing, and what is pushed takes its place.</summary>
    [Theory, EveryDatabase]
    public async Task What_is_damaged_is_never_given_out_is_named_and_is_mended_by_the_next_push(DatabaseKind kind)
    {
        var rig = await rigs.OfAsync(kind);
        foreach (
            var what in Rig.Plan(
                kind,
                "layer",
                "config, looked for",
                "manifest",
                "layer, looked for",
                "cut",
                "manifest, looked for",
                "gone"
            )
        )
        {
            var client = new RegistryClient(rig.Server.Address, "root", rig.Token);
            var (config, layer) = (Images.Bytes(64), Images.Bytes(400_000));
            await client.PushAsync(Repository, config);
            await client.PushAsync(Repository, layer);
            var manifest = Images.Image(config, layer).ToBytes();
            Assert.Equal(201, (await client.PutAsync(Repository, what.Split(',')[0], manifest)).Status);

            var bytes = what.Split(',')[0] switch
            {
                "config" => config,
                "manifest" => manifest,
                _ => layer,
            };
            var digest = Images.Digest(bytes);
            var at = $"/v2/{Repository}/{(bytes == manifest ? "manifests" : "blobs")}/{digest}";
            await DamageAsync(rig, what, bytes);
            // What has just come is believed for a day.
            await rig.KillAsync();
            client.Dispose();
            client = new RegistryClient(rig.Server.Address, "root", rig.Token);
            if (!what.EndsWith("looked for"))
                await NotServedAsync(client, at);
            var (exit, said) = await rig.Server.RunAsync("registry", "verify");
            Assert.True(exit == 1 && said.Contains(digest), $"{what}: {exit} {said}");

            await NotServedAsync(client, at);
            if (bytes != manifest)
                Assert.Equal(
                    202,
                    (await client.SendAsync("POST", $"/v2/root/app/other/blobs/uploads/?mount={digest}&from={Repository}", null)).Status
                );
            await PushAsync(client, bytes, manifest);
            Assert.Equal(200, (await client.HeadAsync(at)).Status);
            Assert.Equal(bytes, (await client.GetAsync(at)).Body);
            (exit, said) = await rig.Server.RunAsync("registry", "verify");
            Assert.True(exit == 0, $"{what}: {said}");
            client.Dispose();
        }

        await rig.SoundAsync("damage");
    }

    /// <summary>Never whole; and from the second time on, with the reason. Who only looks is told that it is not there.</summary>
    internal static async Task NotServedAsync(RegistryClient client, string at)
    {
        try
        {
            Assert.Equal(503, (await client.GetAsync(at)).Status);
        }
        catch (HttpRequestException)
        {
            // Cut off, instead of its last bytes.
        }

        var said = await client.GetAsync(at);
        Assert.Equal((503, "UNAVAILABLE"), (said.Status, said.Code));
        Assert.Contains("is damaged on the server: push the image again", said.Text);
        Assert.Equal(404, (await client.HeadAsync(at)).Status);
    }

    private static async Task PushAsync(RegistryClient client, byte[] bytes, byte[] manifest)
    {
        if (bytes != manifest)
        {
            // An image that names it is no image until it is there again.
            Assert.Equal(404, (await client.PutAsync(Repository, "again", manifest)).Status);
            await client.PushAsync(Repository, bytes);
        }

        Assert.Equal(201, (await client.PutAsync(Repository, "again", manifest)).Status);
    }

    private static async Task DamageAsync(Rig rig, string what, byte[] bytes)
    {
        var digest = Images.Digest(bytes);
        if (what.StartsWith("manifest"))
        {
            var content = bytes.ToArray();
            content[Random.Shared.Next(content.Length)] ^= 1;
            Assert.Equal(
                1,
                await rig.OnRowsAsync(db =>
                    db.ExecuteAsync("UPDATE registry_manifests SET content = @content WHERE digest = @digest", new { content, digest }, Ct)
                )
            );
            return;
        }

        var hex = digest["sha256:".Length..];
        var file = Path.Combine(rig.DataFolder, "blobs", "sha256", hex[..2], hex);
        switch (what)
        {
            case "gone":
                File.Delete(file);
                break;
            case "cut":
                await File.WriteAllBytesAsync(file, bytes[..^1], Ct);
                break;
            default:
                var changed = bytes.ToArray();
                changed[Random.Shared.Next(changed.Length)] ^= (byte)(1 << Random.Shared.Next(8));
                await File.WriteAllBytesAsync(file, changed, Ct);
                break;
        }
    }
}
