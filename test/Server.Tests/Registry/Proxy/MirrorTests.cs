using System.Net;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Slipway.Server.Registry;
using Xunit;

namespace Slipway.Server.Tests.Registry.Proxy;

/// <summary>The address that Docker's <c>registry-mirrors</c> names.</summary>
public sealed class MirrorTests
{
    [Fact]
    public async Task A_mirror_has_images_of_other_registries_for_everybody_and_nothing_else()
    {
        var options = new RegistryOptions { MirrorListen = new IPEndPoint(IPAddress.Loopback, 0) };
        var quay = new RegistryOptions.Upstream("quay.example", new Uri("https://quay.example"));
        await using var room = await ProxyRoom.OpenAsync(with: options with { Upstreams = [.. options.Upstreams, quay] });
        var (digest, layer) = room.Upstream.Image("library/alpine", "latest");
        var (other, _) = room.Upstream.Image("podman/stable", "v5");
        await room.Server.ProjectAsync(room.Owner.Row, "app", "public");
        await room.Client.PushImageAsync("ada/app");
        var addresses = room.Server.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses;
        using var mirror = new RegistryClient(new Uri(addresses.Last()), null, null);

        Assert.Equal((200, "{}"), await TextAsync(mirror.GetAsync("/v2/")));
        // As Docker asks, and as containerd does.
        foreach (var ns in (string[])["", "?ns=docker.io"])
        {
            var manifest = await mirror.GetAsync("/v2/library/alpine/manifests/latest" + ns);
            Assert.Equal((200, digest), (manifest.Status, manifest.Header("Docker-Content-Digest")));
            Assert.Equal(layer, Images.Digest((await mirror.GetAsync($"/v2/library/alpine/blobs/{layer}{ns}")).Body));
        }

        Assert.Equal(other, (await mirror.GetAsync("/v2/podman/stable/manifests/v5?ns=quay.example")).Header("Docker-Content-Digest"));
        foreach (
            var (method, path, status) in (IEnumerable<(string, string, int)>)
                [
                    ("GET", "/v2/ada/app/manifests/latest", 404),
                    ("GET", "/v2/library/alpine/manifests/latest?ns=other.example", 404),
                    ("GET", "/v2/library/alpine/manifests/latest?ns=quay.example/../x", 404),
                    ("GET", "/v2/library/alpine/tags/list", 405),
                    ("POST", "/v2/library/alpine/blobs/uploads/", 405),
                    ("GET", "/v2/_catalog", 404),
                    ("GET", "/api/v4/version", 404),
                    ("GET", "/", 404),
                ]
        )
            Assert.Equal((path, status), (path, (await mirror.SendAsync(method, path, method == "GET" ? null : [])).Status));

        // What it has, the groups have without another pull; and the server's own address has no such thing.
        Assert.Equal(digest, (await room.ManifestAsync("alpine", "latest")).Header("Docker-Content-Digest"));
        Assert.Equal(1, room.Upstream.Count("GET /v2/library/alpine/manifests/"));
        using var stranger = new RegistryClient(room.Server.Address, null, null);
        Assert.Equal(401, (await stranger.GetAsync("/v2/library/alpine/manifests/latest")).Status);
    }

    private static async Task<(int, string)> TextAsync(Task<Said> said) => ((await said).Status, (await said).Text);
}
