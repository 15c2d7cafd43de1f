using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.Playwright;
using Slipway.Browser.Tests.Support;
using Xunit;

namespace Slipway.Browser.Tests;

/// <summary>Security row S32: whatever pushers and jobs wrote, no door gives it out so that it runs with this server's origin.</summary>
[Collection(TownCollection.Name)]
public sealed class HostileFilesTests(Town town)
{
    private const string Project = "/ada/evil";
    private const string Api = "/api/v4/projects/ada%2Fevil";

    /// <summary>What some servers take for a wish to be shown a file as a page.</summary>
    private const string Wishes = "inline=true&disposition=inline&download=false&raw=false&format=html&content_type=text/html";

    /// <summary>Addresses that one page embeds.</summary>
    private const int AtOnce = 30;

    private const string Pipeline = """
        "<script>console.log('slipway-was-here')</script>":
          script: ['cat index.html picture.svg']
          artifacts: {paths: ['./*', .gitlab-ci.yml]}
        """;

    [Fact]
    public async Task A_server_that_forbids_nothing_is_caught_in_every_way()
    {
        await using var leaky = new OpenHttp(Leak);
        _ = town.Harbour;
        await using var context = await town.Browser.NewContextAsync();
        await using var trap = await Trap.SetAsync(context, leaky.Address);
        var addresses = HostileFiles.All.Select(file => $"{leaky.Address}/{file.Name}").ToList();
        var ran = await trap.TryAsync(addresses, new Dictionary<string, string>());
        foreach (
            var way in (string[])
                [
                    "script http",
                    "module http",
                    "style http",
                    "shared worker http",
                    "service worker http",
                    $"console: {HostileFiles.Mark} {leaky.Address} {leaky.Address}/index.html",
                    $"console: {HostileFiles.Mark} {leaky.Address} {leaky.Address}/page.xhtml",
                    $"console: {HostileFiles.Mark} {leaky.Address} {leaky.Address}/page.xml",
                    $"console: {HostileFiles.Mark} {leaky.Address} {leaky.Address}/picture.svg",
                    $"asked: {leaky.Address}/{HostileFiles.Mark}",
                ]
        )
            Assert.Contains(ran, one => one.StartsWith(way, StringComparison.Ordinal));

        static (string, byte[])? Leak(string path)
        {
            var file = HostileFiles.All.FirstOrDefault(file => "/" + file.Name == path);
            var type = Path.GetExtension(path) switch
            {
                ".svg" => "image/svg+xml",
                ".xhtml" => "application/xhtml+xml",
                ".xml" => "text/xml",
                ".css" => "text/css",
                ".js" or ".mjs" => "text/javascript",
                _ => "text/html",
            };
            return file.Text is null ? null : (type, Encoding.UTF8.GetBytes(file.Text));
        }
    }

    [Fact]
    public async Task Nothing_that_pushers_and_jobs_wrote_runs_with_the_servers_origin()
    {
        await using var window = await town.SignedInAsync();
        using var api = await town.ApiAsync("evil");
        var origin = town.Harbour.Address;
        var basic = Convert.ToBase64String(Encoding.UTF8.GetBytes($"any:{api.DefaultRequestHeaders.GetValues("PRIVATE-TOKEN").Single()}"));
        var docker = new Dictionary<string, string> { ["Authorization"] = "Basic " + basic };
        await using var trap = await Trap.SetAsync(window.Page.Context, origin);
        var wrong = new List<string>();
        foreach (var doors in (await DoorsAsync(window, api, basic)).GroupBy(door => door.IsDocker))
        {
            var headers = doors.Key ? docker : [];
            foreach (var (door, _, addresses) in doors)
                await IsThereAsync(door, addresses, headers, window.Page.Context);
            foreach (var addresses in doors.SelectMany(door => door.Addresses).Select(address => origin + address).Chunk(AtOnce))
            {
                wrong.AddRange(await trap.TryAsync(addresses, headers));
                var odd = new Dictionary<string, string>(headers) { ["Accept"] = "text/html,image/svg+xml", ["Range"] = "bytes=0-9999" };
                var wished = addresses.Select(address => address + (address.Contains('?') ? "&" : "?") + Wishes);
                wrong.AddRange(await trap.TryAsync([.. wished], odd));
            }
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    /// <summary>Every address at which there are bytes that others wrote. That no route is forgotten is seen to in <c>InertAnswersTests</c>.</summary>
    private async Task<List<(string Door, bool IsDocker, List<string> Addresses)>> DoorsAsync(Window window, HttpClient api, string basic)
    {
        var (far, files) = (town.Far, HostileFiles.All.Select(file => Encoding.UTF8.GetBytes(file.Text)).ToArray());
        far.Put("evil/files", "latest", files);
        await town.Harbour.PushAsync(
            "ada/evil",
            "Evil",
            [.. HostileFiles.All, (".gitlab-ci.yml", Pipeline), ("README.md", HostileFiles.All[0].Text)]
        );
        using (await api.PostAsJsonAsync("groups", new { name = "evil-group", path = "evil-group" })) { }
        using (await api.PutAsJsonAsync("projects/ada%2Fevil", new { visibility = "public" })) { }
        await window.SeesPipelinesEndAsync("ada/evil");
        var job = (await api.GetFromJsonAsync<JsonElement>("projects/ada%2Fevil/jobs"))[0];
        var (id, name) = (job.GetProperty("id").GetInt64(), Uri.EscapeDataString(job.GetProperty("name").GetString()!));
        Assert.Equal("success", job.GetProperty("status").GetString());
        var tree = await api.GetFromJsonAsync<JsonElement>("projects/ada%2Fevil/repository/tree?per_page=100");
        var blobs = tree.EnumerateArray().Select(one => one.GetProperty("id").GetString()!).ToList();
        await PushAsync(files, basic);
        var proxied = "/v2/evil-group/dependency_proxy/containers/evil/files";
        return
        [
            ("the repository's raw file", false, Each(file => $"{Project}/-/raw/main/{file}")),
            ("the repository's file, shown", false, Each(file => $"{Project}/-/blob/main/{file}")),
            ("the API's raw file", false, Each(file => $"{Api}/repository/files/{file}/raw?ref=main")),
            ("the API's file", false, Each(file => $"{Api}/repository/files/{file}?ref=main")),
            ("the API's blob", false, [.. blobs.Select(blob => $"{Api}/repository/blobs/{blob}/raw")]),
            ("an artifact's raw file", false, Each(file => $"{Project}/-/jobs/{id}/artifacts/raw/{file}")),
            ("an artifact's file, shown", false, Each(file => $"{Project}/-/jobs/{id}/artifacts/file/{file}")),
            ("an artifact over the API", false, Each(file => $"{Api}/jobs/{id}/artifacts/{file}")),
            ("the latest artifact over the API", false, Each(file => $"{Api}/jobs/artifacts/main/raw/{file}?job={name}")),
            (
                "archives, logs and what shows them",
                false,
                [
                    $"{Project}",
                    $"{Project}/-/tree/main",
                    $"{Api}/repository/archive",
                    $"{Api}/repository/archive.tar",
                    $"{Api}/repository/archive.zip",
                    $"{Project}/-/jobs/{id}/artifacts/download",
                    $"{Project}/-/jobs/{id}/artifacts/browse",
                    $"{Api}/jobs/{id}/artifacts",
                    $"{Api}/jobs/artifacts/main/download?job={name}",
                    $"{Project}/-/jobs/{id}",
                    $"{Project}/-/jobs/{id}/raw",
                    $"{Project}/-/jobs/{id}/trace.events",
                    $"{Api}/jobs/{id}/trace",
                    $"{Project}/-/badges/main/pipeline.svg?key_text={Uri.EscapeDataString(HostileFiles.All[5].Text[..64])}",
                    $"{Project}/-/badges/main/coverage.svg?key_text=%3C/text%3E%3Cscript%3E",
                    "/ada/evil.git/info/refs?service=git-upload-pack",
                ]
            ),
            ("large files", true, [.. files.Select(file => $"/ada/evil.git/gitlab-lfs/objects/{Hex(file)}")]),
            ("layers", true, [.. files.Select(file => $"/v2/ada/evil/blobs/sha256:{Hex(file)}"), "/v2/ada/evil/manifests/latest"]),
            (
                "layers of another registry",
                true,
                [.. files.Select(file => $"{proxied}/blobs/sha256:{Hex(file)}"), $"{proxied}/manifests/latest"]
            ),
        ];

        static List<string> Each(Func<string, string> address) => [.. HostileFiles.All.Select(file => address(file.Name))];
    }

    /// <summary>Else nothing would run because nothing is there.</summary>
    private static async Task IsThereAsync(
        string door,
        IEnumerable<string> addresses,
        Dictionary<string, string> headers,
        IBrowserContext context
    )
    {
        foreach (var address in addresses.Where(address => !address.EndsWith(".events", StringComparison.Ordinal)))
        {
            var answer = await context.APIRequest.GetAsync(address, new APIRequestContextOptions { Headers = headers });
            Assert.True(answer.Status == 200, $"{door}: {address}: {answer.Status}");
            await answer.DisposeAsync();
        }
    }

    /// <summary>The same files as large files, and as the layers of an image.</summary>
    private async Task PushAsync(byte[][] files, string basic)
    {
        using var http = new HttpClient { BaseAddress = new Uri(town.Harbour.Address) };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", basic);
        foreach (var file in files)
        {
            using var large = await http.PutAsync(
                $"/ada/evil.git/gitlab-lfs/objects/{Hex(file)}/{file.Length}",
                new ByteArrayContent(file)
            );
            Assert.True(large.IsSuccessStatusCode, $"LFS: {large.StatusCode}");
        }

        await PushedImages.PushAsync(http, "ada/evil", "latest", files);
    }

    private static string Hex(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));
}
