using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Slipway.Server.Registry;
using Xunit;

namespace Slipway.Server.Tests.Registry;

/// <summary>Blobs and manifests for tests, and the plain ways to push them.</summary>
internal static class Images
{
    public const string OciImage = "application/vnd.oci.image.manifest.v1+json";
    public const string OciIndex = "application/vnd.oci.image.index.v1+json";
    public const string OciConfig = "application/vnd.oci.image.config.v1+json";
    public const string Layer = "application/vnd.oci.image.layer.v1.tar+gzip";

    public static byte[] Bytes(int length) => RandomNumberGenerator.GetBytes(length);

    public static string Digest(byte[] bytes, string algorithm = "sha256") => ImageDigest.Of(algorithm, bytes).ToString();

    public static JsonObject Descriptor(string mediaType, byte[] bytes, string algorithm = "sha256") =>
        new()
        {
            ["mediaType"] = mediaType,
            ["digest"] = Digest(bytes, algorithm),
            ["size"] = bytes.Length,
        };

    /// <summary>A manifest of an image.</summary>
    public static JsonObject Image(byte[] config, params byte[][] layers) =>
        new()
        {
            ["schemaVersion"] = 2,
            ["mediaType"] = OciImage,
            ["config"] = Descriptor(OciConfig, config),
            ["layers"] = new JsonArray([.. layers.Select(layer => Descriptor(Layer, layer))]),
        };

    public static byte[] ToBytes(this JsonNode json) => Encoding.UTF8.GetBytes(json.ToJsonString());

    /// <summary>Pushes a blob with two requests.</summary>
    public static async Task<string> PushAsync(this RegistryClient client, string repository, byte[] blob, string algorithm = "sha256")
    {
        var digest = Digest(blob, algorithm);
        var begun = await client.SendAsync("POST", $"/v2/{repository}/blobs/uploads/", null);
        Assert.Equal((202, ""), (begun.Status, begun.Text));
        var done = await client.SendAsync("PUT", $"{begun.Location}?digest={digest}", blob, ("Content-Type", "application/octet-stream"));
        Assert.Equal((201, ""), (done.Status, done.Text));
        return digest;
    }

    public static Task<Said> PutAsync(
        this RegistryClient client,
        string repository,
        string reference,
        byte[] manifest,
        string type = OciImage
    ) => client.SendAsync("PUT", $"/v2/{repository}/manifests/{reference}", manifest, ("Content-Type", type));

    /// <summary>An image of one layer, at a tag.</summary>
    /// <returns>Its digest.</returns>
    public static async Task<string> PushImageAsync(this RegistryClient client, string repository, string tag = "latest")
    {
        var (config, layer) = (Bytes(64), Bytes(512));
        await client.PushAsync(repository, config);
        await client.PushAsync(repository, layer);
        var put = await client.PutAsync(repository, tag, Image(config, layer).ToBytes());
        Assert.Equal((201, ""), (put.Status, put.Text));
        return put.Headers["Docker-Content-Digest"];
    }
}
