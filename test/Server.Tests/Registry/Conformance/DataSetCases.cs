using System.Text.Json;
using Xunit;

namespace Slipway.Server.Tests.Registry.Conformance;

/// <summary>The standard's sets of blobs and manifests: pushed, listed, fetched and deleted again.</summary>
internal static class DataSetCases
{
    public static readonly (string, string) Accept = ("Accept", $"{Images.OciIndex}, {Images.OciImage}");

    /// <summary>The set that is none of the standard's.</summary>
    public const string Docker = "docker-image";

    public static IEnumerable<Case> All =>
        [
            .. DataSet.Names.Except([Docker]).Select(name => new Case($"3 {name}", target => RunAsync(name, target))),
            new("3 tags are deleted", TagsGoAsync),
        ];

    private static async Task TagsGoAsync(Target target)
    {
        var (set, repository) = (DataSet.Make("no-layers", target.Algorithm), target.NewRepository());
        await PushAsync(target, repository, set);
        var path = $"/v2/{repository}/manifests/{set.Manifests[0].Digest}";
        await GoesAsync(target, $"/v2/{repository}/manifests/latest", 202);
        Assert.Equal(200, (await target.Client.GetAsync(path, Accept)).Status);
    }

    public static async Task RunAsync(string name, Target target)
    {
        var (set, repository) = (DataSet.Make(name, target.Algorithm), target.NewRepository());
        await PushAsync(target, repository, set);
        await TagsAsync(target, repository, set);
        foreach (var manifest in set.Manifests)
            await FetchAsync(target, repository, manifest);
        await ReferrersAsync(target, repository, set);
        await DeleteAsync(target, repository, set);
    }

    private static async Task PushAsync(Target target, string repository, DataSet set)
    {
        foreach (var blob in set.Blobs)
            Case.Location(await new BlobPush(target, repository, blob, target.Digest(blob)).WholeAsync(), 201);
        foreach (var manifest in set.Manifests)
            await PushAsync(target, repository, manifest);
    }

    private static async Task PushAsync(Target target, string repository, ManifestToPush manifest)
    {
        foreach (var reference in (string[])[manifest.Digest, .. manifest.Tags])
        {
            // A tag alone always means SHA-256: with another algorithm it stands beside the digest.
            var isPlain = reference == manifest.Digest || manifest.Algorithm == "sha256";
            var address = isPlain ? reference : $"{manifest.Digest}?tag={reference}";
            var put = await target.Client.PutAsync(repository, address, manifest.Content, manifest.MediaType);
            var location = Case.Location(put, 201);
            Assert.Equal(manifest.Digest, put.Header("Docker-Content-Digest"));
            Assert.Equal(manifest.Json["subject"]?["digest"]?.ToString(), put.Header("OCI-Subject"));
            IsIt(manifest, await target.Client.GetAsync(location, AcceptOf(manifest)));
        }
    }

    private static (string, string) AcceptOf(ManifestToPush manifest) =>
        manifest.MediaType is Images.OciImage or Images.OciIndex ? Accept : ("Accept", manifest.MediaType);

    private static void IsIt(ManifestToPush manifest, Said said)
    {
        Assert.Equal((200, manifest.MediaType), (said.Status, said.Header("Content-Type")));
        Assert.Equal($"{manifest.Content.Length}", said.Header("Content-Length"));
        Assert.Equal(manifest.Digest, said.Header("Docker-Content-Digest"));
        Assert.Equal(manifest.Content, said.Body);
    }

    private static async Task TagsAsync(Target target, string repository, DataSet set)
    {
        var tags = set.Manifests.SelectMany(manifest => manifest.Tags).Order(StringComparer.Ordinal).ToList();
        Assert.Equal(tags, await ListAsync(""));
        if (tags.Count > 1)
            Assert.Equal(tags[(tags.Count / 2)..], await ListAsync($"?last={tags[(tags.Count / 2) - 1]}"));

        async Task<List<string>> ListAsync(string query)
        {
            var said = await target.Client.GetAsync($"/v2/{repository}/tags/list{query}");
            Assert.Equal((200, repository), (said.Status, said.Json.GetProperty("name").GetString()));
            return [.. said.Json.GetProperty("tags").EnumerateArray().Select(tag => tag.GetString()!)];
        }
    }

    private static async Task FetchAsync(Target target, string repository, ManifestToPush manifest)
    {
        foreach (var reference in (string[])[manifest.Digest, .. manifest.Tags])
        {
            var path = $"/v2/{repository}/manifests/{reference}";
            IsIt(manifest, await target.Client.GetAsync(path, AcceptOf(manifest)));
            var head = await target.Client.HeadAsync(path, AcceptOf(manifest));
            Assert.Equal((200, "", $"{manifest.Content.Length}"), (head.Status, head.Text, head.Header("Content-Length")));
            Assert.Equal((manifest.MediaType, manifest.Digest), (head.Header("Content-Type"), head.Header("Docker-Content-Digest")));
        }
    }

    private static async Task ReferrersAsync(Target target, string repository, DataSet set)
    {
        var bySubject = set
            .Manifests.Where(manifest => manifest.Json["subject"] is not null)
            .ToLookup(one => one.Json["subject"]!["digest"]!.ToString());
        foreach (var referrers in bySubject)
        {
            var path = $"/v2/{repository}/referrers/{referrers.Key}";
            Assert.Equal(referrers.Select(Expected).Order(), (await ListAsync(path)).Found);
            foreach (var type in referrers.Select(TypeOf).OfType<string>().Distinct())
            {
                var (found, filters) = await ListAsync($"{path}?artifactType={Uri.EscapeDataString(type)}");
                Assert.Equal("artifactType", filters);
                Assert.Equal(referrers.Where(one => TypeOf(one) == type).Select(Expected).Order(), found);
            }
        }

        async Task<(IEnumerable<string> Found, string? Filters)> ListAsync(string path)
        {
            var said = await target.Client.GetAsync(path);
            Assert.Equal((200, Images.OciIndex), (said.Status, said.Header("Content-Type")));
            return (said.Json.GetProperty("manifests").EnumerateArray().Select(Line).Order(), said.Header("OCI-Filters-Applied"));
        }
    }

    private static string? TypeOf(ManifestToPush manifest) =>
        (manifest.Json["artifactType"] ?? manifest.Json["config"]?["mediaType"])?.ToString();

    private static string Expected(ManifestToPush manifest) =>
        $"{manifest.Digest} {manifest.MediaType} {manifest.Content.Length} {TypeOf(manifest)} {manifest.Json["annotations"]?.ToJsonString()}";

    private static string Line(JsonElement one) =>
        $"{one.GetProperty("digest")} {one.GetProperty("mediaType")} {one.GetProperty("size")} "
        + $"{(one.TryGetProperty("artifactType", out var type) ? type : null)} {(one.TryGetProperty("annotations", out var all) ? all.GetRawText() : null)}";

    private static async Task DeleteAsync(Target target, string repository, DataSet set)
    {
        // Parents first, and tags before what they are at, or with it where they do not go alone.
        foreach (var manifest in set.Manifests.AsEnumerable().Reverse())
        {
            foreach (var tag in manifest.Tags)
                Assert.Contains((await target.Client.DeleteAsync($"/v2/{repository}/manifests/{tag}")).Status, (int[])[202, 400, 405]);
            await GoesAsync(target, $"/v2/{repository}/manifests/{manifest.Digest}", 202, 404);
            foreach (var tag in manifest.Tags)
                Assert.Equal(404, (await target.Client.HeadAsync($"/v2/{repository}/manifests/{tag}", Accept)).Status);
        }

        foreach (var digest in set.Blobs.Select(target.Digest).Distinct())
            await GoesAsync(target, $"/v2/{repository}/blobs/{digest}", 202, 404);
        foreach (var manifest in set.Manifests)
            if (manifest.Json["subject"]?["digest"] is { } subject)
            {
                var left = await target.Client.GetAsync($"/v2/{repository}/referrers/{subject}");
                Assert.Empty(left.Json.GetProperty("manifests").EnumerateArray());
            }
    }

    private static async Task GoesAsync(Target target, string path, params int[] statuses)
    {
        Assert.Contains((await target.Client.DeleteAsync(path)).Status, statuses);
        Assert.Equal(404, (await target.Client.HeadAsync(path, Accept)).Status);
    }
}
