using System.CommandLine;
using Slipway.Cli.Images;
using Slipway.Cli.Reports;
using Slipway.Cli.Terminal;

namespace Slipway.Cli.Commands.Registry;

/// <summary><c>slipway registry copy</c>.</summary>
internal static class CopyCommand
{
    public static Command Make(Surroundings surroundings)
    {
        var from = new Argument<string>("FROM") { Description = "group/app:tag or group/app@sha256:…; without either the tag latest" };
        var to = new Argument<string>("TO") { Description = "where to; without a tag the same tag, or by digest" };
        var referrers = new Option<bool>("--referrers") { Description = "also what refers to it: signatures, bills of materials" };
        var json = new Option<bool>("--json") { Description = "what was done, as JSON" };
        var verb = new Verb(
            "copy",
            "Copy an image with all its platforms to another tag, repository or registry. What is there already is not sent again",
            ("registry copy group/app:1.0 group/app:latest", "another tag: nothing is sent at all"),
            ("registry copy group/app:1.0 registry.example.com/team/app:1.0", "from the server to another registry"),
            ("registry copy --referrers group/app:1.0 registry.example.com/team/app:1.0", "with its signatures"),
            ("registry copy registry.example.com/tool:3 group/mirror/tool --server https://ci.example.com", "the other way")
        )
        {
            from,
            to,
            referrers,
            json,
        };
        Reach.AddTo(verb);
        verb.SetAction(parsed =>
            Reach.Run(
                parsed,
                surroundings,
                async reach =>
                {
                    var source = reach.ImageToRead(parsed.GetValue(from)!);
                    var target = reach.Image(parsed.GetValue(to)!);
                    await RunAsync(reach, source, target, parsed.GetValue(referrers), parsed.GetValue(json), surroundings);
                }
            )
        );
        return verb;
    }

    private static async Task RunAsync(
        Reach reach,
        ImageName source,
        ImageName target,
        bool referrers,
        bool json,
        Surroundings surroundings
    )
    {
        var origin = reach.Repository(source, "pull");
        var manifest = await origin.ManifestAsync(source.Reference!, default);
        target = target with { Reference = target.Reference ?? (source.IsDigest ? manifest.Digest : source.Reference) };
        if (target.IsDigest && target.Reference != manifest.Digest)
            throw new CommandException(ExitCode.Usage, $"{source} is {manifest.Digest}", "an image cannot have another one's digest");
        var progress = new CopyProgress(surroundings);
        var copy = new ImageCopy(origin, reach.Repository(target, "pull,push", source), referrers, progress.Tell);
        await copy.RunAsync(manifest, target.Reference!, default);
        var count = copy.Count;
        if (!json)
        {
            surroundings.Say(
                $"{PlainText.Of(target.ToString())} is {manifest.Digest}: {count.Copied} blobs copied ({Reach.Size(count.Bytes)}), {count.There + count.Mounted} were there{(referrers ? $", {count.Referrers} referrers" : "")}"
            );
            return;
        }

        JsonText.Write(
            surroundings.Out,
            writer =>
            {
                writer.WriteString("from", source.ToString());
                writer.WriteString("to", target.ToString());
                writer.WriteString("digest", manifest.Digest);
                writer.WriteNumber("manifests", count.Manifests);
                writer.WriteNumber("referrers", count.Referrers);
                writer.WriteNumber("blobs_copied", count.Copied);
                writer.WriteNumber("blobs_mounted", count.Mounted);
                writer.WriteNumber("blobs_there", count.There);
                writer.WriteNumber("bytes", count.Bytes);
            }
        );
    }
}
