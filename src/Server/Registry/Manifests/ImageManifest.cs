using System.Text.Json;
using Microsoft.Net.Http.Headers;

namespace Slipway.Server.Registry.Manifests;

/// <summary>What a manifest names. All in it is hostile: only this is read, and nothing is fetched.</summary>
/// <param name="IsManifest">It is fetched as a manifest, and else as a blob.</param>
/// <param name="MayBeMissing">Its bytes are elsewhere, by the manifest's own word.</param>
internal sealed record Descriptor(ImageDigest Digest, long Size, bool IsManifest, bool MayBeMissing)
{
    public string Name { get; } = Digest.ToString();
}

/// <summary>
/// A manifest as it was sent, and what of it matters here. https://github.com/opencontainers/image-spec/blob/main/manifest.md
/// </summary>
/// <param name="Needs">Blobs and manifests without which it is no use.</param>
/// <param name="Subject">The manifest that it says something about.</param>
/// <param name="ArtifactType">What referrers are told apart by.</param>
/// <param name="Annotations">JSON; nothing when it has none.</param>
internal sealed record ImageManifest(
    ReadOnlyMemory<byte> Content,
    string MediaType,
    IReadOnlyList<Descriptor> Needs,
    ImageDigest? Subject,
    string? ArtifactType,
    string? Annotations
)
{
    public const string OciIndex = "application/vnd.oci.image.index.v1+json";
    private const string OciImage = "application/vnd.oci.image.manifest.v1+json";
    private const string OciArtifact = "application/vnd.oci.artifact.manifest.v1+json";
    private const string DockerImage = "application/vnd.docker.distribution.manifest.v2+json";
    private const string DockerList = "application/vnd.docker.distribution.manifest.list.v2+json";
    private const string Docker1 = "application/vnd.docker.distribution.manifest.v1+";
    private const int Depth = 64;
    private const int LongestType = 255;

    /// <param name="contentType">As the request says it; nothing: as the manifest does.</param>
    /// <param name="most">Things that it may name.</param>
    public static (ImageManifest? Manifest, RegistryError? Refusal) Read(ReadOnlyMemory<byte> content, string? contentType, int most)
    {
        try
        {
            using var json = JsonDocument.Parse(content, new JsonDocumentOptions { MaxDepth = Depth, AllowDuplicateProperties = false });
            return (Read(content, json.RootElement, contentType, most), null);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return (null, RegistryError.ManifestInvalid("it is no JSON that can be read"));
        }
        catch (ManifestException e)
        {
            return (null, RegistryError.ManifestInvalid(e.Message));
        }
    }

    private static ImageManifest Read(ReadOnlyMemory<byte> content, JsonElement json, string? contentType, int most)
    {
        if (json.ValueKind != JsonValueKind.Object)
            throw new ManifestException("it is no object");
        var mediaType = MediaTypeOf(json, contentType);
        OneReading(json, "schemaVersion", "mediaType", "artifactType", "config", "layers", "manifests", "blobs", "subject", "annotations");
        if (mediaType != OciArtifact && !IsSecond(json))
            throw new ManifestException("schemaVersion must be 2");
        IReadOnlyList<Descriptor> needs = mediaType switch
        {
            OciIndex or DockerList => [.. Several(json, "manifests", most, isIndex: true), .. None(json, "config", "layers")],
            OciArtifact =>
            [
                .. json.TryGetProperty("blobs", out _) ? Several(json, "blobs", most) : [],
                .. None(json, "config", "layers", "manifests"),
            ],
            _ =>
            [
                One(json, "config") ?? throw new ManifestException("it has no config"),
                .. Several(json, "layers", most),
                .. None(json, "manifests"),
            ],
        };
        return new ImageManifest(
            content,
            mediaType,
            needs,
            One(json, "subject")?.Digest,
            ArtifactTypeOf(json, mediaType),
            AnnotationsOf(json)
        );
    }

    private static string MediaTypeOf(JsonElement json, string? contentType)
    {
        var said = Text(json, "mediaType");
        var sent =
            string.IsNullOrEmpty(contentType) ? null
            : MediaTypeHeaderValue.TryParse(contentType, out var parsed) ? parsed.MediaType.ToString()
            : throw new ManifestException("the Content-Type cannot be read");
        if (said is not null && sent is not null && said != sent)
            throw new ManifestException($"the Content-Type is {sent} and mediaType is {said}");
        return (sent ?? said) switch
        {
            null => throw new ManifestException("neither the Content-Type nor mediaType says what it is"),
            OciImage or OciIndex or OciArtifact or DockerImage or DockerList => sent ?? said!,
            var old when old.StartsWith(Docker1, StringComparison.Ordinal) => throw new ManifestException(
                "Docker's schema 1 is not taken any more: push with a newer client"
            ),
            var other => throw new ManifestException($"{other} is no type of manifest that is known here"),
        };
    }

    /// <summary>An index has none of its own kind to stand for it; an image's config says what it is.</summary>
    private static string? ArtifactTypeOf(JsonElement json, string mediaType)
    {
        var type =
            Text(json, "artifactType") is { Length: > 0 } own ? own
            : mediaType is OciImage or DockerImage && json.TryGetProperty("config", out var config) ? Text(config, "mediaType")
            : null;
        return type is null || (type.Length <= LongestType && !type.Any(char.IsControl))
            ? type
            : throw new ManifestException("its type is none");
    }

    private static string? AnnotationsOf(JsonElement json)
    {
        if (!json.TryGetProperty("annotations", out var annotations) || annotations.ValueKind == JsonValueKind.Null)
            return null;
        if (
            annotations.ValueKind != JsonValueKind.Object
            || annotations.EnumerateObject().Any(one => one.Value.ValueKind != JsonValueKind.String)
        )
            throw new ManifestException("annotations must be texts by name");
        return annotations.GetRawText();
    }

    /// <summary>One that can be read as an image and as an index would be one thing to one client and another to the next (CVE-2021-41190).</summary>
    private static IEnumerable<Descriptor> None(JsonElement json, params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
            if (json.TryGetProperty(name, out _))
                throw new ManifestException($"what it is has no {name}");
        return [];
    }

    /// <summary>Programs read names in any case, and which of two they take is theirs to say: there must be but one.</summary>
    private static void OneReading(JsonElement json, params ReadOnlySpan<string> names)
    {
        foreach (var property in json.EnumerateObject())
        {
            // The two letters beyond ASCII that Go takes for these.
            var plain = property.Name.Replace('\u017F', 's').Replace('\u212A', 'k');
            foreach (var name in names)
                if (plain.Equals(name, StringComparison.OrdinalIgnoreCase) && property.Name != name)
                    throw new ManifestException($"some would take {property.Name} for {name}");
        }
    }

    private static bool IsSecond(JsonElement json) =>
        json.TryGetProperty("schemaVersion", out var version)
        && version.ValueKind == JsonValueKind.Number
        && version.TryGetInt32(out var number)
        && number == 2;

    /// <param name="isIndex">What has a manifest's type is one. Elsewhere all are blobs, whatever they say.</param>
    private static IEnumerable<Descriptor> Several(JsonElement json, string name, int most, bool isIndex = false)
    {
        if (!json.TryGetProperty(name, out var list))
            throw new ManifestException($"it has no {name}");
        // What Go writes for an empty list that nobody made.
        if (list.ValueKind == JsonValueKind.Null)
            return [];
        if (list.ValueKind != JsonValueKind.Array)
            throw new ManifestException($"{name} must be a list");
        if (list.GetArrayLength() > most)
            throw new ManifestException($"it may have at most {most} {name}");
        return list.EnumerateArray().Select(one => Read(one, isIndex));
    }

    private static Descriptor? One(JsonElement json, string name) =>
        json.TryGetProperty(name, out var one) && one.ValueKind != JsonValueKind.Null ? Read(one, false) : null;

    private static Descriptor Read(JsonElement json, bool inIndex)
    {
        if (json.ValueKind != JsonValueKind.Object || Text(json, "mediaType") is not { Length: > 0 } mediaType)
            throw new ManifestException("a descriptor has no mediaType");
        OneReading(json, "mediaType", "digest", "size", "urls");
        if (ImageDigest.Parse(Text(json, "digest")) is not { } digest)
            throw new ManifestException("a descriptor has no sha256 or sha512 digest");
        if (
            !json.TryGetProperty("size", out var size)
            || size.ValueKind != JsonValueKind.Number
            || !size.TryGetInt64(out var bytes)
            || bytes < 0
        )
            throw new ManifestException("a descriptor has no size");
        var isElsewhere =
            (json.TryGetProperty("urls", out var urls) && urls.ValueKind == JsonValueKind.Array && urls.GetArrayLength() > 0)
            || mediaType.Contains(".nondistributable.", StringComparison.Ordinal)
            || mediaType.Contains(".foreign.", StringComparison.Ordinal);
        var isManifest = inIndex && mediaType is OciImage or OciIndex or OciArtifact or DockerImage or DockerList;
        return new Descriptor(digest, bytes, isManifest, isElsewhere);
    }

    private static string? Text(JsonElement json, string name) =>
        json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out var text) && text.ValueKind == JsonValueKind.String
            ? text.GetString()
            : null;

    /// <summary>What is wrong with it, for whoever sent it.</summary>
    private sealed class ManifestException(string message) : Exception(message);
}
