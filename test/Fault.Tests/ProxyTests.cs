using System.Net.Http.Headers;
using Slipway.Fault.Tests.Support;
using Slipway.Server.Tests.Registry;
using Slipway.Server.Tests.Support;
using Xunit;

namespace Slipway.Fault.Tests;

/// <summary>The server dies while a layer of another registry comes through its dependency proxy: to whoever pulls, and to where it is kept (reliability-security A4).</summary>
public sealed class ProxyTests
{
    private const string HalfWay = "half way";
    private const string Kept = "proxied layer kept";
    private const string Proxied = "/v2/root/dependency_proxy/containers/some/image";

    private static CancellationToken Ct => Rig.Ct;

    [Theory, EveryDatabase]
    public async Task A_layer_on_its_way_through_is_kept_whole_or_not_at_all_wherever_the_server_died(DatabaseKind kind)
    {
        using var upstream = new Upstream();
        await using var rig = await Rig.StartAsync(
            kind,
            arguments: ["--registry-upstream", upstream.Address, "--allow-outbound", "127.0.0.1"]
        );
        foreach (var point in Rig.Plan(kind, HalfWay, "proxied layer stored", Kept))
        {
            var layer = Images.Bytes(3_000_000);
            var (image, digest) = (upstream.Image("some/image", layer), Images.Digest(layer));
            var at = $"{Proxied}/blobs/{digest}";
            using (var client = Client(rig))
            {
                Assert.Equal(200, (await client.GetAsync($"{Proxied}/manifests/{image}")).Status);
                await (point == HalfWay ? DieHalfWayAsync(rig, upstream, client, at) : DieAsync(rig, client, at, point));
            }

            await KeptWholeAsync(rig);
            using var again = Client(rig);
            for (var turn = 0; turn < 2; turn++)
                Assert.Equal(layer, (await again.GetAsync(at)).Body);
            Assert.Equal(point == Kept ? 1 : 2, upstream.Count(digest));
            Assert.Equal(image, Images.Digest((await again.GetAsync($"{Proxied}/manifests/{image}")).Body));
            await KeptWholeAsync(rig);
        }

        await rig.SoundAsync("layers of another registry");
    }

    /// <summary>Who pulls has a part of it, and the rest has not come yet.</summary>
    private static async Task DieHalfWayAsync(Rig rig, Upstream upstream, RegistryClient client, string at)
    {
        var token = await client.TokenAsync((await client.OnceAsync("GET", at, null, null)).Header("WWW-Authenticate")!);
        using var http = new HttpClient { BaseAddress = rig.Server.Address };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        upstream.Hold();
        using var answer = await http.GetAsync(at, HttpCompletionOption.ResponseHeadersRead, Ct);
        await using var body = await answer.Content.ReadAsStreamAsync(Ct);
        await body.ReadExactlyAsync(new byte[1_000_000], Ct);
        await rig.Server.KillAsync();
        await Assert.ThrowsAnyAsync<IOException>(() => body.CopyToAsync(Stream.Null, Ct));
        upstream.Go();
        await rig.AgainAsync();
    }

    /// <summary>All has come, and its last byte is held back until it is kept.</summary>
    private static async Task DieAsync(Rig rig, RegistryClient client, string at, string point)
    {
        rig.KillAt(point);
        await Assert.ThrowsAsync<HttpRequestException>(() => client.GetAsync(at));
        await rig.DiedAsync();
    }

    /// <summary>No file is called what it is not, no row is without its file, and nothing is left of what was on its way.</summary>
    private static async Task KeptWholeAsync(Rig rig)
    {
        var folder = Path.Combine(rig.DataFolder, "blobs", "sha256");
        if (Directory.Exists(folder))
            foreach (var file in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
                Assert.Equal("sha256:" + Path.GetFileName(file), Images.Digest(await File.ReadAllBytesAsync(file, Ct)));
        var rows = await rig.OnRowsAsync(db => db.QueryAsync<string>("SELECT blob FROM dependency_proxy_blobs", null, Ct));
        foreach (var hex in rows.Select(blob => blob["sha256:".Length..]))
            Assert.True(File.Exists(Path.Combine(folder, hex[..2], hex)), hex);
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(rig.DataFolder, "proxy")));
    }

    private static RegistryClient Client(Rig rig) => new(rig.Server.Address, "root", rig.Token);
}
