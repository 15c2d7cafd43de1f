using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Slipway.Server.Blobs;
using Slipway.Server.Blobs.Sweeping;
using Slipway.Server.Projects;
using Slipway.Server.Registry;
using Slipway.Server.Registry.Proxy;
using Slipway.Server.Tests.Support;
using Xunit;

namespace Slipway.Server.Tests.Registry.Proxy;

/// <summary>What nobody pulls any more goes, and what something else needs does not.</summary>
public sealed class ProxyExpiryTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory, EveryDatabase]
    public async Task What_two_images_share_stays_with_the_one_that_is_used(DatabaseKind kind)
    {
        var clock = new Clock();
        await using var room = await ProxyRoom.OpenAsync(kind, clock, new RegistryOptions { TokenLifetime = TimeSpan.FromDays(1000) });
        var server = room.Server;
        var expiry = server.Services.GetRequiredService<ProxyExpiry>();
        var shared = Images.Bytes(1000);
        var (old, _) = room.Upstream.Image("library/alpine", "old", shared: shared);
        var (used, layer) = room.Upstream.Image("library/alpine", "used", shared: shared);
        var (_, alone) = room.Upstream.Image("library/other", "latest");
        foreach (var (image, tag) in ((string, string)[])[("alpine", "old"), ("alpine", "used"), ("other", "latest")])
            await room.ManifestAsync(image, tag);
        await room.BlobAsync("alpine", layer);
        await room.BlobAsync("other", alone);
        // Whoever has the layer pulls the manifest alone.
        clock.Advance(TimeSpan.FromDays(60));
        await room.ManifestAsync("alpine", "used");
        clock.Advance(TimeSpan.FromDays(31));
        Assert.Equal(3, await expiry.RunAsync(Ct));
        Assert.Equal(
            (0, 1),
            (await room.CountAsync("manifests", $"digest = '{old}'"), await room.CountAsync("manifests", $"digest = '{used}'"))
        );
        Assert.Equal(
            (0, 1),
            (await room.CountAsync("blobs", $"digest = '{alone}'"), await room.CountAsync("blobs", $"digest = '{layer}'"))
        );
        Assert.Equal((1, 2), (await room.CountAsync("tags"), await room.CountAsync("links")));

        // The bytes go when no image has them: here one of the server's own has.
        await server.ProjectAsync(room.Owner.Row, "app");
        await room.Client.PushAsync("ada/app", shared);
        clock.Advance(TimeSpan.FromDays(91));
        Assert.Equal(2, await expiry.RunAsync(Ct));
        var store = server.Services.GetRequiredService<IBlobStore>();
        var sweep = new BlobSweep(server.Db, store, clock) { Grace = TimeSpan.Zero };
        await sweep.RunAsync(Ct);
        await sweep.RunAsync(Ct);
        Assert.Equal(layer, Assert.Single(await store.ListAsync(Ct).ToListAsync(Ct)).Digest.ToString());
    }

    [Fact]
    public async Task What_an_index_names_goes_after_it_and_a_group_may_keep_all()
    {
        var clock = new Clock();
        await using var room = await ProxyRoom.OpenAsync(
            time: clock,
            with: new RegistryOptions { TokenLifetime = TimeSpan.FromDays(1000) }
        );
        var expiry = room.Server.Services.GetRequiredService<ProxyExpiry>();
        var (child, _) = room.Upstream.Image("library/alpine", "child");
        var index = new JsonObject
        {
            ["schemaVersion"] = 2,
            ["mediaType"] = Images.OciIndex,
            ["manifests"] = new JsonArray(
                new JsonObject
                {
                    ["mediaType"] = Images.OciImage,
                    ["digest"] = child,
                    ["size"] = 100,
                }
            ),
        }.ToBytes();
        room.Upstream.Put("/v2/library/alpine/manifests/latest", Images.OciIndex, index);
        room.Upstream.Put($"/v2/library/alpine/manifests/{Images.Digest(index)}", Images.OciIndex, index);
        await room.ManifestAsync("alpine", "latest");
        await room.ManifestAsync("alpine", child);
        clock.Advance(TimeSpan.FromDays(50));
        await room.ManifestAsync("alpine", "latest");
        clock.Advance(TimeSpan.FromDays(50));
        Assert.Equal(0, await expiry.RunAsync(Ct));
        Assert.Equal(2, await room.CountAsync("manifests"));
        clock.Advance(TimeSpan.FromDays(50));
        await room.Owner.Client.PutApiAsync("groups/team/dependency_proxy", new { ttl_enabled = false });
        Assert.Equal(0, await expiry.RunAsync(Ct));
        await room.Owner.Client.PutApiAsync("groups/team/dependency_proxy", new { ttl_enabled = true });
        Assert.Equal(2, await expiry.RunAsync(Ct));
    }

    [Fact]
    public async Task What_a_removed_group_had_goes_with_it()
    {
        await using var room = await ProxyRoom.OpenAsync();
        var (_, layer) = room.Upstream.Image("library/alpine", "latest");
        await room.ManifestAsync("alpine", "latest");
        await room.BlobAsync("alpine", layer);
        Assert.Equal(202, (await room.Owner.Client.DeleteApiAsync("groups/team")).Status);
        await NamespaceRemoval.RunAsync(room.Server.Db, room.Server.Services.GetRequiredService<ProjectTies>(), room.Group.Id, Ct);
        Assert.Equal((0, 0, 0), (await room.CountAsync("manifests"), await room.CountAsync("blobs"), await room.CountAsync("tags")));
    }
}
