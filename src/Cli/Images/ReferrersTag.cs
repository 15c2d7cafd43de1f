using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Slipway.Cli.Images;

/// <summary>
/// What refers to a manifest, where the registry itself does not know: an index at a tag named after the manifest, which clients keep.
/// https://github.com/opencontainers/distribution-spec/blob/main/spec.md#referrers-tag-schema
/// </summary>
internal static class ReferrersTag
{
    private const string Index = "application/vnd.oci.image.index.v1+json";

    public static string Of(string digest) => digest.Replace(':', '-');

    /// <returns>The descriptors in an index, as JSON.</returns>
    public static IReadOnlyList<string> Read(RemoteManifest index)
    {
        // It throws when it is none.
        _ = ImageText.Read(index);
        using var json = JsonDocument.Parse(index.Content);
        return json.RootElement.TryGetProperty("manifests", out var list) && list.ValueKind == JsonValueKind.Array
            ? [.. list.EnumerateArray().Select(one => one.GetRawText())]
            : [];
    }

    /// <summary>An index of all of these, each once.</summary>
    /// <param name="there">Descriptors as JSON.</param>
    /// <param name="more">The same, which come last.</param>
    public static RemoteManifest Merge(IReadOnlyList<string> there, IReadOnlyList<string> more)
    {
        var parts = there.Concat(more).Select(text => JsonNode.Parse(text)!).DistinctBy(part => DigestOf(part)).ToArray();
        var index = new JsonObject
        {
            ["schemaVersion"] = 2,
            ["mediaType"] = Index,
            ["manifests"] = new JsonArray(parts),
        };
        var content = Encoding.UTF8.GetBytes(index.ToJsonString());
        return new RemoteManifest(content, Index, RemoteRepository.DigestOf(content));
    }

    /// <exception cref="RegistryException">It is no descriptor.</exception>
    public static string DigestOf(string descriptor)
    {
        try
        {
            return DigestOf(JsonNode.Parse(descriptor)!);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or NullReferenceException)
        {
            throw new RegistryException(ExitCode.Failed, "what refers to the image cannot be understood");
        }
    }

    private static string DigestOf(JsonNode part) =>
        part["digest"]?.GetValue<string>() ?? throw new RegistryException(ExitCode.Failed, "what refers to the image has no digest");
}
