using System.Globalization;
using System.Text.Json;

namespace Slipway.Server.Registry.Contents;

/// <summary>
/// Reads manifests and configs for people. They are hostile: what is not as the standard has it is passed over, long texts are cut, long lists too, and nothing throws.
/// </summary>
internal static class ImageReading
{
    /// <summary>Bytes of a config that is read. 1 MiB; those of images have some kilobytes.</summary>
    public const int LargestConfig = 1 << 20;

    /// <summary>Of one list: layers, platforms, steps, labels.</summary>
    public const int Most = 500;

    private const int LongestText = 4000;
    private const int Depth = 64;
    private const string Reference = "vnd.docker.reference.type";

    private static readonly string[] Configs =
    [
        "application/vnd.oci.image.config.v1+json",
        "application/vnd.docker.container.image.v1+json",
    ];

    /// <summary>Whether a config of this type says how an image runs.</summary>
    public static bool IsImageConfig(string? mediaType) => Configs.Contains(mediaType);

    /// <summary>All but what stands in the config.</summary>
    public static ImageFacts ReadManifest(ReadOnlyMemory<byte> content) =>
        Parse(
            content,
            json =>
            {
                var config = Object(json, "config");
                return new ImageFacts
                {
                    ConfigDigest = config is { } one ? Text(one, "digest") : null,
                    ConfigType = config is { } same ? Text(same, "mediaType") : null,
                    Layers = [.. List(json, "layers").Concat(List(json, "blobs")).Select(Part).OfType<ImagePart>()],
                    Manifests = [.. List(json, "manifests").Select(Part).OfType<ImagePart>()],
                    Subject = Object(json, "subject") is { } subject ? Text(subject, "digest") : null,
                    Annotations = Pairs(json, "annotations"),
                };
            }
        ) ?? new ImageFacts();

    /// <returns>Nothing when it is none.</returns>
    public static ImageConfig? ReadConfig(ReadOnlyMemory<byte> content) =>
        Parse(
            content,
            json =>
            {
                var run = Object(json, "config");
                return new ImageConfig(Instant(Text(json, "created")), PlatformOf(json), Text(json, "author"))
                {
                    Settings = run is { } settings ? Settings(settings) : [],
                    Labels = run is { } labels ? Pairs(labels, "Labels") : [],
                    History = [.. List(json, "history").Select(Step)],
                };
            }
        );

    private static T? Parse<T>(ReadOnlyMemory<byte> content, Func<JsonElement, T> read)
        where T : class
    {
        try
        {
            using var json = JsonDocument.Parse(content, new JsonDocumentOptions { MaxDepth = Depth });
            return json.RootElement.ValueKind == JsonValueKind.Object ? read(json.RootElement) : null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    private static ImagePart? Part(JsonElement json) =>
        Text(json, "digest") is { } digest
            ? new ImagePart(
                digest,
                Text(json, "mediaType") ?? "",
                Number(json, "size"),
                Object(json, "platform") is { } platform ? PlatformOf(platform) : null,
                Object(json, "annotations") is { } annotations ? Text(annotations, Reference) : null
            )
            : null;

    /// <summary><c>os/architecture/variant</c>, and a Windows' version.</summary>
    private static string PlatformOf(JsonElement json)
    {
        var words = new[] { Text(json, "os"), Text(json, "architecture"), Text(json, "variant") };
        var name = string.Join('/', words.Where(word => !string.IsNullOrEmpty(word)));
        return Text(json, "os.version") is { Length: > 0 } version ? $"{name} {version}" : name;
    }

    private static List<(string, string)> Settings(JsonElement json)
    {
        var all = new List<(string, string)>();
        foreach (var name in (string[])["Entrypoint", "Cmd"])
            if (List(json, name).ToList() is { Count: > 0 } words)
                all.Add((name, Cut(string.Join(' ', words.Select(Shown)))));
        foreach (var name in (string[])["WorkingDir", "User", "StopSignal"])
            if (Text(json, name) is { Length: > 0 } text)
                all.Add((name, text));
        foreach (var name in (string[])["ExposedPorts", "Volumes"])
            if (Object(json, name) is { } set && set.EnumerateObject().Take(Most).Select(one => one.Name).ToList() is { Count: > 0 } names)
                all.Add((name, Cut(string.Join(' ', names))));
        all.AddRange(List(json, "Env").Select(one => ("Env", Cut(Shown(one)))));
        return all;
    }

    private static ImageStep Step(JsonElement json) =>
        new(
            Text(json, "created_by") ?? Text(json, "comment") ?? "",
            json.ValueKind == JsonValueKind.Object
                && json.TryGetProperty("empty_layer", out var empty)
                && empty.ValueKind == JsonValueKind.True
        );

    private static List<(string, string)> Pairs(JsonElement json, string name) =>
        Object(json, name) is { } pairs
            ? [.. pairs.EnumerateObject().Take(Most).Select(one => (Cut(one.Name), Cut(Shown(one.Value))))]
            : [];

    private static IEnumerable<JsonElement> List(JsonElement json, string name) =>
        json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out var list) && list.ValueKind == JsonValueKind.Array
            ? list.EnumerateArray().Take(Most)
            : [];

    private static JsonElement? Object(JsonElement json, string name) =>
        json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out var one) && one.ValueKind == JsonValueKind.Object
            ? one
            : null;

    private static string? Text(JsonElement json, string name) =>
        json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out var text) && text.ValueKind == JsonValueKind.String
            ? Cut(text.GetString()!)
            : null;

    private static long Number(JsonElement json, string name) =>
        json.TryGetProperty(name, out var number) && number.ValueKind == JsonValueKind.Number && number.TryGetInt64(out var value)
            ? value
            : 0;

    private static string Shown(JsonElement json) => json.ValueKind == JsonValueKind.String ? json.GetString()! : json.ValueKind.ToString();

    private static string Cut(string text) => text.Length > LongestText ? text[..LongestText] + "…" : text;

    private static long? Instant(string? text) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var instant)
            ? instant.ToUnixTimeMilliseconds()
            : null;
}
