using System.IO.Pipelines;
using System.Net.Http.Headers;
using Microsoft.Extensions.DependencyInjection;
using Slipway.Server.Registry;
using Slipway.Server.Registry.Proxy;
using Slipway.Server.Tests.Support;
using Xunit;

namespace Slipway.Server.Tests.Registry.Proxy;

/// <summary>What is fetched is fetched once, to its end, and only right bytes are kept.</summary>
public sealed class ProxyFlightTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory, EveryDatabase]
    public async Task Ten_who_want_a_layer_at_once_are_one_request(DatabaseKind kind)
    {
        await using var room = await ProxyRoom.OpenAsync(kind);
        var (digest, layer) = room.Upstream.Image("library/alpine", "latest", 300_000);
        var go = new TaskCompletionSource();
        room.Upstream.First = async _ =>
        {
            await go.Task;
            return null;
        };
        var pulls = Enumerable.Range(0, 10).Select(_ => room.BlobAsync("alpine", layer)).ToList();
        var manifests = Enumerable.Range(0, 10).Select(_ => room.ManifestAsync("alpine", digest)).ToList();
        go.SetResult();
        foreach (var pull in pulls)
            Assert.Equal(layer, Images.Digest((await pull).Body));
        foreach (var manifest in manifests)
            Assert.Equal(digest, Images.Digest((await manifest).Body));
        Assert.Equal(1, room.Upstream.Count("GET /v2/library/alpine/blobs/"));
        Assert.Equal(1, room.Upstream.Count("GET /v2/library/alpine/manifests/"));
    }

    [Fact]
    public async Task A_client_that_goes_away_stops_nothing_and_a_slow_one_holds_nobody_up()
    {
        await using var room = await ProxyRoom.OpenAsync();
        var bytes = Images.Bytes(3_000_000);
        var (_, layer) = room.Upstream.Image("library/alpine", "latest", shared: bytes);
        var pipe = new Pipe(new PipeOptions(pauseWriterThreshold: 0));
        room.Upstream.First = _ => Task.FromResult<HttpResponseMessage?>(Streaming(pipe.Reader.AsStream(), bytes.Length));
        var token = await room.Client.TokenAsync(await ChallengeAsync(room, layer));
        using var http = room.Server.Client(null);
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        var path = $"/v2/{ProxyRoom.Team}/alpine/blobs/{layer}";
        await pipe.Writer.WriteAsync(bytes.AsMemory(0, 1_000_000), Ct);

        var slow = await http.GetAsync(path, HttpCompletionOption.ResponseHeadersRead, Ct);
        var gone = await http.GetAsync(path, HttpCompletionOption.ResponseHeadersRead, Ct);
        await (await gone.Content.ReadAsStreamAsync(Ct)).ReadExactlyAsync(new byte[1000], Ct);
        gone.Dispose();
        var other = http.GetByteArrayAsync(path, Ct);
        var flight = FlightOf(room, layer);
        await pipe.Writer.WriteAsync(bytes.AsMemory(1_000_000), Ct);
        await pipe.Writer.CompleteAsync();

        Assert.Null(await flight.Ended);
        Assert.Equal(bytes, await other);
        Assert.Equal(1, await room.CountAsync("blobs"));
        Assert.Equal(bytes, await slow.Content.ReadAsByteArrayAsync(Ct));
        slow.Dispose();
        Assert.Equal(1, room.Upstream.Count("GET "));
    }

    [Fact]
    public async Task Who_has_begun_to_get_wrong_bytes_loses_the_connection()
    {
        await using var room = await ProxyRoom.OpenAsync();
        var bytes = Images.Bytes(1_000_000);
        var (_, layer) = room.Upstream.Image("library/alpine", "latest", shared: bytes);
        var pipe = new Pipe(new PipeOptions(pauseWriterThreshold: 0));
        room.Upstream.First = _ => Task.FromResult<HttpResponseMessage?>(Streaming(pipe.Reader.AsStream(), bytes.Length));
        using var http = room.Server.Client(null);
        http.DefaultRequestHeaders.Authorization = new("Bearer", await room.Client.TokenAsync(await ChallengeAsync(room, layer)));
        await pipe.Writer.WriteAsync(bytes.AsMemory(0, 500_000), Ct);
        var path = new Uri($"/v2/{ProxyRoom.Team}/alpine/blobs/{layer}", UriKind.Relative);
        using var answer = await http.GetAsync(path, HttpCompletionOption.ResponseHeadersRead, Ct);
        Assert.Equal(200, (int)answer.StatusCode);
        await pipe.Writer.WriteAsync(Images.Bytes(500_000), Ct);
        await pipe.Writer.CompleteAsync();
        await Assert.ThrowsAnyAsync<Exception>(() => answer.Content.ReadAsByteArrayAsync(Ct));
        Assert.Equal(0, await room.CountAsync("blobs"));
    }

    [Theory]
    [InlineData(1000)]
    [InlineData(500_000)]
    public async Task Wrong_bytes_are_not_kept_and_nobody_takes_them_for_right_ones(int size)
    {
        await using var room = await ProxyRoom.OpenAsync();
        var (digest, layer) = room.Upstream.Image("library/alpine", "latest", size);
        foreach (var path in (string[])[$"blobs/{layer}", $"manifests/{digest}"])
            room.Upstream.Put($"/v2/library/alpine/{path}", Images.OciImage, Images.Bytes(size));
        await NotGivenAsync(room, layer);
        var said = await room.ManifestAsync("alpine", digest);
        Assert.Equal((502, "UNAVAILABLE"), (said.Status, said.Code));
        Assert.Equal((0, 0), (await room.CountAsync("blobs"), await room.CountAsync("manifests")));
        Assert.Equal(2, room.Upstream.Count("GET "));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_answer_that_breaks_off_is_no_blob(bool hasLength)
    {
        await using var room = await ProxyRoom.OpenAsync();
        var bytes = Images.Bytes(200_000);
        var (_, layer) = room.Upstream.Image("library/alpine", "latest", shared: bytes);
        var broken = new Broken(bytes[..150_000]);
        room.Upstream.First = _ => Task.FromResult<HttpResponseMessage?>(Streaming(broken, hasLength ? bytes.Length : null));
        await NotGivenAsync(room, layer);
        room.Upstream.On();
        Assert.Equal(bytes, (await room.BlobAsync("alpine", layer)).Body);
    }

    [Fact]
    public async Task A_registry_that_sends_nothing_more_is_given_up_on()
    {
        var clock = new Clock();
        await using var room = await ProxyRoom.OpenAsync(time: clock);
        var bytes = Images.Bytes(1000);
        var (_, layer) = room.Upstream.Image("library/alpine", "latest", shared: bytes);
        var pipe = new Pipe();
        var asked = new TaskCompletionSource();
        room.Upstream.First = _ =>
            Task.FromResult<HttpResponseMessage?>(Streaming(new Telling(pipe.Reader.AsStream(), asked), bytes.Length));
        var pull = room.BlobAsync("alpine", layer);
        await asked.Task;
        clock.Advance(TimeSpan.FromSeconds(61));
        var said = await pull;
        Assert.Equal((502, "UNAVAILABLE"), (said.Status, said.Code));
        Assert.Contains("has sent nothing for 60 s", said.Text);
    }

    [Fact]
    public async Task A_layer_and_a_manifest_have_a_largest_size()
    {
        await using var room = await ProxyRoom.OpenAsync(with: new RegistryOptions { BlobBytes = 999, ManifestBytes = 300 });
        var (_, layer) = room.Upstream.Image("library/alpine", "latest");
        Assert.Equal(502, (await room.BlobAsync("alpine", layer)).Status);
        Assert.Contains("more than 300 bytes", (await room.ManifestAsync("alpine", "latest")).Text);
    }

    private static BlobFlight FlightOf(ProxyRoom room, string layer) =>
        room
            .Server.Services.GetRequiredService<BlobFetch>()
            .Flight(UpstreamImage.Find(new RegistryOptions().Upstreams, "alpine")!, ImageDigest.Parse(layer)!, room.Group.Id);

    private static async Task<string> ChallengeAsync(ProxyRoom room, string layer) =>
        (await room.Client.OnceAsync("GET", $"/v2/{ProxyRoom.Team}/alpine/blobs/{layer}", null, null)).Header("WWW-Authenticate")!;

    /// <summary>The connection breaks, or nothing had been sent yet and the failure is told.</summary>
    private static async Task NotGivenAsync(ProxyRoom room, string layer)
    {
        try
        {
            Assert.Equal(502, (await room.BlobAsync("alpine", layer)).Status);
        }
        catch (HttpRequestException) { }
    }

    private static HttpResponseMessage Streaming(Stream body, long? length)
    {
        var response = new HttpResponseMessage { Content = new StreamContent(body) };
        response.Content.Headers.ContentLength = length;
        return response;
    }

    /// <summary>Breaks off in the middle.</summary>
    private sealed class Broken(byte[] bytes) : MemoryStream(bytes)
    {
        public override bool CanSeek => false;

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            await base.ReadAsync(buffer, cancellationToken) is > 0 and var read ? read : throw new IOException("reset by peer");
    }

    /// <summary>Tells that it is being read.</summary>
    private sealed class Telling(Stream inner, TaskCompletionSource asked) : ForwardOnlyStream
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var read = inner.ReadAsync(buffer, cancellationToken);
            asked.TrySetResult();
            return read;
        }
    }
}
