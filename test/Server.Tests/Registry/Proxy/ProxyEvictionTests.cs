using System.Text.Json.Nodes;
using Slipway.Server.Registry;
using Slipway.Server.Registry.Proxy;
using Slipway.Server.Tests.Support;
using Xunit;

namespace Slipway.Server.Tests.Registry.Proxy;

/// <summary>What is cached of other registries has a largest size, and what nobody has pulled for longest makes room.</summary>
public sealed class ProxyEvictionTests
{
    private const int Layer = 10_000;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory, EveryDatabase]
    public async Task The_image_that_nobody_has_pulled_for_longest_leaves_whole_and_the_others_stay_whole(DatabaseKind kind)
    {
        var clock = new Clock();
        await using var room = await OpenAsync(kind, clock);
        var images = new List<(string Digest, string Layer)>();
        foreach (var name in (string[])["a", "b", "c"])
            images.Add(await PullAsync(room, clock, name));
        // Whoever has its layers pulls the manifest alone.
        await room.ManifestAsync("a", "latest");
        clock.Advance(TimeSpan.FromHours(3));

        Assert.InRange(await EvictAsync(room, 25_000), Layer, Layer + 2000);
        Assert.Equal((2, 2, 2, 4), await CountsAsync(room));
        Assert.Equal(0, await room.CountAsync("blobs", $"digest = '{images[1].Layer}'"));
        Assert.Equal(0, await EvictAsync(room, 25_000));
        room.Upstream.Off();
        foreach (var (name, (digest, layer)) in ((string, (string, string))[])[("a", images[0]), ("c", images[2])])
            Assert.Equal((200, 200), ((await room.ManifestAsync(name, digest)).Status, (await room.BlobAsync(name, layer)).Status));

        room.Upstream.On();
        Assert.Equal(200, (await room.ManifestAsync("b", "latest")).Status);
        Assert.Equal(images[1].Layer, Images.Digest((await room.BlobAsync("b", images[1].Layer)).Body));
    }

    [Theory, EveryDatabase]
    public async Task What_may_be_being_pulled_stays_however_full_it_is(DatabaseKind kind)
    {
        var clock = new Clock();
        await using var room = await OpenAsync(kind, clock);
        var (digest, layer) = room.Upstream.Image("library/a", "latest", Layer);
        await room.ManifestAsync("a", "latest");
        // Used, and not written down again within the hour.
        clock.Advance(TimeSpan.FromMinutes(59));
        await room.ManifestAsync("a", digest);
        await room.BlobAsync("a", layer);
        clock.Advance(TimeSpan.FromMinutes(60));
        Assert.Equal(0, await EvictAsync(room, 0));
        Assert.Equal((1, 1, 1, 2), await CountsAsync(room));
        clock.Advance(TimeSpan.FromHours(2));
        Assert.InRange(await EvictAsync(room, 0), Layer, Layer + 2000);
        Assert.Equal((0, 0, 0, 0), await CountsAsync(room));
    }

    [Theory, EveryDatabase]
    public async Task What_another_group_pulls_is_used_and_what_two_images_share_stays_with_the_other(DatabaseKind kind)
    {
        var clock = new Clock();
        await using var room = await OpenAsync(kind, clock);
        await room.Server.GroupAsync(room.Owner.Row, "others");
        var shared = Images.Bytes(Layer);
        foreach (var name in (string[])["a", "b"])
            await PullAsync(room, clock, name, shared);
        var (_, own) = await PullAsync(room, clock, "c");
        var other = await room.Client.GetAsync("/v2/others/dependency_proxy/containers/a/manifests/latest");
        Assert.Equal(200, other.Status);
        clock.Advance(TimeSpan.FromHours(3));

        // b is the oldest, and frees its manifest alone; then c.
        Assert.InRange(await EvictAsync(room, 12_000), Layer, Layer + 4000);
        Assert.Equal((2, 2), (await room.CountAsync("manifests"), await room.CountAsync("manifests", "image = 'docker.io/library/a'")));
        Assert.Equal(0, await room.CountAsync("blobs", $"digest = '{own}'"));
        Assert.Equal(1, await room.CountAsync("blobs", $"digest = '{Images.Digest(shared)}' AND image = 'docker.io/library/a'"));
    }

    [Theory, EveryDatabase]
    public async Task An_index_takes_its_images_along_but_not_one_that_is_pulled_by_its_digest(DatabaseKind kind)
    {
        var clock = new Clock();
        await using var room = await OpenAsync(kind, clock);
        var (gone, goneLayer) = room.Upstream.Image("library/a", "gone", Layer);
        var (used, usedLayer) = room.Upstream.Image("library/a", "used", Layer);
        var index = Index(gone, used);
        foreach (var reference in (string[])["latest", Images.Digest(index)])
            room.Upstream.Put($"/v2/library/a/manifests/{reference}", Images.OciIndex, index);
        foreach (var reference in (string[])["latest", gone, used])
            Assert.Equal(200, (await room.ManifestAsync("a", reference)).Status);
        foreach (var layer in (string[])[goneLayer, usedLayer])
            await room.BlobAsync("a", layer);
        clock.Advance(TimeSpan.FromDays(1));
        await room.ManifestAsync("a", used);
        clock.Advance(TimeSpan.FromMinutes(90));

        Assert.InRange(await EvictAsync(room, 0), Layer, Layer + 2000);
        Assert.Equal((1, 0, 1, 2), await CountsAsync(room));
        Assert.Equal(
            (1, 1),
            (await room.CountAsync("manifests", $"digest = '{used}'"), await room.CountAsync("blobs", $"digest = '{usedLayer}'"))
        );
    }

    private static Task<ProxyRoom> OpenAsync(DatabaseKind kind, Clock clock) =>
        ProxyRoom.OpenAsync(kind, clock, new RegistryOptions { TokenLifetime = TimeSpan.FromDays(1000) });

    /// <summary>A round of our own: what the server's own rounds are to keep is far more.</summary>
    private static Task<long> EvictAsync(ProxyRoom room, long most)
    {
        var (server, registry) = (room.Server, room.Server.Options.Registry with { ProxyBytes = most });
        return new ProxyEviction(server.Db, server.Options with { Registry = registry }, server.Time).RunAsync(Ct);
    }

    private static async Task<(long Manifests, long Tags, long Blobs, long Links)> CountsAsync(ProxyRoom room) =>
        (await room.CountAsync("manifests"), await room.CountAsync("tags"), await room.CountAsync("blobs"), await room.CountAsync("links"));

    /// <summary>Pulls an image; and a day goes by.</summary>
    private static async Task<(string Digest, string Layer)> PullAsync(ProxyRoom room, Clock clock, string name, byte[]? layer = null)
    {
        var image = room.Upstream.Image($"library/{name}", "latest", Layer, layer);
        Assert.Equal(200, (await room.ManifestAsync(name, "latest")).Status);
        Assert.Equal(200, (await room.BlobAsync(name, image.Layer)).Status);
        clock.Advance(TimeSpan.FromDays(1));
        return image;
    }

    private static byte[] Index(params string[] children) =>
        new JsonObject
        {
            ["schemaVersion"] = 2,
            ["mediaType"] = Images.OciIndex,
            ["manifests"] = new JsonArray([
                .. children.Select(child => new JsonObject
                {
                    ["mediaType"] = Images.OciImage,
                    ["digest"] = child,
                    ["size"] = 100,
                }),
            ]),
        }.ToBytes();
}
