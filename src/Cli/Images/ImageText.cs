using System.Text.Json;

namespace Slipway.Cli.Images;

/// <summary>A part of a manifest.</summary>
/// <param name="Platform"><c>linux/arm64/v8</c>, when the manifest says so.</param>
/// <param name="IsElsewhere">Its bytes are not in the registry, by the manifest's own word.</param>
internal sealed record ImagePart(string Digest, string MediaType, long Size, string? Platform, bool IsElsewhere);

/// <summary>What a manifest names, read for copying and for people. What is not as the standard has it is a mistake of whoever made it.</summary>
internal sealed record ImageText(ImagePart? Config, IReadOnlyList<ImagePart> Blobs, IReadOnlyList<ImagePart> Manifests)
{
    private const int Depth = 64;
    private const int Most = 10_000;

    public IReadOnlyList<(string Name, string Value)> Annotations { get; init; } = [];

    /// <exception cref="RegistryException">It is no manifest.</exception>
    public static ImageText Read(RemoteManifest manifest)
    {
        try
        {
            using var json = JsonDocument.Parse(manifest.Content, new JsonDocumentOptions { MaxDepth = Depth });
            var root = json.RootElement;
            return new ImageText(
                root.TryGetProperty("config", out var config) ? Part(config) : null,
                [.. List(root, "layers").Concat(List(root, "blobs")).Select(Part)],
                [.. List(root, "manifests").Select(Part)]
            )
            {
                Annotations =
                    root.TryGetProperty("annotations", out var all) && all.ValueKind == JsonValueKind.Object
                        ? [.. all.EnumerateObject().Take(Most).Select(one => (one.Name, one.Value.ToString()))]
                        : [],
            };
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            throw new RegistryException(ExitCode.Failed, $"{manifest.Digest} is no manifest that can be understood");
        }
    }

    /// <summary>What an image's config says of the machine it is for.</summary>
    /// <returns>Nothing when it says nothing.</returns>
    public static (string Platform, string? Created)? ReadConfig(byte[] content)
    {
        try
        {
            using var json = JsonDocument.Parse(content, new JsonDocumentOptions { MaxDepth = Depth });
            var platform = PlatformOf(json.RootElement);
            return platform.Length == 0 ? null : (platform, Text(json.RootElement, "created"));
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    private static IEnumerable<JsonElement> List(JsonElement json, string name) =>
        json.TryGetProperty(name, out var list) && list.ValueKind == JsonValueKind.Array ? list.EnumerateArray().Take(Most) : [];

    private static ImagePart Part(JsonElement json) =>
        new(
            json.GetProperty("digest").GetString()!,
            Text(json, "mediaType") ?? "",
            json.GetProperty("size").GetInt64(),
            json.TryGetProperty("platform", out var platform) ? PlatformOf(platform) : null,
            json.TryGetProperty("urls", out var urls) && urls.ValueKind == JsonValueKind.Array && urls.GetArrayLength() > 0
        );

    private static string PlatformOf(JsonElement json) =>
        string.Join(
            '/',
            new[] { Text(json, "os"), Text(json, "architecture"), Text(json, "variant") }.Where(word => !string.IsNullOrEmpty(word))
        );

    private static string? Text(JsonElement json, string name) =>
        json.TryGetProperty(name, out var text) && text.ValueKind == JsonValueKind.String ? text.GetString() : null;
}
