using System.Text.Json.Nodes;
using Slipway.Server.Tests.Registry.Conformance;
using Slipway.Server.Tests.Support;
using Xunit;

namespace Slipway.Server.Tests.Registry;

/// <summary>Several at once at the same thing. One of them is first; nothing is lost and nothing is wrong.</summary>
public sealed class RaceTests(RegistryRooms rooms) : IClassFixture<RegistryRooms>
{
    private const int Many = 8;

    /// <summary>Docker pushes its layers side by side, to a repository that is not there yet.</summary>
    [Theory, EveryDatabase]
    public async Task The_first_pushes_to_a_new_repository_all_succeed(DatabaseKind kind)
    {
        var room = await rooms.OfAsync(kind);
        var (repository, clients) = (room.Repository(), Clients(room));
        var blobs = Enumerable.Range(0, Many).Select(n => Images.Bytes(100 + n)).ToList();
        var digests = await Task.WhenAll(blobs.Zip(clients, (blob, client) => client.PushAsync(repository, blob)));
        foreach (var (digest, blob) in digests.Zip(blobs))
            Assert.Equal(blob, (await room.Client.GetAsync($"/v2/{repository}/blobs/{digest}")).Body);
    }

    [Theory, EveryDatabase]
    public async Task Of_pieces_for_the_same_place_one_is_taken(DatabaseKind kind)
    {
        var room = await rooms.OfAsync(kind);
        var pieces = Enumerable.Range(0, Many).Select(n => new[] { (byte)n, (byte)n }).ToList();
        var push = new BlobPush(Target(room), room.Repository(), [], "");
        var location = await push.BeginAsync();
        for (var round = 0; round < 3; round++)
        {
            var range = ("Content-Range", $"{round * 2}-{(round * 2) + 1}");
            var said = await Task.WhenAll(pieces.Zip(Clients(room), (piece, client) => client.SendAsync("PATCH", location, piece, range)));
            Assert.Equal([202, .. Enumerable.Repeat(416, Many - 1)], said.Select(one => one.Status).Order());
            Assert.All(said, one => Assert.Equal($"0-{(round * 2) + 1}", one.Header("Range")));
        }
    }

    [Theory, EveryDatabase]
    public async Task An_upload_that_is_ended_many_times_is_ended_once_and_the_blob_is_there(DatabaseKind kind)
    {
        var room = await rooms.OfAsync(kind);
        var push = BlobPush.Of(Target(room), Images.Bytes(50_000));
        var location = await push.BeginAsync();
        Assert.Equal(202, (await room.Client.SendAsync("PATCH", location, push.Bytes)).Status);
        var ended = await Task.WhenAll(Clients(room).Select(client => client.SendAsync("PUT", Case.With(location, push.Digest), null)));
        Assert.Contains(ended, one => one.Status == 201);
        Assert.All(ended, one => Assert.Contains(one.Status, (int[])[201, 404]));
        Assert.Equal(404, (await room.Client.GetAsync(location)).Status);
        Assert.Equal(push.Bytes, (await room.Client.GetAsync(push.Path)).Body);
    }

    /// <summary>Signers that keep a list of their own under a tag say where the tag must be, so that none overwrites another's.</summary>
    [Theory, EveryDatabase]
    public async Task Of_pushes_that_say_where_the_tag_must_be_one_is_done(DatabaseKind kind)
    {
        var room = await rooms.OfAsync(kind);
        var (repository, clients) = (room.Repository(), Clients(room));
        var lists = Enumerable.Range(0, Many).Select(Index).ToList();
        await room.Client.PushAsync(repository, [1]);

        var made = await Task.WhenAll(lists.Zip(clients, (list, client) => PutAsync(client, list, ("If-None-Match", "*"))));
        Assert.Equal([201, .. Enumerable.Repeat(412, Many - 1)], made.Select(one => one.Status).Order());
        var at = await AtAsync();
        Assert.Equal(Images.Digest(lists[Array.FindIndex(made, one => one.Status == 201)]), at);

        var moved = await Task.WhenAll(lists.Zip(clients, (list, client) => PutAsync(client, list, ("If-Match", $"\"{at}\""))));
        var others = lists.Select(list => Images.Digest(list)).Zip(moved).Where(one => one.First != at).ToList();
        Assert.InRange(others.Count(one => one.Second.Status == 201), 0, 1);
        Assert.Contains(moved, one => one.Status == 201);
        Assert.All(moved, one => Assert.Contains(one.Status, (int[])[201, 412]));

        Task<Said> PutAsync(RegistryClient client, byte[] list, (string, string) condition) =>
            client.SendAsync("PUT", $"/v2/{repository}/manifests/t", list, ("Content-Type", Images.OciIndex), condition);
        async Task<string?> AtAsync() => (await room.Client.HeadAsync($"/v2/{repository}/manifests/t")).Header("Docker-Content-Digest");
        static byte[] Index(int n) =>
            new JsonObject
            {
                ["schemaVersion"] = 2,
                ["mediaType"] = Images.OciIndex,
                ["manifests"] = new JsonArray(),
                ["annotations"] = new JsonObject { ["n"] = $"{n}" },
            }.ToBytes();
    }

    /// <summary>A manifest and the deleting of what it names, side by side: it has all it needs, or it was not taken.</summary>
    [Theory, EveryDatabase]
    public async Task A_manifest_that_was_taken_has_what_it_names_whoever_deletes_meanwhile(DatabaseKind kind)
    {
        var room = await rooms.OfAsync(kind);
        var (repository, clients) = (room.Repository(), Clients(room));
        for (var round = 0; round < 5; round++)
        {
            var (config, layer) = (Images.Bytes(10), Images.Bytes(20));
            await room.Client.PushAsync(repository, config);
            var blob = $"/v2/{repository}/blobs/{await room.Client.PushAsync(repository, layer)}";
            var image = Images.Image(config, layer).ToBytes();
            var (put, gone) = (clients[0].PutAsync(repository, $"t{round}", image), clients[1].DeleteAsync(blob));
            await Task.WhenAll(put, gone);
            Assert.Contains(((await put).Status, (await gone).Status), ((int, int)[])[(201, 405), (404, 202)]);
            Assert.Equal((await put).Status == 201 ? 200 : 404, (await room.Client.GetAsync(blob)).Status);
        }
    }

    private static Target Target(RegistryRoom room) => new(room.Client, "sha256", room.Repository);

    /// <summary>Each keeps its own tokens. The room ends them with its server.</summary>
    private static List<RegistryClient> Clients(RegistryRoom room) =>
        [.. Enumerable.Range(0, Many).Select(_ => room.ClientOf("ada", room.Owner.Token))];
}
