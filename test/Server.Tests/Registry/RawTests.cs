using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;
using Slipway.Server.Tests.Registry.Conformance;
using Slipway.Server.Tests.Support;
using Xunit;

namespace Slipway.Server.Tests.Registry;

/// <summary>Requests as no client library would write them: cut off, doubled, without an end.</summary>
public sealed class RawTests(RegistryRooms rooms) : IClassFixture<RegistryRooms>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("PATCH", "Content-Length: 1000", "0123456789")]
    [InlineData("PUT", "Content-Length: 1000", "0123456789")]
    [InlineData("PATCH", "Transfer-Encoding: chunked", "a\r\n0123456789\r\n")]
    [InlineData("PUT", "Transfer-Encoding: chunked", "a\r\n0123456789\r\nffff\r\n01")]
    public async Task A_body_that_breaks_off_leaves_the_upload_as_it_was(string method, string header, string body)
    {
        var room = await rooms.OfAsync(DatabaseKind.Sqlite);
        var push = new BlobPush(Target(room), room.Repository(), "abc"u8.ToArray(), Images.Digest("abc"u8.ToArray()));
        var location = await push.BeginAsync();
        Assert.Equal(202, (await room.Client.SendAsync("PATCH", location, "ab"u8.ToArray())).Status);
        var path = method == "PUT" ? Case.With(location, Images.Digest([9])) : location;

        using (var client = await ConnectAsync(room))
        {
            await SendAsync(client, $"{Head(room, method, path)}{header}\r\n\r\n{body}");
            client.Client.Shutdown(SocketShutdown.Send);
            // What it says, if anything, nobody waits for.
            await ReadAsync(client);
        }

        Assert.Equal("0-1", (await room.Client.GetAsync(location)).Header("Range"));
        Assert.Equal(202, (await room.Client.SendAsync("PATCH", location, "c"u8.ToArray(), ("Content-Range", "2-2"))).Status);
        Assert.Equal(201, (await room.Client.SendAsync("PUT", Case.With(location, push.Digest), null)).Status);
        Assert.Equal("abc", (await room.Client.GetAsync(push.Path)).Text);
    }

    [Fact]
    public async Task A_manifest_that_breaks_off_is_none()
    {
        var room = await rooms.OfAsync(DatabaseKind.Sqlite);
        var repository = room.Repository();
        await room.Client.PushImageAsync(repository, "other");
        var manifest = (await room.Client.GetAsync($"/v2/{repository}/manifests/other")).Text;
        using (var client = await ConnectAsync(room))
        {
            var head = Head(room, "PUT", $"/v2/{repository}/manifests/t") + $"Content-Type: {Images.OciImage}\r\n";
            await SendAsync(client, $"{head}Content-Length: {manifest.Length + 1}\r\n\r\n{manifest}");
            client.Client.Shutdown(SocketShutdown.Send);
            await ReadAsync(client);
        }

        Assert.Equal(404, (await room.Client.GetAsync($"/v2/{repository}/manifests/t")).Status);
    }

    /// <summary>A body of no length at all is an empty one: some clients begin uploads so.</summary>
    [Theory]
    [InlineData("POST", "/blobs/uploads/", "", 202)]
    [InlineData("POST", "/blobs/uploads", "", 202)]
    [InlineData("PUT", "/manifests/t", "", 400)]
    [InlineData("GET", "/manifests/%00", "", 400)]
    [InlineData("PUT", "/manifests/t", "Content-Length: 4\r\nContent-Length: 5\r\n", 400)]
    [InlineData("PUT", "/manifests/t", "Content-Length: -1\r\n", 400)]
    [InlineData("PUT", "/manifests/t", "Content-Length: 99999999999999999999\r\n", 400)]
    [InlineData("PUT", "/manifests/t", "Content-Length: 5000000\r\nExpect: 100-continue\r\n", 413)]
    [InlineData("PUT", "/manifests/t", "Content-Type: a/b\r\nContent-Type: c/d\r\nContent-Length: 0\r\n", 400)]
    public async Task Odd_heads_are_answered(string method, string path, string headers, int status)
    {
        var room = await rooms.OfAsync(DatabaseKind.Sqlite);
        using var client = await ConnectAsync(room);
        await SendAsync(client, $"{Head(room, method, $"/v2/{room.Repository()}{path}")}{headers}\r\n");
        Assert.Equal(status, await StatusAsync(client));
    }

    [Fact]
    public async Task Headers_without_an_end_are_refused()
    {
        var room = await rooms.OfAsync(DatabaseKind.Sqlite);
        foreach (var name in (string[])["Range", "Authorization", "Accept", "Content-Range", "If-None-Match"])
        {
            using var client = await ConnectAsync(room);
            await SendAsync(client, $"{Head(room, "GET", "/v2/")}{name}: {new string('x', 40_000)}\r\n\r\n");
            Assert.Equal((name, 431), (name, await StatusAsync(client)));
        }
    }

    [Theory]
    [InlineData("0-1", "0-1")]
    [InlineData("0-1", "2-3")]
    public async Task A_piece_that_says_twice_where_it_belongs_belongs_nowhere(string first, string second)
    {
        var room = await rooms.OfAsync(DatabaseKind.Sqlite);
        var location = await BlobPush.Of(Target(room), []).BeginAsync();
        using var client = await ConnectAsync(room);
        await SendAsync(
            client,
            $"{Head(room, "PATCH", location)}Content-Range: {first}\r\nContent-Range: {second}\r\nContent-Length: 2\r\n\r\nab"
        );
        Assert.Equal(400, await StatusAsync(client));
        Assert.Equal("0-0", (await room.Client.GetAsync(location)).Header("Range"));
    }

    /// <summary>Who waits to be told to go on is told, and who may not is told that before it sends anything.</summary>
    [Fact]
    public async Task Who_asks_first_is_told_to_go_on()
    {
        var room = await rooms.OfAsync(DatabaseKind.Sqlite);
        var location = await BlobPush.Of(Target(room), []).BeginAsync();
        const string waits = "Content-Length: 3\r\nExpect: 100-continue\r\n\r\n";
        using (var client = await ConnectAsync(room))
        {
            await SendAsync(client, Head(room, "PATCH", location) + waits);
            Assert.Equal(100, await StatusAsync(client));
            await SendAsync(client, "abc");
            Assert.Equal(202, await StatusAsync(client));
        }

        using var stranger = await ConnectAsync(room);
        await SendAsync(stranger, $"PATCH {location} HTTP/1.1\r\nHost: x\r\n{waits}");
        Assert.Equal(401, await StatusAsync(stranger));
    }

    private static Target Target(RegistryRoom room) => new(room.Client, "sha256", room.Repository);

    private static string Head(RegistryRoom room, string method, string path) =>
        $"{method} {path} HTTP/1.1\r\nHost: {room.Server.Address.Authority}\r\nAuthorization: Basic "
        + $"{Convert.ToBase64String(Encoding.UTF8.GetBytes($"ada:{room.Owner.Token}"))}\r\n";

    private static async Task<TcpClient> ConnectAsync(RegistryRoom room)
    {
        var client = new TcpClient { NoDelay = true };
        await client.ConnectAsync(room.Server.Address.Host, room.Server.Address.Port, Ct);
        return client;
    }

    private static Task SendAsync(TcpClient client, string text) =>
        client.GetStream().WriteAsync(Encoding.Latin1.GetBytes(text), Ct).AsTask();

    /// <summary>Of the next answer.</summary>
    private static async Task<int> StatusAsync(TcpClient client)
    {
        var head = new StringBuilder();
        var one = new byte[1];
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            if (await client.GetStream().ReadAsync(one, Ct) == 0)
                Assert.Fail($"the connection ended after: {head}");
            head.Append((char)one[0]);
        }

        return int.Parse(Regex.Match(head.ToString(), "^HTTP/1.1 ([0-9]{3})").Groups[1].Value);
    }

    private static async Task<string> ReadAsync(TcpClient client)
    {
        try
        {
            using var text = new StreamReader(new NetworkStream(client.Client), Encoding.Latin1);
            return await text.ReadToEndAsync(Ct);
        }
        catch (IOException)
        {
            return "";
        }
    }
}
