using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Slipway.Server.Blobs;
using Slipway.Server.Registry;
using Slipway.Server.Registry.Proxy;
using Slipway.Server.Tests.Support;
using Xunit;

namespace Slipway.Server.Tests.Registry.Proxy;

/// <summary>Images of other registries, through a group's dependency proxy.</summary>
public sealed class ProxyPullTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory, EveryDatabase]
    public async Task What_was_pulled_once_is_pulled_again_while_nobody_is_there(DatabaseKind kind)
    {
        await using var room = await ProxyRoom.OpenAsync(kind);
        var (digest, layer) = room.Upstream.Image("library/alpine", "latest");
        for (var turn = 0; turn < 2; turn++)
        {
            var manifest = await room.ManifestAsync("alpine", "latest");
            Assert.Equal(
                (200, digest, Images.OciImage),
                (manifest.Status, manifest.Header("Docker-Content-Digest"), manifest.Header("Content-Type"))
            );
            Assert.Equal(digest, Images.Digest(manifest.Body));
            Assert.Equal(turn == 1, manifest.Header("Warning")?.Contains("cannot be reached") == true);
            var head = await room.ManifestAsync("alpine", "latest", "HEAD");
            Assert.Equal(
                (200, digest, $"{manifest.Body.Length}"),
                (head.Status, head.Header("Docker-Content-Digest"), head.Header("Content-Length"))
            );
            Assert.Equal(200, (await room.ManifestAsync("alpine", digest)).Status);
            var blob = await room.BlobAsync("alpine", layer);
            Assert.Equal((200, layer, "1000"), (blob.Status, Images.Digest(blob.Body), blob.Header("Content-Length")));
            Assert.Equal((206, 10), await PartAsync(room, layer));
            room.Upstream.Off();
        }

        Assert.Equal(1, room.Upstream.Count("GET /v2/library/alpine/manifests/"));
        Assert.Equal(1, room.Upstream.Count("GET /v2/library/alpine/blobs/"));
        // A digest is asked for nowhere, once it is here.
        Assert.Equal(4, room.Upstream.Count("HEAD "));
    }

    [Theory, EveryDatabase]
    public async Task A_tag_that_has_moved_is_followed_and_one_that_has_not_is_not_fetched(DatabaseKind kind)
    {
        await using var room = await ProxyRoom.OpenAsync(kind);
        var (old, _) = room.Upstream.Image("grafana/grafana", "11");
        Assert.Equal(old, (await room.ManifestAsync("grafana/grafana", "11")).Header("Docker-Content-Digest"));
        Assert.Equal(old, (await room.ManifestAsync("grafana/grafana", "11")).Header("Docker-Content-Digest"));
        var (newer, _) = room.Upstream.Image("grafana/grafana", "11");
        Assert.Equal(newer, (await room.ManifestAsync("grafana/grafana", "11")).Header("Docker-Content-Digest"));
        Assert.Equal(2, room.Upstream.Count("GET "));
        // Where it was is where it is now, also when nobody can be asked; and what it was can still be had.
        room.Upstream.Off();
        Assert.Equal(newer, (await room.ManifestAsync("grafana/grafana", "11")).Header("Docker-Content-Digest"));
        Assert.Equal(200, (await room.ManifestAsync("grafana/grafana", old)).Status);
    }

    [Theory, EveryDatabase]
    public async Task What_one_group_has_pulled_another_gets_without_a_pull(DatabaseKind kind)
    {
        await using var room = await ProxyRoom.OpenAsync(kind);
        await room.Server.GroupAsync(room.Owner.Row, "other");
        var (digest, layer) = room.Upstream.Image("library/alpine", "latest");
        await room.ManifestAsync("alpine", "latest");
        await room.BlobAsync("alpine", layer);
        const string other = "/v2/other/dependency_proxy/containers/alpine";
        Assert.Equal(200, (await room.Client.GetAsync($"{other}/manifests/latest")).Status);
        Assert.Equal(200, (await room.Client.GetAsync($"{other}/blobs/{layer}")).Status);
        Assert.Equal(2, room.Upstream.Count("GET "));
        Assert.Equal(2, await room.CountAsync("manifests", $"digest = '{digest}'"));
        Assert.Equal(2, await room.CountAsync("blobs", $"digest = '{layer}'"));

        // But not from another image, where nobody has looked for it.
        room.Upstream.Image("library/other", "latest");
        Assert.Equal(404, (await room.BlobAsync("other", layer)).Status);
    }

    [Fact]
    public async Task What_is_not_there_is_404_and_what_is_no_registry_of_ours_too()
    {
        await using var room = await ProxyRoom.OpenAsync();
        room.Upstream.Image("library/alpine", "latest");
        var said = await room.ManifestAsync("alpine", "missing");
        Assert.Equal((404, "MANIFEST_UNKNOWN"), (said.Status, said.Code));
        said = await room.BlobAsync("alpine", Images.Digest(Images.Bytes(10)));
        Assert.Equal((404, "BLOB_UNKNOWN"), (said.Status, said.Code));
        said = await room.ManifestAsync("quay.example/some/image", "latest");
        Assert.Equal((404, "NAME_UNKNOWN"), (said.Status, said.Code));
        // A tag that is gone is gone, and no failure.
        await room.ManifestAsync("alpine", "latest");
        room.Upstream.First = _ => Task.FromResult<HttpResponseMessage?>(new HttpResponseMessage(HttpStatusCode.NotFound));
        Assert.Equal(404, (await room.ManifestAsync("alpine", "latest")).Status);
    }

    [Fact]
    public async Task Registries_besides_Docker_Hub_have_names()
    {
        var hub = new RegistryOptions().Upstreams[0];
        RegistryOptions.Upstream[] all = [hub, new("quay.example", new Uri("https://quay.example:8443"))];
        await using var room = await ProxyRoom.OpenAsync(with: new RegistryOptions { Upstreams = all });
        var (digest, _) = room.Upstream.Image("podman/stable", "v5");
        Assert.Equal(digest, (await room.ManifestAsync("quay.example/podman/stable", "v5")).Header("Docker-Content-Digest"));
        room.Upstream.Image("library/alpine", "latest");
        Assert.Equal(200, (await room.ManifestAsync("docker.io/alpine", "latest")).Status);
        Assert.Equal(200, (await room.ManifestAsync("library/alpine", "latest")).Status);
        Assert.Equal(1, room.Upstream.Count("GET /v2/library/alpine/manifests/"));
    }

    [Fact]
    public async Task Nothing_is_pushed_deleted_or_listed()
    {
        await using var room = await ProxyRoom.OpenAsync();
        foreach (
            var (method, path) in (IEnumerable<(string, string)>)
                [
                    ("POST", "alpine/blobs/uploads/"),
                    ("PUT", "alpine/manifests/latest"),
                    ("DELETE", "alpine/manifests/latest"),
                    ("GET", "alpine/tags/list"),
                ]
        )
        {
            var said = await room.Client.SendAsync(method, $"/v2/{ProxyRoom.Team}/{path}", method == "GET" ? null : []);
            Assert.Equal((path, 405, "UNSUPPORTED", "GET, HEAD"), (path, said.Status, said.Code, said.Header("Allow")));
        }
    }

    [Fact]
    public async Task Signatures_are_asked_for_each_time()
    {
        await using var room = await ProxyRoom.OpenAsync();
        var (digest, _) = room.Upstream.Image("library/alpine", "latest");
        room.Upstream.Put($"/v2/library/alpine/referrers/{digest}", Images.OciIndex, "{}"u8.ToArray());
        for (var turn = 0; turn < 2; turn++)
        {
            var said = await room.Client.GetAsync($"/v2/{ProxyRoom.Team}/alpine/referrers/{digest}");
            Assert.Equal((200, "{}", Images.OciIndex), (said.Status, said.Text, said.Header("Content-Type")));
        }

        Assert.Equal(2, room.Upstream.Count("GET /v2/library/alpine/referrers/"));
    }

    [Theory]
    [InlineData(4 << 20, 200)]
    [InlineData((4 << 20) + 1, 502)]
    public async Task A_list_of_signatures_comes_whole_or_not_at_all(int size, int status)
    {
        await using var room = await ProxyRoom.OpenAsync();
        var (digest, _) = room.Upstream.Image("library/alpine", "latest");
        room.Upstream.Put($"/v2/library/alpine/referrers/{digest}", "text/html", new byte[size]);
        var said = await room.Client.GetAsync($"/v2/{ProxyRoom.Team}/alpine/referrers/{digest}");
        Assert.Equal(status, said.Status);
        Assert.NotEqual("text/html", said.Header("Content-Type"));
    }

    [Theory, EveryDatabase]
    public async Task A_manifest_that_was_damaged_is_fetched_again(DatabaseKind kind)
    {
        await using var room = await ProxyRoom.OpenAsync(kind);
        var (digest, _) = room.Upstream.Image("library/alpine", "latest");
        await room.ManifestAsync("alpine", "latest");
        await room.Server.Db.ExecuteAsync("UPDATE dependency_proxy_manifests SET content = @bytes", new { bytes = new byte[9] }, Ct);
        foreach (var reference in (string[])[digest, "latest", digest])
            Assert.Equal(digest, Images.Digest((await room.ManifestAsync("alpine", reference)).Body));
        Assert.Equal(2, room.Upstream.Count("GET /v2/library/alpine/manifests/"));
    }

    [Fact]
    public async Task Bytes_that_the_store_has_lost_are_fetched_again()
    {
        await using var room = await ProxyRoom.OpenAsync();
        var (_, layer) = room.Upstream.Image("library/alpine", "latest");
        await room.BlobAsync("alpine", layer);
        await room.Server.Services.GetRequiredService<IBlobStore>().DeleteAsync(BlobDigest.Parse(layer, null), Ct);
        Assert.Equal(layer, Images.Digest((await room.BlobAsync("alpine", layer)).Body));
        Assert.Equal(2, room.Upstream.Count("GET "));
    }

    [Fact]
    public async Task Bytes_that_the_disk_has_damaged_are_not_given_and_fetched_again()
    {
        await using var room = await ProxyRoom.OpenAsync();
        var (_, layer) = room.Upstream.Image("library/alpine", "latest");
        await room.BlobAsync("alpine", layer);
        var file = Directory.EnumerateFiles(
            Path.Combine(room.Server.DataFolder, "blobs"),
            layer["sha256:".Length..],
            SearchOption.AllDirectories
        );
        await File.WriteAllBytesAsync(Assert.Single(file), Images.Bytes(1000), Ct);
        try
        {
            Assert.Equal(503, (await room.BlobAsync("alpine", layer)).Status);
        }
        catch (HttpRequestException) { }

        Assert.Equal(layer, Images.Digest((await room.BlobAsync("alpine", layer)).Body));
        Assert.Equal(2, room.Upstream.Count("GET "));
    }

    /// <summary>What a killed server leaves is bytes without a row, which nobody gets, and which the next fetch puts again.</summary>
    [Fact]
    public async Task Bytes_without_a_row_are_nobodys()
    {
        await using var room = await ProxyRoom.OpenAsync();
        var secret = Images.Bytes(500);
        await room.Server.Services.GetRequiredService<IBlobStore>().PutAsync(new MemoryStream(secret), null, 1000, Ct);
        Assert.Equal(404, (await room.BlobAsync("alpine", Images.Digest(secret))).Status);
        room.Upstream.Image("library/alpine", "latest", shared: secret);
        Assert.Equal(secret, (await room.BlobAsync("alpine", Images.Digest(secret))).Body);
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(room.Server.DataFolder, "proxy")));
    }

    [Fact]
    public async Task Another_server_of_ours_can_be_fetched_from()
    {
        await using var far = await RegistryRoom.OpenAsync();
        var project = await far.Server.ProjectAsync(
            far.Owner.Row,
            "alpine",
            "public",
            await far.Server.GroupAsync(far.Owner.Row, "library", "public")
        );
        var digest = await far.Client.PushImageAsync("library/alpine");
        await using var near = await TestServer.StartAsync(
            DatabaseKind.Sqlite,
            with: options =>
                options with
                {
                    AllowedOutbound = ["127.0.0.1"],
                    Registry = new RegistryOptions { Upstreams = [new("docker.io", far.Server.Address)] },
                }
        );
        var bob = await near.UserAsync("bob");
        await near.GroupAsync(bob.Row, "team");
        using var client = new RegistryClient(near.Address, "bob", bob.Token);
        var manifest = await client.GetAsync($"/v2/{ProxyRoom.Team}/alpine/manifests/latest");
        Assert.Equal((200, digest), (manifest.Status, manifest.Header("Docker-Content-Digest")));
        var layer = manifest.Json.GetProperty("layers")[0].GetProperty("digest").GetString()!;
        Assert.Equal(layer, Images.Digest((await client.GetAsync($"/v2/{ProxyRoom.Team}/alpine/blobs/{layer}")).Body));
        Assert.Equal("library/alpine", project.FullPath);
        // The same name in another group is another image there, and not this one's.
        Assert.Equal(403, (await client.GetAsync($"/v2/{ProxyRoom.Team}/ada/app/manifests/latest")).Status);
    }

    private static async Task<(int, int)> PartAsync(ProxyRoom room, string layer)
    {
        var part = await room.BlobAsync("alpine", layer, ("Range", "bytes=5-14"));
        return (part.Status, part.Body.Length);
    }
}
