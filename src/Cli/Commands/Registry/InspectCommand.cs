using System.CommandLine;
using System.Text;
using System.Text.Json;
using Slipway.Cli.Images;
using Slipway.Cli.Reports;
using Slipway.Cli.Terminal;

namespace Slipway.Cli.Commands.Registry;

/// <summary><c>slipway registry inspect</c>.</summary>
internal static class InspectCommand
{
    private const int LargestConfig = 4 << 20;

    private sealed record Seen(ImageName Name, RemoteManifest Manifest, ImageText Text, (string Platform, string? Created)? Config);

    public static Command Make(Surroundings surroundings)
    {
        var image = new Argument<string>("IMAGE") { Description = "group/app:tag or group/app@sha256:…; without either the tag latest" };
        var json = new Option<bool>("--json") { Description = "as JSON" };
        var raw = new Option<bool>("--raw") { Description = "the manifest itself, byte by byte" };
        var verb = new Verb(
            "inspect",
            "Show what an image is: its digest, platforms, layers and annotations",
            ("registry inspect group/app:1.0", "of the server"),
            ("registry inspect --raw group/app@sha256:…", "its manifest as it was pushed"),
            ("registry inspect --json registry.example.com/tool", "of any registry, for a script")
        )
        {
            image,
            json,
            raw,
        };
        Reach.AddTo(verb);
        verb.SetAction(parsed =>
            Reach.Run(
                parsed,
                surroundings,
                async reach =>
                {
                    var name = reach.ImageToRead(parsed.GetValue(image)!);
                    var repository = reach.Repository(name, "pull");
                    var manifest = await repository.ManifestAsync(name.Reference!, default);
                    if (parsed.GetValue(raw))
                    {
                        surroundings.Out.Write(manifest.Content);
                        return;
                    }

                    var text = ImageText.Read(manifest);
                    var seen = new Seen(name, manifest, text, await ConfigAsync(repository, text));
                    if (parsed.GetValue(json))
                        JsonText.Write(surroundings.Out, writer => Write(writer, seen));
                    else
                        surroundings.Print(Text(seen, surroundings.OutPalette()));
                }
            )
        );
        return verb;
    }

    private static async Task<(string, string?)?> ConfigAsync(RemoteRepository repository, ImageText text)
    {
        if (
            text.Config is not { Size: <= LargestConfig, IsElsewhere: false } config
            || !config.MediaType.Contains("image", StringComparison.Ordinal)
        )
            return null;
        using var answer = await repository.OpenBlobAsync(config.Digest, default);
        return await RegistryDoor.ReadAsync(answer.Content, LargestConfig, default) is { } content ? ImageText.ReadConfig(content) : null;
    }

    private static string Text(Seen seen, Palette palette)
    {
        var text = new StringBuilder();
        text.Append(palette.Strong(PlainText.Of(seen.Name.ToString()))).Append('\n');
        Line("digest", seen.Manifest.Digest);
        Line("type", seen.Manifest.MediaType);
        if (seen.Config is var (platform, created))
        {
            Line("platform", platform);
            Line("created", created);
        }

        if (seen.Text.Blobs.Count > 0)
            Line("size", Reach.Size(Size(seen)));
        Table("platforms", seen.Text.Manifests, part => part.Platform ?? part.MediaType);
        Table("layers", seen.Text.Blobs, part => part.MediaType);
        if (seen.Text.Annotations.Count > 0)
            text.Append("annotations\n");
        foreach (var (name, value) in seen.Text.Annotations)
            text.Append("  ").Append(PlainText.Of(name)).Append('=').Append(PlainText.Of(value)).Append('\n');
        return text.ToString();

        void Line(string name, string? value)
        {
            if (!string.IsNullOrEmpty(value))
                text.Append("  ").Append(palette.Faint(name.PadRight(9))).Append(PlainText.Of(value)).Append('\n');
        }

        void Table(string title, IReadOnlyList<ImagePart> parts, Func<ImagePart, string> what)
        {
            if (parts.Count > 0)
                text.Append(title).Append('\n');
            foreach (var part in parts)
                text.Append("  ")
                    .Append(PlainText.Of(part.Digest))
                    .Append("  ")
                    .Append(Reach.Size(part.Size).PadLeft(9))
                    .Append("  ")
                    .Append(PlainText.Of(what(part)))
                    .Append('\n');
        }
    }

    private static long Size(Seen seen) =>
        seen.Text.Blobs.Append(seen.Text.Config).OfType<ImagePart>().DistinctBy(part => part.Digest).Sum(part => part.Size);

    private static void Write(Utf8JsonWriter json, Seen seen)
    {
        json.WriteString("name", seen.Name.ToString());
        json.WriteString("digest", seen.Manifest.Digest);
        json.WriteString("media_type", seen.Manifest.MediaType);
        if (seen.Config is var (platform, created))
        {
            json.WriteString("platform", platform);
            json.WriteString("created", created);
        }

        json.WriteNumber("size", Size(seen));
        if (seen.Text.Config is { } config)
            json.WriteString("config", config.Digest);
        Parts("manifests", seen.Text.Manifests);
        Parts("layers", seen.Text.Blobs);
        json.WriteStartObject("annotations");
        foreach (var (name, value) in seen.Text.Annotations)
            json.WriteString(name, value);
        json.WriteEndObject();

        void Parts(string name, IReadOnlyList<ImagePart> parts)
        {
            json.WriteStartArray(name);
            foreach (var part in parts)
            {
                json.WriteStartObject();
                json.WriteString("digest", part.Digest);
                json.WriteString("media_type", part.MediaType);
                json.WriteNumber("size", part.Size);
                if (part.Platform is not null)
                    json.WriteString("platform", part.Platform);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }
    }
}
