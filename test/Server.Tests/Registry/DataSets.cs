using System.Text.Json.Nodes;
using static Slipway.Server.Tests.Registry.Images;

namespace Slipway.Server.Tests.Registry;

/// <param name="Content">As it is pushed, children first.</param>
internal sealed record ManifestToPush(byte[] Content, string MediaType, string Algorithm, IReadOnlyList<string> Tags)
{
    public string Digest => Images.Digest(Content, Algorithm);

    public JsonNode Json => JsonNode.Parse(Content)!;
}

/// <summary>One of the standard's sets of blobs and manifests that belong together.</summary>
internal sealed class DataSet
{
    private const string EmptyJson = "application/vnd.oci.empty.v1+json";

    private readonly string _algorithm;

    private DataSet(string algorithm) => _algorithm = algorithm;

    public List<byte[]> Blobs { get; } = [];
    public List<ManifestToPush> Manifests { get; } = [];

    private static readonly Dictionary<string, Action<DataSet>> All = new()
    {
        ["image"] = set => set.Add(set.ImageOf(2), "latest"),
        ["image-uncompressed"] = set => set.Add(set.ImageOf(2, layer: "application/vnd.oci.image.layer.v1.tar"), "latest"),
        ["docker-image"] = set => set.Docker(),
        ["large-manifest"] = set => set.Add(With(set.ImageOf(1), ("annotations", Annotations(390, 10_000))), "latest"),
        ["index"] = set => set.Add(Platforms(set.IndexOf(set.Add(set.ImageOf(1)), set.Add(set.ImageOf(1)))), "latest"),
        ["nested-index"] = set =>
            set.Add(set.IndexOf(set.Add(set.IndexOf(set.Add(set.ImageOf(1)))), set.Add(set.IndexOf(set.Add(set.ImageOf(1))))), "latest"),
        ["empty-index"] = set => set.Add(set.IndexOf(), "latest"),
        ["artifact"] = set => set.Add(set.ArtifactOf("application/vnd.example.a"), "latest"),
        ["artifact-index"] = set =>
            set.Add(
                With(set.IndexOf(set.Add(set.ArtifactOf("application/vnd.example.a"))), ("artifactType", "application/vnd.example.i")),
                "latest"
            ),
        ["artifact-without-layers"] = set => set.Add(set.ArtifactOf("application/vnd.example.a", "{}"u8.ToArray(), EmptyJson), "latest"),
        ["artifacts-with-subject"] = set =>
        {
            var subject = set.Add(set.ImageOf(1), "latest");
            set.Add(With(set.ImageOf(1), ("subject", set.Point(subject)), ("annotations", Annotations(1, 5))));
            foreach (
                var (type, tag) in (IEnumerable<(string, string)>)
                    [("application/vnd.example.v1", "v1"), ("application/vnd.example.v2", "v2")]
            )
                set.Add(With(set.ArtifactOf(type), ("subject", set.Point(subject)), ("annotations", Annotations(2, 9))), tag);
        },
        ["index-with-subject"] = set =>
        {
            var subject = set.Add(set.IndexOf(set.Add(set.ImageOf(1))), "latest");
            var child = set.Add(With(set.ImageOf(1), ("subject", set.Point(subject))));
            set.Add(
                With(
                    set.IndexOf(child),
                    ("artifactType", "application/vnd.example.i"),
                    ("subject", set.Point(subject)),
                    ("annotations", Annotations(1, 3))
                ),
                "signed"
            );
        },
        ["missing-subject"] = set =>
        {
            var nobody = new ManifestToPush(Bytes(99), OciImage, set._algorithm, []);
            set.Add(With(set.ArtifactOf("application/vnd.example.a"), ("subject", set.Point(nobody))), "latest");
        },
        ["data-field"] = set =>
        {
            var image = set.ImageOf(1);
            foreach (var (descriptor, blob) in ((JsonNode[])[image["layers"]![0]!, image["config"]!]).Zip(set.Blobs))
                descriptor["data"] = Convert.ToBase64String(blob);
            set.Add(image, "latest");
        },
        ["non-distributable-layers"] = set =>
        {
            var image = set.ImageOf(1);
            foreach (var kind in (string[])["tar", "tar+gzip"])
            {
                var away = Descriptor($"application/vnd.oci.image.layer.nondistributable.v1.{kind}", Bytes(77), set._algorithm);
                away["urls"] = new JsonArray("https://layers.example.com/1");
                image["layers"]!.AsArray().Add((JsonNode)away);
            }

            set.Add(image, "latest");
        },
        ["custom-fields"] = set =>
        {
            var image = With(set.ImageOf(1), ("org.example.x", "y"), ("nested", new JsonObject { ["a"] = new JsonArray(1, null, "é") }));
            image["config"]!["org.example.z"] = true;
            set.Add(With(set.IndexOf(set.Add(image)), ("org.example.x", 1.5)), "latest");
        },
        ["no-layers"] = set => set.Add(set.ImageOf(0), "latest"),
    };

    public static IEnumerable<string> Names => All.Keys;

    public static DataSet Make(string name, string algorithm)
    {
        var set = new DataSet(algorithm);
        All[name](set);
        return set;
    }

    private ManifestToPush Add(JsonObject json, params string[] tags)
    {
        var manifest = new ManifestToPush(json.ToBytes(), json["mediaType"]!.ToString(), _algorithm, tags);
        Manifests.Add(manifest);
        return manifest;
    }

    private JsonObject ImageOf(int layers, string layer = Layer)
    {
        var blobs = Enumerable.Range(0, layers).Select(_ => Blob(Bytes(128))).ToList();
        var config = Blob(new JsonObject { ["architecture"] = "amd64", ["nonce"] = Convert.ToBase64String(Bytes(9)) }.ToBytes());
        return new JsonObject
        {
            ["schemaVersion"] = 2,
            ["mediaType"] = OciImage,
            ["config"] = Descriptor(OciConfig, config, _algorithm),
            ["layers"] = new JsonArray([.. blobs.Select(blob => Descriptor(layer, blob, _algorithm))]),
        };
    }

    private JsonObject ArtifactOf(string type, byte[]? layer = null, string layerType = "application/vnd.example.data") =>
        new()
        {
            ["schemaVersion"] = 2,
            ["mediaType"] = OciImage,
            ["artifactType"] = type,
            ["config"] = Descriptor(EmptyJson, Blob("{}"u8.ToArray()), _algorithm),
            ["layers"] = new JsonArray(Descriptor(layerType, Blob(layer ?? Bytes(1)), _algorithm)),
        };

    private JsonObject IndexOf(params ManifestToPush[] children) =>
        new()
        {
            ["schemaVersion"] = 2,
            ["mediaType"] = OciIndex,
            ["manifests"] = new JsonArray([.. children.Select(Point)]),
        };

    private static JsonObject Platforms(JsonObject index)
    {
        foreach (var (child, architecture) in index["manifests"]!.AsArray().Zip((string[])["amd64", "arm64"]))
            child!["platform"] = new JsonObject { ["os"] = "linux", ["architecture"] = architecture };
        return index;
    }

    private void Docker()
    {
        const string image = "application/vnd.docker.distribution.manifest.v2+json";
        var json = ImageOf(1, "application/vnd.docker.image.rootfs.diff.tar.gzip");
        json["mediaType"] = image;
        json["config"]!["mediaType"] = "application/vnd.docker.container.image.v1+json";
        var list = IndexOf(Add(json, "amd64"));
        list["mediaType"] = "application/vnd.docker.distribution.manifest.list.v2+json";
        Add(list, "latest");
    }

    private JsonObject Point(ManifestToPush manifest) => Descriptor(manifest.MediaType, manifest.Content, _algorithm);

    private byte[] Blob(byte[] bytes)
    {
        Blobs.Add(bytes);
        return bytes;
    }

    private static JsonObject With(JsonObject json, params (string Name, JsonNode Value)[] more)
    {
        foreach (var (name, value) in more)
            json[name] = value;
        return json;
    }

    private static JsonObject Annotations(int count, int length) =>
        new(
            Enumerable
                .Range(0, count)
                .Select(n => KeyValuePair.Create($"org.example.{n}", (JsonNode?)new string((char)('a' + n % 26), length)))
        );
}
