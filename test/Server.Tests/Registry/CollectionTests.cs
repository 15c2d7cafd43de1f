using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Slipway.Server.Registry.Collecting;
using Slipway.Server.Registry.Usage;
using Slipway.Server.Tests.Support;
using Xunit;
using static Slipway.Server.Tests.Registry.Images;

namespace Slipway.Server.Tests.Registry;

/// <summary>What nothing needs goes, and nothing else; and whoever was told that something is there has time to use it.</summary>
public sealed class CollectionTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory, EveryDatabase]
    public async Task What_no_tag_keeps_goes_when_its_grace_is_over(DatabaseKind kind)
    {
        await using var room = await RegistryRoom.OpenAsync(kind);
        var (client, repository) = (room.Client, room.Repository());
        var (collection, clock) = Collection(room);
        var first = await client.PushImageAsync(repository, "moving");
        var signed = await SignAsync(room, repository, first);
        await client.PushImageAsync(repository, "moving");
        var child = await PushAsync(
            room,
            repository,
            Image(await LayerAsync(room, repository, 64), await LayerAsync(room, repository, 128))
        );
        var index = await PushAsync(room, repository, Index(child.Content), "many", OciIndex);
        var referrer = await SignAsync(room, repository, child.Digest);
        var lone = await client.PushAsync(repository, Bytes(100));

        // The first image with its config and layer, its signature with the same two, and the lone layer.
        var noted = await collection.RunAsync(null, takes: true, Ct);
        Assert.Equal(new CollectionReport(1, 0, 0, 0, 2, 5, 64 + 512 + 2 * 8 + 100), noted);
        clock.Advance(TimeSpan.FromHours(23));
        Assert.Equal(0, (await collection.RunAsync(null, takes: true, Ct)).Manifests);
        clock.Advance(TimeSpan.FromHours(2));
        Assert.Equal(noted, await collection.RunAsync(null, takes: false, Ct));
        Assert.Equal(new CollectionReport(1, 2, 5, 692, 0, 0, 0), await collection.RunAsync(null, takes: true, Ct));

        foreach (var gone in (string[])[$"manifests/{first}", $"manifests/{signed}", $"blobs/{lone}"])
            Assert.Equal(404, (await client.GetAsync($"/v2/{repository}/{gone}")).Status);
        foreach (var kept in (string[])["moving", "many", index.Digest, child.Digest, referrer])
            await WholeAsync(client, repository, kept);

        Assert.Equal(202, (await client.DeleteAsync($"/v2/{repository}/manifests/many")).Status);
        Assert.Equal(3, (await collection.RunAsync(null, takes: true, Ct)).WaitingManifests);
        clock.Advance(TimeSpan.FromHours(25));
        Assert.Equal((3, 4), (await collection.RunAsync(null, takes: true, Ct)) is var all ? (all.Manifests, all.Blobs) : default);
        await WholeAsync(client, repository, "moving");
    }

    /// <summary>A client uploads layers, or finds that they are there, and names them later.</summary>
    [Theory, EveryDatabase]
    public async Task Who_is_told_of_a_layer_has_the_whole_grace_to_name_it(DatabaseKind kind)
    {
        await using var room = await RegistryRoom.OpenAsync(kind);
        var client = room.Client;
        var (collection, clock) = Collection(room);
        var other = room.Repository();
        foreach (
            var ask in (Func<string, byte[], Task<Said>>[])
                [
                    (at, bytes) => client.HeadAsync($"/v2/{at}/blobs/{Digest(bytes)}"),
                    (at, bytes) => client.GetAsync($"/v2/{at}/blobs/{Digest(bytes)}"),
                    (at, bytes) => client.SendAsync("POST", $"/v2/{at}/blobs/uploads/?digest={Digest(bytes)}", bytes),
                    (at, bytes) => client.SendAsync("POST", $"/v2/{at}/blobs/uploads/?mount={Digest(bytes)}&from={other}", null),
                ]
        )
        {
            var (repository, config, layer) = (room.Repository(), Bytes(64), Bytes(99));
            await client.PushAsync(repository, config);
            await client.PushAsync(repository, layer);
            await collection.RunAsync(null, takes: true, Ct);
            clock.Advance(TimeSpan.FromHours(23));
            await client.PushAsync(other, layer);
            await client.PushAsync(other, config);
            Assert.True((await ask(repository, config)).Status is 200 or 201);
            Assert.True((await ask(repository, layer)).Status is 200 or 201);
            clock.Advance(TimeSpan.FromHours(23));
            await collection.RunAsync(null, takes: true, Ct);
            clock.Advance(TimeSpan.FromHours(23));
            await collection.RunAsync(null, takes: true, Ct);
            Assert.Equal(201, (await client.PutAsync(repository, "late", Image(config, layer).ToBytes())).Status);
            clock.Advance(TimeSpan.FromHours(50));
            await collection.RunAsync(null, takes: true, Ct);
            await WholeAsync(client, repository, "late");
        }
    }

    [Theory, EveryDatabase]
    public async Task Who_is_told_of_an_image_has_the_whole_grace_to_tag_it(DatabaseKind kind)
    {
        await using var room = await RegistryRoom.OpenAsync(kind);
        var (client, repository) = (room.Client, room.Repository());
        var (collection, clock) = Collection(room);
        var image = await PushAsync(
            room,
            repository,
            Image(await LayerAsync(room, repository, 64), await LayerAsync(room, repository, 128))
        );
        await collection.RunAsync(null, takes: true, Ct);
        clock.Advance(TimeSpan.FromHours(23));
        Assert.Equal(200, (await client.HeadAsync($"/v2/{repository}/manifests/{image.Digest}")).Status);
        clock.Advance(TimeSpan.FromHours(23));
        await collection.RunAsync(null, takes: true, Ct);
        await WholeAsync(client, repository, image.Digest);
        await PushAsync(room, repository, Index(image.Content), "late", OciIndex);
        clock.Advance(TimeSpan.FromHours(50));
        await collection.RunAsync(null, takes: true, Ct);
        await WholeAsync(client, repository, "late");
    }

    [Theory, EveryDatabase]
    public async Task What_has_gone_is_said_to_have_gone(DatabaseKind kind)
    {
        await using var room = await RegistryRoom.OpenAsync(kind);
        var (client, repository, other) = (room.Client, room.Repository(), room.Repository());
        var (collection, clock) = Collection(room);
        var (config, layer) = (Bytes(64), Bytes(99));
        var digests = ((string[])[await client.PushAsync(repository, config), await client.PushAsync(repository, layer)]).Order();
        await collection.RunAsync(null, takes: true, Ct);
        clock.Advance(TimeSpan.FromHours(25));
        // Another repository has one of them: its bytes are not free.
        await client.PushAsync(other, config);
        var report = await collection.RunAsync(null, takes: true, Ct);
        Assert.Equal((2, 99), (report.Blobs, report.FreedBytes));

        Assert.Equal(404, (await client.HeadAsync($"/v2/{repository}/blobs/{Digest(layer)}")).Status);
        var mount = $"/v2/{other}/blobs/uploads/?mount={Digest(layer)}&from={repository}";
        Assert.Equal(202, (await client.SendAsync("POST", mount, null)).Status);
        var put = await client.PutAsync(repository, "late", Image(config, layer).ToBytes());
        Assert.Equal((404, "MANIFEST_BLOB_UNKNOWN"), (put.Status, put.Code));
        var named = put
            .Json.GetProperty("errors")[0]
            .GetProperty("detail")
            .EnumerateArray()
            .Select(one => one.GetProperty("digest").GetString()!);
        Assert.Equal(digests, named.Order());
    }

    [Theory, EveryDatabase]
    public async Task Usage_counts_each_layer_once(DatabaseKind kind)
    {
        await using var room = await RegistryRoom.OpenAsync(kind);
        var usage = room.Server.Services.GetRequiredService<ImageUsage>();
        var (one, other, config, shared) = (room.Repository(), room.Repository(), Bytes(64), Bytes(1000));
        foreach (var repository in (string[])[one, other])
        {
            await room.Client.PushAsync(repository, config);
            await room.Client.PushAsync(repository, shared);
            Assert.Equal(201, (await room.Client.PutAsync(repository, "a", Image(config, shared).ToBytes())).Status);
            Assert.Equal(201, (await room.Client.PutAsync(repository, "b", Image(config, shared).ToBytes())).Status);
        }

        await room.Client.PushAsync(other, Bytes(10));
        var child = await PushAsync(room, other, Image(config, await LayerAsync(room, other, 200)));
        await PushAsync(room, other, Index(child.Content), "many", OciIndex);
        long manifest = Image(config, shared).ToBytes().Length;
        var manifests =
            manifest
            + await room.Server.Db.FindAsync<long>(
                "SELECT SUM(size) FROM registry_manifests WHERE digest <> @digest",
                new { digest = Digest(Image(config, shared).ToBytes()) },
                Ct
            );
        Assert.Equal(
            new Usage
            {
                Bytes = 1274 + manifests,
                TaggedBytes = 1264,
                Blobs = 4,
                Manifests = 4,
                Tags = 5,
                Repositories = 2,
            },
            await usage.OfProjectAsync(room.Project.Id, Ct)
        );
        var id = await room.Server.Db.FindAsync<long>("SELECT MIN(id) FROM registry_repositories", null, Ct);
        var first = await usage.OfRepositoryAsync(id, Ct);
        Assert.Equal((1064 + manifest, 1064, 2, 1, 2), (first.Bytes, first.TaggedBytes, first.Blobs, first.Manifests, first.Tags));
        var all = Assert.Single(await usage.OfProjectsAsync(Ct));
        Assert.Equal(("ada/app", 2, 1274 + manifests, null), (all.FullPath, all.Repositories, all.Bytes, all.Quota));
    }

    [Theory, EveryDatabase]
    public async Task A_pull_is_written_down_once_an_hour(DatabaseKind kind)
    {
        var clock = new Clock();
        await using var room = await RegistryRoom.OpenAsync(kind, clock);
        var image = await room.Client.PushImageAsync("ada/app");
        Assert.Null(await PulledAsync());
        Assert.Equal(200, (await room.Client.HeadAsync("/v2/ada/app/manifests/latest")).Status);
        Assert.Null(await PulledAsync());
        var began = clock.GetUtcNow().ToUnixTimeMilliseconds();
        await room.Client.GetAsync("/v2/ada/app/manifests/latest");
        Assert.Equal(began, await PulledAsync());
        clock.Advance(TimeSpan.FromMinutes(59));
        await room.Client.GetAsync($"/v2/ada/app/manifests/{image}");
        Assert.Equal(began, await PulledAsync());
        clock.Advance(TimeSpan.FromMinutes(2));
        await room.Client.GetAsync($"/v2/ada/app/manifests/{image}");
        Assert.Equal(began + 61 * 60_000, await PulledAsync());

        Task<long?> PulledAsync() => room.Server.Db.FindAsync<long?>("SELECT pulled_at FROM registry_manifests", null, Ct);
    }

    /// <summary>With a clock of its own, so that the server's loop has no part in it.</summary>
    private static (Collection, Clock) Collection(RegistryRoom room)
    {
        var clock = new Clock(TimeProvider.System.GetUtcNow());
        return (new Collection(room.Server.Db, clock, room.Server.Options), clock);
    }

    private static async Task<byte[]> LayerAsync(RegistryRoom room, string repository, int length)
    {
        var bytes = Bytes(length);
        await room.Client.PushAsync(repository, bytes);
        return bytes;
    }

    private static async Task<(byte[] Content, string Digest)> PushAsync(
        RegistryRoom room,
        string repository,
        JsonObject manifest,
        string? tag = null,
        string type = OciImage
    )
    {
        var content = manifest.ToBytes();
        var put = await room.Client.PutAsync(repository, tag ?? Digest(content), content, type);
        Assert.Equal((201, ""), (put.Status, put.Text));
        return (content, Digest(content));
    }

    /// <returns>The digest of something that says something about a manifest.</returns>
    private static async Task<string> SignAsync(RegistryRoom room, string repository, string subject)
    {
        var manifest = Image(await LayerAsync(room, repository, 8), await LayerAsync(room, repository, 8));
        var of = await room.Client.GetAsync($"/v2/{repository}/manifests/{subject}");
        manifest["subject"] = Descriptor(OciImage, of.Body);
        return (await PushAsync(room, repository, manifest)).Digest;
    }

    private static JsonObject Index(byte[] child) =>
        new()
        {
            ["schemaVersion"] = 2,
            ["mediaType"] = OciIndex,
            ["manifests"] = new JsonArray(Descriptor(OciImage, child)),
        };

    /// <summary>It can be pulled with all that it names.</summary>
    private static async Task WholeAsync(RegistryClient client, string repository, string reference)
    {
        var manifest = await client.GetAsync($"/v2/{repository}/manifests/{reference}");
        Assert.True(manifest.Status == 200, $"{reference}: {manifest.Text}");
        if (manifest.Json.TryGetProperty("manifests", out var children))
            foreach (var child in children.EnumerateArray())
                await WholeAsync(client, repository, child.GetProperty("digest").GetString()!);
        else
            foreach (var blob in manifest.Json.GetProperty("layers").EnumerateArray().Append(manifest.Json.GetProperty("config")))
            {
                var digest = blob.GetProperty("digest").GetString()!;
                var bytes = await client.GetAsync($"/v2/{repository}/blobs/{digest}");
                Assert.Equal((200, digest), (bytes.Status, Digest(bytes.Body)));
            }
    }
}
