using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Xunit;

namespace Slipway.Browser.Tests.Support;

/// <summary>Images in a registry, pushed over HTTP: for two platforms, with an index and a signature, and a few more tags.</summary>
internal static class PushedImages
{
    private const string Image = "application/vnd.oci.image.manifest.v1+json";
    private const string Index = "application/vnd.oci.image.index.v1+json";
    private const string ConfigType = "application/vnd.oci.image.config.v1+json";
    private const string Layer = "application/vnd.oci.image.layer.v1.tar+gzip";

    /// <param name="api">Of API v4, with a token.</param>
    /// <returns>The repository's number.</returns>
    public static async Task<long> PushAsync(HttpClient api, string repository)
    {
        var token = api.DefaultRequestHeaders.GetValues("PRIVATE-TOKEN").Single();
        using var http = new HttpClient { BaseAddress = new Uri(api.BaseAddress!, "/v2/" + repository + "/") };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue(
            "Basic",
            Convert.ToBase64String(Encoding.UTF8.GetBytes($"any:{token}"))
        );
        var platforms = new List<object>();
        foreach (var architecture in (string[])["amd64", "arm64"])
        {
            var manifest = await ImageAsync(http, architecture);
            await PutAsync(http, "1.0.0", Image, manifest);
            platforms.Add(Part(Image, manifest, new { os = "linux", architecture }));
        }

        var index = JsonSerializer.SerializeToUtf8Bytes(
            new
            {
                schemaVersion = 2,
                mediaType = Index,
                manifests = platforms,
                annotations = new Dictionary<string, string> { ["org.opencontainers.image.title"] = "Crane" },
            }
        );
        foreach (var tag in (string[])["latest", "1.0", "review-feature-a-much-longer-name-than-others-have"])
            await PutAsync(http, tag, Index, index);
        var empty = "{}"u8.ToArray();
        await BlobAsync(http, empty);
        var signature = new
        {
            schemaVersion = 2,
            mediaType = Image,
            artifactType = "application/vnd.dev.cosign.artifact.sig.v1+json",
            config = Part("application/vnd.oci.empty.v1+json", empty, null),
            layers = new[] { Part("application/vnd.oci.empty.v1+json", empty, null) },
            subject = Part(Index, index, null),
        };
        await PutAsync(http, "signature", Image, JsonSerializer.SerializeToUtf8Bytes(signature));
        var list = await api.GetFromJsonAsync<JsonElement>(
            $"projects/{Uri.EscapeDataString(repository[..repository.LastIndexOf('/')])}/registry/repositories"
        );
        return list[0].GetProperty("id").GetInt64();
    }

    /// <summary>Pushes an image with these layers.</summary>
    /// <param name="http">Of the server, with credentials.</param>
    public static async Task PushAsync(HttpClient http, string repository, string tag, params byte[][] layers)
    {
        using var inside = new HttpClient { BaseAddress = new Uri(http.BaseAddress!, $"/v2/{repository}/") };
        inside.DefaultRequestHeaders.Authorization = http.DefaultRequestHeaders.Authorization;
        var config = "{\"os\":\"linux\",\"architecture\":\"amd64\"}"u8.ToArray();
        foreach (var blob in layers.Append(config))
            await BlobAsync(inside, blob);
        var manifest = new
        {
            schemaVersion = 2,
            mediaType = Image,
            config = Part(ConfigType, config, null),
            layers = layers.Select(layer => Part(Layer, layer, null)),
        };
        await PutAsync(inside, tag, Image, JsonSerializer.SerializeToUtf8Bytes(manifest));
    }

    private static async Task<byte[]> ImageAsync(HttpClient http, string architecture)
    {
        var config = JsonSerializer.SerializeToUtf8Bytes(
            new
            {
                created = "2026-01-02T03:04:05Z",
                os = "linux",
                architecture,
                config = new
                {
                    Env = new[] { "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C.UTF-8" },
                    Entrypoint = new[] { "/usr/local/bin/crane" },
                    Cmd = new[] { "lift", "--crates", "2" },
                    Labels = new Dictionary<string, string>
                    {
                        ["org.opencontainers.image.source"] = "https://git.example.com/harbour/crane",
                    },
                },
                history = new object[]
                {
                    new
                    {
                        created_by = "/bin/sh -c #(nop) ADD file:7d1b1f1d7f9b6a54e4a8a5b1d1e0f3c29b8a7d6c5e4f3a2b1c0d9e8f7a6b5c4d in / ",
                    },
                    new { created_by = "ENV LC_ALL=C.UTF-8", empty_layer = true },
                    new
                    {
                        created_by = "RUN /bin/sh -c apt-get update && apt-get install -y --no-install-recommends build-essential # buildkit",
                    },
                },
            }
        );
        byte[][] layers = [RandomNumberGenerator.GetBytes(300_000), RandomNumberGenerator.GetBytes(70_000)];
        foreach (var blob in layers.Append(config))
            await BlobAsync(http, blob);
        return JsonSerializer.SerializeToUtf8Bytes(
            new
            {
                schemaVersion = 2,
                mediaType = Image,
                config = Part(ConfigType, config, null),
                layers = layers.Select(layer => Part(Layer, layer, null)),
            }
        );
    }

    private static Dictionary<string, object> Part(string mediaType, byte[] bytes, object? platform)
    {
        var part = new Dictionary<string, object>
        {
            ["mediaType"] = mediaType,
            ["digest"] = Digest(bytes),
            ["size"] = bytes.Length,
        };
        if (platform is not null)
            part["platform"] = platform;
        return part;
    }

    private static async Task BlobAsync(HttpClient http, byte[] bytes)
    {
        using var content = new ByteArrayContent(bytes);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        using var answer = await http.PostAsync($"blobs/uploads/?digest={Digest(bytes)}", content);
        Assert.Equal(201, (int)answer.StatusCode);
    }

    private static async Task PutAsync(HttpClient http, string tag, string type, byte[] manifest)
    {
        using var content = new ByteArrayContent(manifest);
        content.Headers.ContentType = new MediaTypeHeaderValue(type);
        using var answer = await http.PutAsync($"manifests/{tag}", content);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
    }

    private static string Digest(byte[] bytes) => "sha256:" + Convert.ToHexStringLower(SHA256.HashData(bytes));
}
