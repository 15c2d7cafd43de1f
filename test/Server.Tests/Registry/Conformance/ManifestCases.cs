using Xunit;

namespace Slipway.Server.Tests.Registry.Conformance;

/// <summary>Empty repositories, manifests that are none, and the level after 1.1.</summary>
internal static class ManifestCases
{
    public static IEnumerable<Case> All =>
        [
            new("1.1 ping", async target => Assert.Equal(200, (await target.Client.GetAsync("/v2/")).Status)),
            new("1.2 tags of no repository", TagsAsync),
            new("1.3 referrers of nothing", ReferrersAsync),
            new("3 not its digest", async target => await PushAsync(target, manifest => manifest.Digest, [32, 32], 400)),
            new("3 tags in the address", TagsInAddressAsync),
            new("4.1 an unknown digest", async target => await IsMissingAsync(target, target.Digest(Images.Bytes(9)), 404)),
            new("4.2 an unknown tag", async target => await IsMissingAsync(target, "nothing", 404)),
            new("4.3 a push to a digest that is none", async target => await PushAsync(target, _ => "sha256:baddigeststring", [], 400)),
            new("4.4 a digest that is none", async target => await IsMissingAsync(target, "sha256:baddigeststring", 404, 400)),
        ];

    private static async Task TagsAsync(Target target)
    {
        var said = await target.Client.GetAsync($"/v2/{target.NewRepository()}/tags/list");
        Assert.Contains(said.Status, (int[])[200, 404]);
    }

    private static async Task ReferrersAsync(Target target)
    {
        var said = await target.Client.GetAsync($"/v2/{target.NewRepository()}/referrers/{target.Digest(Images.Bytes(9))}");
        Assert.Equal((200, Images.OciIndex), (said.Status, said.Header("Content-Type")));
        Assert.Equal(2, said.Json.GetProperty("schemaVersion").GetInt32());
        Assert.Equal(Images.OciIndex, said.Json.GetProperty("mediaType").GetString());
        Assert.Empty(said.Json.GetProperty("manifests").EnumerateArray());
    }

    private static async Task IsMissingAsync(Target target, string reference, params int[] statuses)
    {
        var push = BlobPush.Of(target, [1]);
        Case.Location(await push.WholeAsync(), 201);
        var path = $"/v2/{push.Repository}/manifests/{reference}";
        Assert.Contains((await target.Client.GetAsync(path, DataSetCases.Accept)).Status, statuses);
    }

    private static async Task TagsInAddressAsync(Target target)
    {
        var (repository, manifest) = await PushAsync(target, manifest => $"{manifest.Digest}?tag=a&tag=b", [], 201);
        foreach (var tag in (string[])["a", "b"])
        {
            var got = await target.Client.GetAsync($"/v2/{repository}/manifests/{tag}", DataSetCases.Accept);
            Assert.Equal((200, manifest.Digest), (got.Status, got.Header("Docker-Content-Digest")));
            Assert.Equal(manifest.Content, got.Body);
        }
    }

    /// <param name="more">What is put behind the manifest.</param>
    private static async Task<(string Repository, ManifestToPush Manifest)> PushAsync(
        Target target,
        Func<ManifestToPush, string> reference,
        byte[] more,
        int status
    )
    {
        var (set, repository) = (DataSet.Make("image", target.Algorithm), target.NewRepository());
        foreach (var blob in set.Blobs)
            Case.Location(await new BlobPush(target, repository, blob, target.Digest(blob)).WholeAsync(), 201);
        var manifest = set.Manifests[0];
        var put = await target.Client.PutAsync(repository, reference(manifest), [.. manifest.Content, .. more]);
        Assert.Equal((status, ""), (put.Status, put.Status == status ? "" : put.Text));
        if (put.Status == 201 && reference(manifest).Contains('?'))
            Assert.Equal(["a", "b"], (put.Header("OCI-Tag") ?? "").Split(',', StringSplitOptions.TrimEntries));
        return (repository, manifest);
    }
}
