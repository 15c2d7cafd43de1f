using Slipway.Server.Tests.Support;
using Xunit;

namespace Slipway.Server.Tests.Registry;

/// <summary>Lists in parts: whoever follows the links sees each name once.</summary>
public sealed class TagListTests(RegistryRooms rooms) : IClassFixture<RegistryRooms>
{
    [Theory, EveryDatabase]
    public async Task Following_the_links_gives_all_tags(DatabaseKind kind)
    {
        var room = await rooms.OfAsync(kind);
        var (repository, config) = (room.Repository(), Images.Bytes(10));
        await room.Client.PushAsync(repository, config);
        var manifest = Images.Image(config).ToBytes();
        var tags = Enumerable.Range(0, 23).Select(n => $"{(n % 3 == 0 ? "V" : "v")}{n}_x.y-z").Order(StringComparer.Ordinal).ToList();
        var query = string.Join('&', tags.Select(tag => $"tag={tag}"));
        Assert.Equal(201, (await room.Client.PutAsync(repository, $"{Images.Digest(manifest)}?{query}", manifest)).Status);
        foreach (var n in (string[])["1", "5", "23", "24", "10000", "10001", "2147483647", "99999999999999999999"])
            Assert.Equal(tags, await AllAsync(room.Client, $"/v2/{repository}/tags/list?n={n}"));
    }

    [Theory]
    [InlineData("n=0", "")]
    [InlineData("n=1", "a")]
    [InlineData("n=2&last=a", "b c")]
    [InlineData("last=a&n=1", "b")]
    [InlineData("last=", "a b c")]
    [InlineData("last=bb", "c")]
    [InlineData("last=c", "")]
    [InlineData("last=A", "a b c")]
    [InlineData("last=%F0%9F%90%B3", "")]
    [InlineData("n=-1", null)]
    [InlineData("n=1.5", null)]
    [InlineData("n=0x1", null)]
    [InlineData("n=%201", null)]
    [InlineData("n=1&n=2", null)]
    [InlineData("n=", null)]
    public async Task Parts_are_what_is_asked_for(string query, string? expected)
    {
        var room = await rooms.OfAsync(DatabaseKind.Sqlite);
        var (repository, config) = (room.Repository(), Images.Bytes(10));
        await room.Client.PushAsync(repository, config);
        var manifest = Images.Image(config).ToBytes();
        Assert.Equal(201, (await room.Client.PutAsync(repository, $"{Images.Digest(manifest)}?tag=a&tag=b&tag=c", manifest)).Status);
        var said = await room.Client.GetAsync($"/v2/{repository}/tags/list?{query}");
        if (expected is null)
            Assert.Equal((400, "PAGINATION_NUMBER_INVALID"), (said.Status, said.Code));
        else
            Assert.Equal(expected.Split(' ', StringSplitOptions.RemoveEmptyEntries), Tags(said));
    }

    private static async Task<List<string>> AllAsync(RegistryClient client, string first)
    {
        var all = new List<string>();
        for (var path = first; path is not null; )
        {
            var said = await client.GetAsync(path);
            all.AddRange(Tags(said));
            path = said.Header("Link")?.Split('>')[0].TrimStart('<');
        }

        return all;
    }

    private static IEnumerable<string> Tags(Said said) => said.Json.GetProperty("tags").EnumerateArray().Select(tag => tag.GetString()!);
}
