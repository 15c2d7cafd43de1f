using System.Text;
using System.Text.Json.Nodes;
using Slipway.Server.Registry;
using Slipway.Server.Registry.Manifests;
using Slipway.Server.Tests.Support;
using Xunit;

namespace Slipway.Server.Tests.Registry;

/// <summary>S29: a manifest is one thing to everybody, has an end, and makes nobody fetch anything.</summary>
public sealed class ManifestRuleTests(RegistryRooms rooms) : IClassFixture<RegistryRooms>
{
    private const string Artifact = "application/vnd.oci.artifact.manifest.v1+json";
    private const string DockerImage = "application/vnd.docker.distribution.manifest.v2+json";
    private const string Descriptor =
        """{"mediaType":"a/b","size":2,"digest":"sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"}""";

    [Theory]
    [InlineData("the same twice", """{"schemaVersion":2,"config":D,"layers":[],"layers":[D]}""")]
    [InlineData(
        "the same twice within",
        """{"schemaVersion":2,"config":{"mediaType":"a/b","mediaType":"a/c","size":2,"digest":"X"},"layers":[]}"""
    )]
    [InlineData("the same in capitals", """{"schemaVersion":2,"config":D,"layers":[],"Layers":[D]}""")]
    [InlineData("capitals alone", """{"schemaVersion":2,"Config":D,"layers":[]}""")]
    [InlineData("a long s", """{"schemaVersion":2,"config":D,"layers":[],"layer\u017f":[D]}""")]
    [InlineData("capitals within", """{"schemaVersion":2,"config":{"mediaType":"a/b","size":2,"digest":"X","Digest":"X"},"layers":[]}""")]
    [InlineData("a version that is a text", """{"schemaVersion":"2","config":D,"layers":[]}""")]
    [InlineData("a version that is a fraction", """{"schemaVersion":2.5,"config":D,"layers":[]}""")]
    [InlineData("something behind it", """{"schemaVersion":2,"config":D,"layers":[]}{}""")]
    public void What_can_be_read_in_two_ways_is_refused(string why, string json)
    {
        json = json.Replace("\"X\"", JsonNode.Parse(Descriptor)!["digest"]!.ToJsonString())
            .Replace(":D", ":" + Descriptor)
            .Replace("[D", "[" + Descriptor);
        var (manifest, refusal) = ImageManifest.Read(Encoding.UTF8.GetBytes(json), Images.OciImage, 10);
        Assert.Equal((why, null, "MANIFEST_INVALID"), (why, manifest, refusal?.Code));
    }

    [Fact]
    public void Only_so_deep_and_so_many()
    {
        Assert.Null(Refusal(Deep(63)));
        Assert.Equal("MANIFEST_INVALID", Refusal(Deep(64))?.Code);
        Assert.Equal("MANIFEST_INVALID", Refusal(Deep(1_000_000))?.Code);
        Assert.Null(Refusal(Layers(10)));
        Assert.Equal("manifest invalid: it may have at most 10 layers", Refusal(Layers(11))?.Message);
        // Go writes so for a list that nobody made.
        Assert.Null(Refusal($$"""{"schemaVersion":2,"config":{{Descriptor}},"layers":null}"""));

        static RegistryError? Refusal(string json) => ImageManifest.Read(Encoding.UTF8.GetBytes(json), Images.OciImage, 10).Refusal;
        static string Deep(int levels) =>
            $$"""{"schemaVersion":2,"config":{{Descriptor}},"layers":[],"x":{{new string('[', levels)}}{{new string(']', levels)}}}""";
        static string Layers(int count) =>
            $$"""{"schemaVersion":2,"config":{{Descriptor}},"layers":[{{string.Join(',', Enumerable.Repeat(Descriptor, count))}}]}""";
    }

    [Fact]
    public async Task A_manifest_has_four_mebibytes_and_no_byte_more()
    {
        var room = await rooms.OfAsync(DatabaseKind.Sqlite);
        var (repository, config, most) = (room.Repository(), Images.Bytes(10), new RegistryOptions().ManifestBytes);
        await room.Client.PushAsync(repository, config);
        var manifest = Images.Image(config).ToBytes();
        foreach (var (length, status) in (IEnumerable<(int, int)>)[(most - 1, 201), (most, 201), (most + 1, 413)])
        {
            byte[] padded = [.. manifest, .. Enumerable.Repeat((byte)' ', length - manifest.Length)];
            Assert.Equal((length, status), (length, (await room.Client.PutAsync(repository, $"t{length}", padded)).Status));
        }
    }

    /// <summary>The same bytes as something else would be read as something else by who has the digest, and need other things.</summary>
    [Theory, EveryDatabase]
    public async Task What_a_digest_is_never_changes(DatabaseKind kind)
    {
        var room = await rooms.OfAsync(kind);
        var (repository, config) = (room.Repository(), Images.Bytes(10));
        var blob = $"/v2/{repository}/blobs/{await room.Client.PushAsync(repository, config)}";
        var json = Images.Image(config);
        json.Remove("mediaType");
        var manifest = json.ToBytes();
        Assert.Equal(201, (await room.Client.PutAsync(repository, "t", manifest)).Status);
        foreach (var other in (string[])[DockerImage, Artifact, Images.OciIndex])
        {
            var put = await room.Client.PutAsync(repository, "t", manifest, other);
            Assert.Equal((other, 400, "MANIFEST_INVALID"), (other, put.Status, put.Code));
        }

        Assert.Equal(201, (await room.Client.PutAsync(repository, "t", manifest)).Status);
        Assert.Equal(Images.OciImage, (await room.Client.GetAsync($"/v2/{repository}/manifests/t")).Header("Content-Type"));
        Assert.Equal(405, (await room.Client.DeleteAsync(blob)).Status);
    }

    /// <summary>What is fetched as a blob must be one, and what is fetched as a manifest must have been pushed as one.</summary>
    [Theory, EveryDatabase]
    public async Task Blobs_are_no_manifests_and_manifests_no_blobs(DatabaseKind kind)
    {
        var room = await rooms.OfAsync(kind);
        var (repository, config) = (room.Repository(), Images.Bytes(10));
        await room.Client.PushAsync(repository, config);
        var child = Images.Image(config).ToBytes();
        var index = new JsonObject { ["schemaVersion"] = 2, ["manifests"] = new JsonArray(Images.Descriptor(Images.OciImage, child)) };
        var image = Images.Image(config);
        image["layers"]!.AsArray().Add((JsonNode)Images.Descriptor(Images.OciImage, child));

        await room.Client.PushAsync(repository, child);
        Assert.Equal("MANIFEST_BLOB_UNKNOWN", (await room.Client.PutAsync(repository, "i", index.ToBytes(), Images.OciIndex)).Code);
        // A layer is a blob, whatever its type says.
        Assert.Equal(201, (await room.Client.PutAsync(repository, "layer", image.ToBytes())).Status);
        var other = room.Repository();
        await room.Client.PushAsync(other, config);
        Assert.Equal(201, (await room.Client.PutAsync(other, "child", child)).Status);
        Assert.Equal("MANIFEST_BLOB_UNKNOWN", (await room.Client.PutAsync(other, "layer", image.ToBytes())).Code);
        Assert.Equal(201, (await room.Client.PutAsync(other, "i", index.ToBytes(), Images.OciIndex)).Status);
        // BuildKit keeps its cache in an index of layers.
        var layer = Images.Bytes(5);
        await room.Client.PushAsync(other, layer);
        index["manifests"]!.AsArray().Add((JsonNode)Images.Descriptor(Images.Layer, layer));
        Assert.Equal(201, (await room.Client.PutAsync(other, "cache", index.ToBytes(), Images.OciIndex)).Status);
    }

    /// <summary>Nobody knocks at the addresses in a manifest; and a layer that came all the same is kept like any other.</summary>
    [Theory, EveryDatabase]
    public async Task What_is_elsewhere_is_not_fetched_and_what_came_is_kept(DatabaseKind kind)
    {
        var room = await rooms.OfAsync(kind);
        using var canary = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        canary.Start();
        var (repository, config, layer) = (room.Repository(), Images.Bytes(10), Images.Bytes(20));
        await room.Client.PushAsync(repository, config);
        var image = Images.Image(config, layer, Images.Bytes(30));
        foreach (var one in image["layers"]!.AsArray())
            one!["urls"] = new JsonArray($"http://{canary.LocalEndpoint}/layer");
        Assert.Equal(201, (await room.Client.PutAsync(repository, "t", image.ToBytes())).Status);

        var blob = $"/v2/{repository}/blobs/{await room.Client.PushAsync(repository, layer)}";
        Assert.Equal(201, (await room.Client.PutAsync(repository, "t", image.ToBytes())).Status);
        Assert.Equal(405, (await room.Client.DeleteAsync(blob)).Status);
        image["layers"]![0]!["size"] = 21;
        Assert.Equal("MANIFEST_INVALID", (await room.Client.PutAsync(repository, "t", image.ToBytes())).Code);
        Assert.False(canary.Pending());
    }

    [Fact]
    public async Task Conditions_of_a_push_are_met_or_nothing_is_done()
    {
        var room = await rooms.OfAsync(DatabaseKind.Sqlite);
        var (repository, config) = (room.Repository(), Images.Bytes(10));
        await room.Client.PushAsync(repository, config);
        var manifest = Images.Image(config).ToBytes();
        var digest = Images.Digest(manifest);
        foreach (
            var (reference, name, value, status) in (IEnumerable<(string, string, string, int)>)
                [
                    ("t", "If-Match", "*", 412),
                    (digest, "If-Match", "*", 412),
                    ("t", "If-Match", $"\"{digest}\"", 412),
                    ("t", "If-None-Match", "*", 201),
                    ("t", "If-Match", "*", 201),
                    ("t", "If-Match", $"\"other\", \"{digest}\"", 201),
                    ("t", "If-Match", $"W/\"{digest}\"", 412),
                    // Without quotes it is none, and was meant to hold something up.
                    ("t", "If-Match", digest, 412),
                    ("t", "If-None-Match", $"W/\"{digest}\"", 412),
                    ("t", "If-None-Match", "\"other\"", 201),
                    ("u", "If-None-Match", $"\"{digest}\"", 201),
                    (digest, "If-None-Match", "*", 412),
                    (digest, "If-Match", $"\"{digest}\"", 201),
                ]
        )
        {
            var path = $"/v2/{repository}/manifests/{reference}";
            var put = await room.Client.SendAsync("PUT", path, manifest, ("Content-Type", Images.OciImage), (name, value));
            Assert.Equal((reference, name, value, status), (reference, name, value, put.Status));
        }
    }
}
