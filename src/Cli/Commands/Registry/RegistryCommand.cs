using System.CommandLine;

namespace Slipway.Cli.Commands.Registry;

/// <summary><c>slipway registry</c>: images of a registry from anywhere, and the upkeep of a server's own.</summary>
internal static class RegistryCommand
{
    /// <param name="whole">With its own verbs.</param>
    public static Command Make(Surroundings surroundings, bool whole)
    {
        var registry = new Verb(
            "registry",
            "Images: look at them, copy and delete them in any registry, and look after those a server keeps",
            ("registry list group/app --server https://ci.example.com", "a project's repositories"),
            ("registry tags group/app", "the tags of one"),
            ("registry inspect ci.example.com/group/app:1.0", "what an image is made of"),
            ("registry copy group/app:1.0 group/app:latest", "another tag, or another registry"),
            ("registry usage", "which projects have how much, on the machine the server runs on")
        );
        if (!whole)
            return registry;
        registry.Add(ListImagesCommand.Make(surroundings));
        registry.Add(TagsCommand.Make(surroundings));
        registry.Add(InspectCommand.Make(surroundings));
        registry.Add(CopyCommand.Make(surroundings));
        registry.Add(DeleteCommand.Make(surroundings));
        registry.Add(GcCommand.Make(surroundings));
        registry.Add(UsageCommand.Make(surroundings));
        registry.Add(QuotaCommand.Make(surroundings));
        registry.Add(VerifyImagesCommand.Make(surroundings));
        return registry;
    }
}
