using Xunit;

namespace Slipway.Server.Tests.Registry.Conformance;

/// <summary>Blobs: how they come, and how they go.</summary>
internal static class BlobCases
{
    private const int Length = (3 * 1024) - 5;

    public static IEnumerable<Case> All =>
        [
            .. BlobPush.Ways.Select(way => new Case(way.Key, target => ComesAndGoesAsync(way.Value, target, Images.Bytes(Length)))),
            .. BlobPush.Ways.Select(way => new Case(
                $"2.18 not its digest, {way.Key[4..].Trim()}",
                target => IsRefusedAsync(way.Value, target)
            )),
            new("2.1 a blob that is not there", MissingAsync),
            new("2.6 mount", target => MountAsync(target, withFrom: true)),
            new("2.7 mount from anywhere", target => MountAsync(target, withFrom: false)),
            new("2.8 mount of what is nowhere", MountMissingAsync),
            new("2.9 an upload given up", GivenUpAsync),
            new("2.16 no bytes at all", target => ComesAndGoesAsync(push => push.WholeAsync(), target, [])),
            new("2.17 empty JSON", target => ComesAndGoesAsync(push => push.WholeAsync(), target, "{}"u8.ToArray())),
        ];

    private static async Task ComesAndGoesAsync(Func<BlobPush, Task<Said>> way, Target target, byte[] bytes)
    {
        var push = BlobPush.Of(target, bytes);
        await IsThereAsync(push, await way(push));
        Assert.Equal(202, (await target.Client.DeleteAsync(push.Path)).Status);
        Assert.Equal(404, (await target.Client.HeadAsync(push.Path)).Status);
    }

    /// <param name="done">The answer that said so.</param>
    private static async Task IsThereAsync(BlobPush push, Said done)
    {
        var location = Case.Location(done, 201);
        Assert.Equal(push.Digest, done.Header("Docker-Content-Digest"));
        foreach (var path in (string[])[location, push.Path])
        {
            var got = await push.Target.Client.GetAsync(path);
            Assert.Equal((200, push.Digest), (got.Status, got.Header("Docker-Content-Digest")));
            Assert.Equal(push.Bytes, got.Body);
            Assert.Equal($"{push.Bytes.Length}", got.Header("Content-Length"));
        }

        var head = await push.Target.Client.HeadAsync(push.Path);
        Assert.Equal((200, $"{push.Bytes.Length}", ""), (head.Status, head.Header("Content-Length"), head.Text));
        Assert.Equal(push.Digest, head.Header("Docker-Content-Digest"));
    }

    private static async Task IsRefusedAsync(Func<BlobPush, Task<Said>> way, Target target)
    {
        var bytes = Images.Bytes(Length - 5);
        var push = new BlobPush(target, target.NewRepository(), [.. bytes, 1, 2, 3, 4, 5], target.Digest(bytes));
        Assert.Equal(400, (await way(push)).Status);
        Assert.Equal(404, (await target.Client.HeadAsync(push.Path)).Status);
    }

    private static async Task MissingAsync(Target target)
    {
        var push = BlobPush.Of(target, Images.Bytes(9));
        Assert.Equal(404, (await target.Client.GetAsync(push.Path)).Status);
        Assert.Equal(404, (await target.Client.HeadAsync(push.Path)).Status);
    }

    private static async Task MountAsync(Target target, bool withFrom)
    {
        var source = BlobPush.Of(target, Images.Bytes(512));
        await IsThereAsync(source, await source.WholeAsync());
        var push = source with { Repository = target.NewRepository() };
        await IsThereAsync(push, await MountAsync(push, withFrom ? source.Repository : null));
        // Docker and crane write colons and slashes so, and crane names the host too.
        push = source with
        {
            Repository = target.NewRepository(),
        };
        var escaped = withFrom ? $"&from={Uri.EscapeDataString(source.Repository)}&origin=hub.example.com" : "";
        var path = $"/v2/{push.Repository}/blobs/uploads/?mount={Uri.EscapeDataString(push.Digest)}{escaped}";
        await IsThereAsync(push, await target.Client.SendAsync("POST", path, null));
    }

    private static async Task MountMissingAsync(Target target)
    {
        var source = BlobPush.Of(target, [1]);
        await IsThereAsync(source, await source.WholeAsync());
        var push = BlobPush.Of(target, Images.Bytes(512));
        var location = Case.Location(await MountAsync(push, source.Repository), 202);
        await IsThereAsync(push, await target.Client.SendAsync("PUT", Case.With(location, push.Digest), push.Bytes));
    }

    private static Task<Said> MountAsync(BlobPush push, string? from) =>
        push.Target.Client.SendAsync(
            "POST",
            $"/v2/{push.Repository}/blobs/uploads/?mount={push.Digest}{(from is null ? "" : "&from=" + from)}",
            null
        );

    private static async Task GivenUpAsync(Target target)
    {
        var location = await BlobPush.Of(target, []).BeginAsync();
        Assert.Equal(204, (await target.Client.DeleteAsync(location)).Status);
        Assert.Equal(404, (await target.Client.GetAsync(location)).Status);
    }
}
