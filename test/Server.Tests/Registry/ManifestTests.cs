using System.Text.Json.Nodes;
using Slipway.Server.Registry;
using Slipway.Server.Tests.Support;
using Xunit;

namespace Slipway.Server.Tests.Registry;

/// <summary>Manifests beyond the standard's data sets: hostile ones, ones in the way, and those in between.</summary>
public sealed class ManifestTests(RegistryRooms rooms) : IClassFixture<RegistryRooms>
{
    private const string DockerList = "application/vnd.docker.distribution.manifest.list.v2+json";

    [Theory, EveryDatabase]
    public async Task What_a_manifest_names_must_be_in_its_own_repository(DatabaseKind kind)
    {
        var room = await rooms.OfAsync(kind);
        var (one, other) = (room.Repository(), room.Repository());
        var (config, layer) = (Images.Bytes(10), Images.Bytes(20));
        await room.Client.PushAsync(one, config);
        await room.Client.PushAsync(other, layer);
        var manifest = Images.Image(config, layer);

        var put = await room.Client.PutAsync(one, "latest", manifest.ToBytes());
        Assert.Equal((404, "MANIFEST_BLOB_UNKNOWN"), (put.Status, put.Code));
        Assert.Equal(Images.Digest(layer), put.Json.GetProperty("errors")[0].GetProperty("detail")[0].GetProperty("digest").GetString());
        await room.Client.PushAsync(one, layer);
        manifest["layers"]![0]!["size"] = 21;
        Assert.Equal("MANIFEST_INVALID", (await room.Client.PutAsync(one, "latest", manifest.ToBytes())).Code);
        manifest["layers"]![0]!["size"] = 20;
        Assert.Equal(201, (await room.Client.PutAsync(one, "latest", manifest.ToBytes())).Status);

        var child = new JsonObject
        {
            ["schemaVersion"] = 2,
            ["manifests"] = new JsonArray(Images.Descriptor(Images.OciImage, manifest.ToBytes())),
        };
        Assert.Equal(404, (await room.Client.PutAsync(other, "i", child.ToBytes(), Images.OciIndex)).Status);
        Assert.Equal(201, (await room.Client.PutAsync(one, "i", child.ToBytes(), Images.OciIndex)).Status);
    }

    [Theory]
    [InlineData("nothing", "{}")]
    [InlineData("no JSON", "{")]
    [InlineData("a list", "[]")]
    [InlineData("schema 1", """{"schemaVersion": 1, "mediaType": "TYPE"}""")]
    [InlineData(
        "another type than it says",
        """{"schemaVersion": 2, "mediaType": "application/vnd.oci.image.index.v1+json", "manifests": []}"""
    )]
    [InlineData("an image and an index", """{"schemaVersion": 2, "config": CONFIG, "layers": [], "manifests": []}""")]
    [InlineData("no config", """{"schemaVersion": 2, "layers": []}""")]
    [InlineData("no layers", """{"schemaVersion": 2, "config": CONFIG}""")]
    [InlineData("layers that are none", """{"schemaVersion": 2, "config": CONFIG, "layers": {}}""")]
    [InlineData("a layer that is none", """{"schemaVersion": 2, "config": CONFIG, "layers": [7]}""")]
    [InlineData(
        "a digest that is none",
        """{"schemaVersion": 2, "config": CONFIG, "layers": [{"mediaType": "a/b", "size": 1, "digest": "md5:00"}]}"""
    )]
    [InlineData(
        "a size that is none",
        """{"schemaVersion": 2, "config": CONFIG, "layers": [{"mediaType": "a/b", "size": -1, "digest": "DIGEST"}]}"""
    )]
    [InlineData("annotations that are none", """{"schemaVersion": 2, "config": CONFIG, "layers": [], "annotations": {"a": 1}}""")]
    [InlineData("half a letter", """{"schemaVersion": 2, "config": CONFIG, "layers": [], "artifactType": "\ud800"}""")]
    [InlineData("a type with a nought", """{"schemaVersion": 2, "config": CONFIG, "layers": [], "artifactType": "a/\u0000"}""")]
    public async Task A_manifest_that_is_none_is_refused(string why, string json)
    {
        var room = await rooms.OfAsync(DatabaseKind.Sqlite);
        var repository = room.Repository();
        var digest = await room.Client.PushAsync(repository, "{}"u8.ToArray());
        json = json.Replace("CONFIG", $$"""{"mediaType": "a/b", "size": 2, "digest": "{{digest}}"}""").Replace("DIGEST", digest);
        var put = await room.Client.PutAsync(
            repository,
            "latest",
            System.Text.Encoding.UTF8.GetBytes(json.Replace("TYPE", Images.OciImage))
        );
        Assert.Equal((why, 400, "MANIFEST_INVALID"), (why, put.Status, put.Code));
        Assert.Equal(404, (await room.Client.HeadAsync($"/v2/{repository}/manifests/latest")).Status);
    }

    [Fact]
    public async Task Types_are_the_requests_or_the_manifests_own()
    {
        var room = await rooms.OfAsync(DatabaseKind.Sqlite);
        var repository = room.Repository();
        var config = Images.Bytes(10);
        await room.Client.PushAsync(repository, config);
        var manifest = Images.Image(config);
        foreach (
            var (type, status) in (IEnumerable<(string?, int)>)
                [
                    (null, 201),
                    (Images.OciImage + "; charset=utf-8", 201),
                    ("application/json", 400),
                    ("text/html", 400),
                    ("application/vnd.docker.distribution.manifest.v1+prettyjws", 400),
                ]
        )
        {
            var headers = type is null ? [] : new[] { ("Content-Type", type) };
            Assert.Equal(
                (type, status),
                (type, (await room.Client.SendAsync("PUT", $"/v2/{repository}/manifests/t", manifest.ToBytes(), headers)).Status)
            );
        }

        Assert.Equal(Images.OciImage, (await room.Client.GetAsync($"/v2/{repository}/manifests/t")).Header("Content-Type"));
        manifest.Remove("mediaType");
        Assert.Equal(400, (await room.Client.SendAsync("PUT", $"/v2/{repository}/manifests/t", manifest.ToBytes())).Status);
    }

    [Fact]
    public async Task A_manifest_has_an_end()
    {
        var room = await rooms.OfAsync(DatabaseKind.Sqlite);
        var (repository, most) = (room.Repository(), new RegistryOptions().ManifestBytes);
        foreach (
            var headers in ((string, string)[][])
                [
                    [],
                    [("Transfer-Encoding", "chunked")],
                ]
        )
        {
            var put = await room.Client.SendAsync("PUT", $"/v2/{repository}/manifests/t", new byte[most + 1], headers);
            Assert.Equal((413, "SIZE_INVALID"), (put.Status, put.Code));
        }

        var many = new JsonObject
        {
            ["schemaVersion"] = 2,
            ["manifests"] = new JsonArray([
                .. Enumerable.Range(0, 4097).Select(n => Images.Descriptor(Images.OciImage, BitConverter.GetBytes(n))),
            ]),
        };
        Assert.Equal("MANIFEST_INVALID", (await room.Client.PutAsync(repository, "t", many.ToBytes(), Images.OciIndex)).Code);
    }

    [Theory, EveryDatabase]
    public async Task What_something_else_needs_is_not_deleted(DatabaseKind kind)
    {
        var room = await rooms.OfAsync(kind);
        var (repository, config) = (room.Repository(), Images.Bytes(10));
        var blob = $"/v2/{repository}/blobs/{await room.Client.PushAsync(repository, config)}";
        var image = Images.Image(config).ToBytes();
        Assert.Equal(201, (await room.Client.PutAsync(repository, "amd64", image)).Status);
        var list = new JsonObject { ["schemaVersion"] = 2, ["manifests"] = new JsonArray(Images.Descriptor(Images.OciImage, image)) };
        Assert.Equal(201, (await room.Client.PutAsync(repository, "latest", list.ToBytes(), DockerList)).Status);
        var (child, parent) = (
            $"/v2/{repository}/manifests/{Images.Digest(image)}",
            $"/v2/{repository}/manifests/{Images.Digest(list.ToBytes())}"
        );

        Assert.Equal((409, "MANIFEST_REFERENCED"), await RefusalAsync(room.Client.DeleteAsync(child)));
        Assert.Equal((405, "UNSUPPORTED"), await RefusalAsync(room.Client.DeleteAsync(blob)));
        Assert.Equal(202, (await room.Client.DeleteAsync(parent)).Status);
        Assert.Equal((405, "UNSUPPORTED"), await RefusalAsync(room.Client.DeleteAsync(blob)));
        Assert.Equal(202, (await room.Client.DeleteAsync(child)).Status);
        Assert.Equal(202, (await room.Client.DeleteAsync(blob)).Status);
        // With a manifest go all its tags.
        Assert.Equal("[]", (await room.Client.GetAsync($"/v2/{repository}/tags/list")).Json.GetProperty("tags").GetRawText());
    }

    [Theory, EveryDatabase]
    public async Task A_tag_moves_and_those_who_say_where_it_must_be_are_heard(DatabaseKind kind)
    {
        var room = await rooms.OfAsync(kind);
        var (repository, config) = (room.Repository(), Images.Bytes(10));
        await room.Client.PushAsync(repository, config);
        var (one, two) = (Images.Image(config).ToBytes(), (byte[])[.. Images.Image(config).ToBytes(), 10]);
        Assert.Equal(201, (await PutAsync(one, ("If-None-Match", "*"))).Status);
        Assert.Equal(412, (await PutAsync(two, ("If-None-Match", "*"))).Status);
        Assert.Equal(412, (await PutAsync(two, ("If-Match", $"\"{Images.Digest(two)}\""))).Status);
        Assert.Equal(Images.Digest(one), await AtAsync());
        Assert.Equal(201, (await PutAsync(two, ("If-Match", $"\"{Images.Digest(one)}\""))).Status);
        Assert.Equal(Images.Digest(two), await AtAsync());
        Assert.Equal(201, (await PutAsync(one)).Status);
        Assert.Equal(Images.Digest(one), await AtAsync());
        // What the tag has left is still there by its digest.
        Assert.Equal(200, (await room.Client.GetAsync($"/v2/{repository}/manifests/{Images.Digest(two)}")).Status);

        Task<Said> PutAsync(byte[] manifest, params (string, string)[] headers) =>
            room.Client.SendAsync("PUT", $"/v2/{repository}/manifests/t", manifest, [("Content-Type", Images.OciImage), .. headers]);
        async Task<string?> AtAsync() => (await room.Client.HeadAsync($"/v2/{repository}/manifests/t")).Header("Docker-Content-Digest");
    }

    /// <summary>Clients that do not trust the list of referrers keep one of their own under a tag; each is listed once.</summary>
    [Theory, EveryDatabase]
    public async Task Referrers_under_a_fallback_tag_are_listed_once(DatabaseKind kind)
    {
        var room = await rooms.OfAsync(kind);
        var (repository, config) = (room.Repository(), Images.Bytes(10));
        await room.Client.PushAsync(repository, config);
        var subject = Images.Image(config).ToBytes();
        Assert.Equal(201, (await room.Client.PutAsync(repository, "latest", subject)).Status);
        var signature = Images.Image(config);
        signature["subject"] = Images.Descriptor(Images.OciImage, subject);
        Assert.Equal(201, (await room.Client.PutAsync(repository, Images.Digest(signature.ToBytes()), signature.ToBytes())).Status);
        var list = new JsonObject
        {
            ["schemaVersion"] = 2,
            ["manifests"] = new JsonArray(Images.Descriptor(Images.OciImage, signature.ToBytes())),
        };
        var tag = Images.Digest(subject).Replace(':', '-');
        Assert.Equal(201, (await room.Client.PutAsync(repository, tag, list.ToBytes(), Images.OciIndex)).Status);

        var found = (await room.Client.GetAsync($"/v2/{repository}/referrers/{Images.Digest(subject)}")).Json.GetProperty("manifests");
        Assert.Equal(Images.Digest(signature.ToBytes()), Assert.Single(found.EnumerateArray()).GetProperty("digest").GetString());
    }

    [Theory, EveryDatabase]
    public async Task Long_lists_of_referrers_come_in_parts(DatabaseKind kind)
    {
        var room = await rooms.OfAsync(kind);
        var (repository, config) = (room.Repository(), Images.Bytes(10));
        await room.Client.PushAsync(repository, config);
        var subject = Images.Descriptor(Images.OciImage, Images.Bytes(5));
        var pushed = new List<string>();
        for (var n = 0; n < 5; n++)
        {
            var signature = Images.Image(config);
            signature["subject"] = subject.DeepClone();
            signature["annotations"] = new JsonObject { ["n"] = new string((char)('a' + n), 1_500_000) };
            pushed.Add(Images.Digest(signature.ToBytes()));
            Assert.Equal(201, (await room.Client.PutAsync(repository, pushed[^1], signature.ToBytes())).Status);
        }

        var (found, parts) = (new List<string>(), 0);
        for (var path = $"/v2/{repository}/referrers/{subject["digest"]}"; path is not null; parts++)
        {
            var said = await room.Client.GetAsync(path);
            Assert.InRange(said.Body.Length, 1, 5 << 20);
            found.AddRange(said.Json.GetProperty("manifests").EnumerateArray().Select(one => one.GetProperty("digest").GetString()!));
            path = said.Header("Link")?.Split('>')[0].TrimStart('<');
        }

        Assert.Equal(pushed, found);
        Assert.Equal(3, parts);
    }

    [Theory, EveryDatabase]
    public async Task Tags_come_in_the_order_of_their_bytes_some_at_a_time(DatabaseKind kind)
    {
        var room = await rooms.OfAsync(kind);
        var (repository, config) = (room.Repository(), Images.Bytes(10));
        await room.Client.PushAsync(repository, config);
        string[] tags = ["10", "9", "B", "_a", "a", "a-b", "a.b", "b"];
        var manifest = Images.Image(config).ToBytes();
        var put = await room.Client.PutAsync(
            repository,
            $"{Images.Digest(manifest)}?{string.Join('&', tags.Select(tag => $"tag={tag}"))}",
            manifest
        );
        Assert.Equal(201, put.Status);

        Assert.Equal(tags, (await ListAsync("")).Tags);
        foreach (
            var (query, expected, link) in (IEnumerable<(string, string[], string?)>)
                [
                    ("?n=3", tags[..3], $"</v2/{repository}/tags/list?last=B&n=3>; rel=\"next\""),
                    ("?n=3&last=a-z", tags[6..], null),
                    ("?n=0", [], null),
                ]
        )
        {
            var part = await ListAsync(query);
            Assert.Equal(expected, part.Tags);
            Assert.Equal(link, part.Link);
        }

        foreach (var n in (string[])["-1", "x", ""])
            Assert.Equal((400, "PAGINATION_NUMBER_INVALID"), await RefusalAsync(room.Client.GetAsync($"/v2/{repository}/tags/list?n={n}")));

        async Task<(string[] Tags, string? Link)> ListAsync(string query)
        {
            var said = await room.Client.GetAsync($"/v2/{repository}/tags/list{query}");
            return ([.. said.Json.GetProperty("tags").EnumerateArray().Select(tag => tag.GetString()!)], said.Header("Link"));
        }
    }

    [Theory]
    [InlineData("ada/App/manifests/latest", 400, "NAME_INVALID")]
    [InlineData("ada%2Fapp/manifests/latest", 400, "NAME_INVALID")]
    [InlineData("ada/app/manifests/-x", 400, "TAG_INVALID")]
    [InlineData("ada/app/manifests/sha256%3Abad", 400, "DIGEST_INVALID")]
    [InlineData("ada/app", 404, "UNKNOWN")]
    public async Task Addresses_that_mean_nothing_are_refused_in_the_registrys_words(string path, int status, string code)
    {
        var room = await rooms.OfAsync(DatabaseKind.Sqlite);
        Assert.Equal((status, code), await RefusalAsync(room.Client.GetAsync("/v2/" + path)));
    }

    private static async Task<(int, string)> RefusalAsync(Task<Said> asked)
    {
        var said = await asked;
        return (said.Status, said.Code);
    }
}
