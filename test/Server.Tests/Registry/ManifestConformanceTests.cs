using System.Text.Json;
using Slipway.Server.Tests.Support;
using Xunit;

namespace Slipway.Server.Tests.Registry;

/// <summary>What the OCI distribution standard's suite asks of manifests, tags and referrers: its data sets pushed, listed, fetched and deleted again.</summary>
public sealed class ManifestConformanceTests(RegistryRooms rooms) : IClassFixture<RegistryRooms>
{
    private static readonly (string, string) Accept = ("Accept", $"{Images.OciIndex}, {Images.OciImage}");

    public static TheoryData<DatabaseKind, string> Both { get; } =
        new(from kind in Enum.GetValues<DatabaseKind>() from algorithm in (string[])["sha256", "sha512"] select (kind, algorithm));

    [Theory, MemberData(nameof(Both))]
    public async Task Every_data_set_is_pushed_listed_fetched_and_deleted(DatabaseKind kind, string algorithm)
    {
        var room = await rooms.OfAsync(kind);
        foreach (var name in DataSet.Names)
        {
            var (set, repository) = (DataSet.Make(name, algorithm), room.Repository());
            foreach (var blob in set.Blobs)
                await room.Client.PushAsync(repository, blob, algorithm);
            foreach (var manifest in set.Manifests)
                await PushAsync(room.Client, repository, manifest, name);
            await TagsAsync(room.Client, repository, set);
            foreach (var manifest in set.Manifests)
                await FetchAsync(room.Client, repository, manifest);
            await ReferrersAsync(room.Client, repository, set);
            await DeleteAsync(room.Client, repository, set, algorithm);
        }
    }

    [Theory, MemberData(nameof(Both))]
    public async Task Tags_in_the_address_of_a_push_by_digest_are_set(DatabaseKind kind, string algorithm)
    {
        var room = await rooms.OfAsync(kind);
        var (repository, set) = (room.Repository(), DataSet.Make("no-layers", algorithm));
        await room.Client.PushAsync(repository, set.Blobs[0], algorithm);
        var manifest = set.Manifests[0];

        var put = await room.Client.PutAsync(repository, $"{manifest.Digest}?tag=a&tag=b", manifest.Content);

        Assert.Equal((201, "a, b"), (put.Status, put.Header("OCI-Tag")));
        foreach (var tag in (string[])["a", "b"])
            Assert.Equal(
                manifest.Digest,
                (await room.Client.HeadAsync($"/v2/{repository}/manifests/{tag}")).Header("Docker-Content-Digest")
            );
        Assert.Equal("TAG_INVALID", (await room.Client.PutAsync(repository, $"{manifest.Digest}?tag=-a", manifest.Content)).Code);
    }

    [Theory, MemberData(nameof(Both))]
    public async Task A_manifest_that_is_not_its_digest_is_refused(DatabaseKind kind, string algorithm)
    {
        var room = await rooms.OfAsync(kind);
        var (repository, set) = (room.Repository(), DataSet.Make("image", algorithm));
        foreach (var blob in set.Blobs)
            await room.Client.PushAsync(repository, blob, algorithm);
        var manifest = set.Manifests[0];
        var put = await room.Client.PutAsync(repository, manifest.Digest, [.. manifest.Content, 32, 32]);
        Assert.Equal((400, "DIGEST_INVALID"), (put.Status, put.Code));
        put = await room.Client.PutAsync(repository, "sha256:baddigeststring", manifest.Content);
        Assert.Equal((400, "DIGEST_INVALID"), (put.Status, put.Code));
    }

    [Theory, EveryDatabase]
    public async Task What_is_not_there_is_not_found_and_an_empty_repository_is_none(DatabaseKind kind)
    {
        var room = await rooms.OfAsync(kind);
        var repository = room.Repository();
        var ping = await room.Client.GetAsync("/v2/");
        Assert.Equal((200, "{}"), (ping.Status, ping.Text));
        Assert.Equal("registry/2.0", ping.Header("Docker-Distribution-API-Version"));
        foreach (
            var (path, status, code) in (IEnumerable<(string, int, string)>)
                [
                    ("tags/list", 404, "NAME_UNKNOWN"),
                    ("manifests/latest", 404, "MANIFEST_UNKNOWN"),
                    ($"manifests/{Images.Digest([1])}", 404, "MANIFEST_UNKNOWN"),
                    ("manifests/sha256:baddigeststring", 400, "DIGEST_INVALID"),
                    ("blobs/sha256:baddigeststring", 400, "DIGEST_INVALID"),
                    ("referrers/sha256:baddigeststring", 400, "DIGEST_INVALID"),
                    ($"blobs/uploads/{Guid.NewGuid():N}", 404, "BLOB_UPLOAD_UNKNOWN"),
                ]
        )
        {
            var said = await room.Client.GetAsync($"/v2/{repository}/{path}");
            Assert.Equal((path, status, code), (path, said.Status, said.Code));
        }

        var referrers = await room.Client.GetAsync($"/v2/{repository}/referrers/{Images.Digest(Images.Bytes(5))}");
        Assert.Equal((200, Images.OciIndex), (referrers.Status, referrers.Header("Content-Type")));
        Assert.Equal($$"""{"schemaVersion":2,"mediaType":"{{Images.OciIndex}}","manifests":[]}""", referrers.Text);
        Assert.Equal(405, (await room.Client.SendAsync("PATCH", $"/v2/{repository}/tags/list", null)).Status);
    }

    private static async Task PushAsync(RegistryClient client, string repository, ManifestToPush manifest, string set)
    {
        foreach (var reference in (string[])[manifest.Digest, .. manifest.Tags])
        {
            // A tag alone always means SHA-256: with another algorithm it stands beside the digest.
            var address = reference == manifest.Digest || manifest.Algorithm == "sha256" ? reference : $"{manifest.Digest}?tag={reference}";
            var put = await client.PutAsync(repository, address, manifest.Content, manifest.MediaType);
            Assert.True(put.Status == 201, $"{set} {reference}: {put.Status} {put.Text}");
            Assert.Equal(manifest.Digest, put.Header("Docker-Content-Digest"));
            Assert.Equal(manifest.Json["subject"]?["digest"]?.ToString(), put.Header("OCI-Subject"));
            await IsAsync(manifest, await client.GetAsync(put.Location, Accept));
        }
    }

    private static async Task IsAsync(ManifestToPush manifest, Said said)
    {
        Assert.Equal((200, manifest.MediaType), (said.Status, said.Header("Content-Type")));
        Assert.Equal($"{manifest.Content.Length}", said.Header("Content-Length"));
        Assert.Equal(manifest.Digest, said.Header("Docker-Content-Digest"));
        Assert.Equal(manifest.Content, said.Body);
        await Task.CompletedTask;
    }

    private static async Task TagsAsync(RegistryClient client, string repository, DataSet set)
    {
        var tags = set.Manifests.SelectMany(manifest => manifest.Tags).Order(StringComparer.Ordinal).ToList();
        Assert.Equal(tags, await ListAsync(""));
        if (tags.Count > 1)
            Assert.Equal(tags[1..], await ListAsync($"?last={tags[0]}"));

        async Task<List<string>> ListAsync(string query)
        {
            var said = await client.GetAsync($"/v2/{repository}/tags/list{query}");
            Assert.Equal((200, repository), (said.Status, said.Json.GetProperty("name").GetString()));
            return [.. said.Json.GetProperty("tags").EnumerateArray().Select(tag => tag.GetString()!)];
        }
    }

    private static async Task FetchAsync(RegistryClient client, string repository, ManifestToPush manifest)
    {
        foreach (var reference in (string[])[manifest.Digest, .. manifest.Tags])
        {
            var path = $"/v2/{repository}/manifests/{reference}";
            await IsAsync(manifest, await client.GetAsync(path, Accept));
            // Whatever a client says it accepts, it gets what was pushed.
            await IsAsync(manifest, await client.GetAsync(path));
            var head = await client.HeadAsync(path, Accept);
            Assert.Equal((200, "", $"{manifest.Content.Length}"), (head.Status, head.Text, head.Header("Content-Length")));
            Assert.Equal(manifest.MediaType, head.Header("Content-Type"));
            Assert.Equal(304, (await client.GetAsync(path, ("If-None-Match", $"\"{manifest.Digest}\""))).Status);
        }
    }

    private static async Task ReferrersAsync(RegistryClient client, string repository, DataSet set)
    {
        var bySubject = set
            .Manifests.Where(manifest => manifest.Json["subject"] is not null)
            .ToLookup(one => one.Json["subject"]!["digest"]!.ToString());
        foreach (var referrers in bySubject)
        {
            var path = $"/v2/{repository}/referrers/{referrers.Key}";
            Assert.Equal(referrers.Select(Expected), (await ListAsync(path)).Found);
            foreach (var type in referrers.Select(TypeOf).OfType<string>().Distinct())
            {
                var (found, filters) = await ListAsync($"{path}?artifactType={Uri.EscapeDataString(type)}");
                Assert.Equal("artifactType", filters);
                Assert.Equal(referrers.Where(one => TypeOf(one) == type).Select(Expected), found);
            }
        }

        async Task<(IEnumerable<string> Found, string? Filters)> ListAsync(string path)
        {
            var said = await client.GetAsync(path);
            Assert.Equal((200, Images.OciIndex), (said.Status, said.Header("Content-Type")));
            return (said.Json.GetProperty("manifests").EnumerateArray().Select(Line), said.Header("OCI-Filters-Applied"));
        }
    }

    private static string? TypeOf(ManifestToPush manifest) =>
        (manifest.Json["artifactType"] ?? manifest.Json["config"]?["mediaType"])?.ToString();

    private static string Expected(ManifestToPush manifest) =>
        $"{manifest.Digest} {manifest.MediaType} {manifest.Content.Length} {TypeOf(manifest)} {manifest.Json["annotations"]?.ToJsonString()}";

    private static string Line(JsonElement one) =>
        $"{one.GetProperty("digest")} {one.GetProperty("mediaType")} {one.GetProperty("size")} "
        + $"{(one.TryGetProperty("artifactType", out var type) ? type : null)} {(one.TryGetProperty("annotations", out var all) ? all.GetRawText() : null)}";

    private static async Task DeleteAsync(RegistryClient client, string repository, DataSet set, string algorithm)
    {
        // Parents first, and tags before what they are at.
        foreach (var manifest in set.Manifests.AsEnumerable().Reverse())
        foreach (var reference in (string[])[.. manifest.Tags, manifest.Digest])
        {
            var path = $"/v2/{repository}/manifests/{reference}";
            Assert.Equal((reference, 202), (reference, (await client.DeleteAsync(path)).Status));
            Assert.Equal(404, (await client.HeadAsync(path)).Status);
        }

        foreach (var digest in set.Blobs.Select(blob => Images.Digest(blob, algorithm)).Distinct())
        {
            Assert.Equal(202, (await client.DeleteAsync($"/v2/{repository}/blobs/{digest}")).Status);
            Assert.Equal(404, (await client.HeadAsync($"/v2/{repository}/blobs/{digest}")).Status);
        }

        foreach (var manifest in set.Manifests)
            if (manifest.Json["subject"]?["digest"] is { } subject)
                Assert.Empty(
                    (await client.GetAsync($"/v2/{repository}/referrers/{subject}")).Json.GetProperty("manifests").EnumerateArray()
                );
    }
}
