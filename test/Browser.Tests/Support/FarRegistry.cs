using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Xunit;

namespace Slipway.Browser.Tests.Support;

/// <summary>Another registry, as Docker Hub is one for the dependency proxy. Everybody may read it.</summary>
internal sealed class FarRegistry : IAsyncDisposable
{
    public const string Image = "application/vnd.oci.image.manifest.v1+json";
    private const string Index = "application/vnd.oci.image.index.v1+json";

    private readonly Dictionary<string, (string Type, byte[] Bytes)> _files = new() { ["/v2/"] = ("application/json", "{}"u8.ToArray()) };
    private readonly OpenHttp _http;

    public FarRegistry() =>
        _http = new OpenHttp(path =>
        {
            lock (_files)
                return _files.TryGetValue(path, out var file) ? file : null;
        });

    public string Address => _http.Address;

    public ValueTask DisposeAsync() => _http.DisposeAsync();

    /// <summary>Puts an image for one platform there.</summary>
    /// <returns>Its manifest.</returns>
    public byte[] Put(string image, string tag, params byte[][] layers)
    {
        var config = Encoding.UTF8.GetBytes(
            "{\"os\":\"linux\",\"architecture\":\"amd64\",\"rootfs\":{\"type\":\"layers\",\"diff_ids\":[]}}"
        );
        foreach (var blob in layers.Append(config))
            Set($"/v2/{image}/blobs/{DigestOf(blob)}", "application/octet-stream", blob);
        var manifest = JsonSerializer.SerializeToUtf8Bytes(
            new
            {
                schemaVersion = 2,
                mediaType = Image,
                config = Part("application/vnd.oci.image.config.v1+json", config),
                layers = layers.Select(layer => Part("application/vnd.oci.image.layer.v1.tar", layer)),
            }
        );
        SetManifest(image, tag, Image, manifest);
        return manifest;
    }

    /// <summary>Puts an image for several platforms there.</summary>
    public void PutIndex(string image, string tag, params byte[][] manifests) =>
        SetManifest(
            image,
            tag,
            Index,
            JsonSerializer.SerializeToUtf8Bytes(
                new
                {
                    schemaVersion = 2,
                    mediaType = Index,
                    manifests = manifests.Select(manifest => Part(Image, manifest)),
                }
            )
        );

    /// <summary>Some images there that have been pulled through a group's dependency proxy: one for one platform, one for two of which one was pulled, and one by its digest.</summary>
    /// <param name="api">Of API v4, with a token of one who may.</param>
    public async Task PulledAsync(HttpClient api, string group)
    {
        byte[][] layers =
        [
            RandomNumberGenerator.GetBytes(3_500_000),
            RandomNumberGenerator.GetBytes(41_000),
            RandomNumberGenerator.GetBytes(1_900_000),
        ];
        Put("library/alpine", "3.22", layers[0]);
        var node = Put("library/node", "amd64", layers[0], layers[1]);
        PutIndex("library/node", "22.12.0-bookworm-slim", node, Put("library/node", "arm64", layers[2]));
        var exporter = Put("prometheuscommunity/postgres-exporter", "v0.17.0", layers[1], layers[2]);
        await PullAsync(api, $"{group}/dependency_proxy/containers/alpine", "3.22", layers[0]);
        await PullAsync(api, $"{group}/dependency_proxy/containers/node", "22.12.0-bookworm-slim");
        await PullAsync(api, $"{group}/dependency_proxy/containers/node", DigestOf(node), layers[0], layers[1]);
        await PullAsync(
            api,
            $"{group}/dependency_proxy/containers/prometheuscommunity/postgres-exporter",
            DigestOf(exporter),
            layers[1],
            layers[2]
        );
    }

    private static async Task PullAsync(HttpClient api, string repository, string reference, params byte[][] layers)
    {
        var token = api.DefaultRequestHeaders.GetValues("PRIVATE-TOKEN").Single();
        using var http = new HttpClient { BaseAddress = new Uri(api.BaseAddress!, $"/v2/{repository}/") };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue(
            "Basic",
            Convert.ToBase64String(Encoding.UTF8.GetBytes($"any:{token}"))
        );
        foreach (var path in layers.Select(layer => $"blobs/{DigestOf(layer)}").Prepend($"manifests/{reference}"))
        {
            using var answer = await http.GetAsync(path);
            Assert.True(answer.IsSuccessStatusCode, $"{repository} {path}: {answer.StatusCode}");
        }
    }

    public static string DigestOf(byte[] bytes) => "sha256:" + Convert.ToHexStringLower(SHA256.HashData(bytes));

    private void SetManifest(string image, string tag, string type, byte[] manifest)
    {
        Set($"/v2/{image}/manifests/{tag}", type, manifest);
        Set($"/v2/{image}/manifests/{DigestOf(manifest)}", type, manifest);
    }

    private void Set(string path, string type, byte[] bytes)
    {
        lock (_files)
            _files[path] = (type, bytes);
    }

    private static Dictionary<string, object> Part(string mediaType, byte[] bytes) =>
        new()
        {
            ["mediaType"] = mediaType,
            ["digest"] = DigestOf(bytes),
            ["size"] = bytes.Length,
        };
}
