using System.CommandLine;
using Slipway.Cli.Terminal;

namespace Slipway.Cli.Commands.Registry;

/// <summary><c>slipway registry delete</c>.</summary>
internal static class DeleteCommand
{
    public static Command Make(Surroundings surroundings)
    {
        var images = new Argument<string[]>("IMAGE")
        {
            Description = "group/app:tag takes the tag away; group/app@sha256:… the image with all its tags",
            Arity = ArgumentArity.OneOrMore,
        };
        var yes = new Option<bool>("--yes") { Description = "really: it cannot be undone" };
        var verb = new Verb(
            "delete",
            "Delete tags or images",
            ("registry delete group/app:1.0 --yes", "the tag; the image stays at its other tags"),
            ("registry delete group/app@sha256:… --yes", "the image, with all its tags")
        )
        {
            images,
            yes,
        };
        Reach.AddTo(verb);
        verb.SetAction(parsed =>
            parsed.GetValue(yes)
                ? Reach.Run(parsed, surroundings, reach => RunAsync(reach, parsed.GetValue(images)!, surroundings))
                : throw new CommandException(ExitCode.Usage, "what is deleted cannot be had back", "say --yes to delete it")
        );
        return verb;
    }

    private static async Task RunAsync(Reach reach, IReadOnlyList<string> texts, Surroundings surroundings)
    {
        var images = texts.Select(reach.Image).ToList();
        if (images.Find(image => image.Reference is null) is { } whole)
            throw new CommandException(ExitCode.Usage, $"{whole} names no tag and no digest", $"{whole.Repository}:TAG");
        foreach (var image in images)
            if (await reach.Repository(image, "delete").DeleteAsync(image.Reference!, default))
                surroundings.Say($"deleted {PlainText.Of(image.ToString())}");
            else
                throw new CommandException(ExitCode.NotFound, $"there is no {image}");
    }
}
