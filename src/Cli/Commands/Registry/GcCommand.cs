using System.CommandLine;
using Slipway.Cli.Commands.Accounts;
using Slipway.Cli.Reports;
using Slipway.Server;

namespace Slipway.Cli.Commands.Registry;

/// <summary><c>slipway registry gc</c>: the round that the server makes every hour, now.</summary>
internal static class GcCommand
{
    public static Command Make(Surroundings surroundings)
    {
        var dry = new Option<bool>("--dry-run") { Description = "remove nothing, only say what waits" };
        var json = new Option<bool>("--json") { Description = "as JSON" };
        var verb = new Verb(
            "gc",
            "Remove images and layers that nothing has needed for a day. The server does it every hour by itself, and may run meanwhile",
            ("registry gc", "now"),
            ("registry gc --dry-run", "what is no longer needed")
        )
        {
            dry,
            json,
        };
        OnData.AddTo(verb);
        verb.SetAction(parsed =>
            OnData.Run(
                parsed,
                surroundings,
                async data =>
                {
                    var found = await data.CollectImagesAsync(!parsed.GetValue(dry), default);
                    if (parsed.GetValue(json))
                        Write(surroundings.Out, found);
                    else
                        surroundings.Print(Text(found, parsed.GetValue(dry)));
                }
            )
        );
        return verb;
    }

    private static string Text(Administration.CollectedImages found, bool dry)
    {
        var removed =
            $"removed {Count(found.Images, "image")} and {Count(found.Layers, "layer")}; {Reach.Size(found.FreedBytes)} will be free within a day\n";
        return $"looked at {(found.Repositories == 1 ? "1 repository" : $"{found.Repositories} repositories")}\n"
            + (dry ? "" : removed)
            + $"{Count(found.WaitingImages, "image")} and {Count(found.WaitingLayers, "layer")} ({Reach.Size(found.WaitingBytes)}) are not needed any more and go a day after that was seen\n";
    }

    private static void Write(Stream output, Administration.CollectedImages found) =>
        JsonText.Write(
            output,
            json =>
            {
                json.WriteNumber("repositories", found.Repositories);
                json.WriteNumber("images", found.Images);
                json.WriteNumber("layers", found.Layers);
                json.WriteNumber("freed_bytes", found.FreedBytes);
                json.WriteNumber("waiting_images", found.WaitingImages);
                json.WriteNumber("waiting_layers", found.WaitingLayers);
                json.WriteNumber("waiting_bytes", found.WaitingBytes);
            }
        );

    private static string Count(long count, string one) => count == 1 ? $"1 {one}" : $"{count} {one}s";
}
