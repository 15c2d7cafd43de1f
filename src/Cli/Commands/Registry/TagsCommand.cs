using System.CommandLine;
using Slipway.Cli.Reports;
using Slipway.Cli.Terminal;

namespace Slipway.Cli.Commands.Registry;

/// <summary><c>slipway registry tags</c>.</summary>
internal static class TagsCommand
{
    public static Command Make(Surroundings surroundings)
    {
        var image = new Argument<string>("REPOSITORY") { Description = "group/app/web, or with its host" };
        var json = new Option<bool>("--json") { Description = "as JSON" };
        var verb = new Verb(
            "tags",
            "Show the tags of a repository, a line for each, in the order of their names",
            ("registry tags group/app", "of the server"),
            ("registry tags registry.example.com/team/tool --json", "of any registry")
        )
        {
            image,
            json,
        };
        Reach.AddTo(verb);
        verb.SetAction(parsed =>
            Reach.Run(
                parsed,
                surroundings,
                async reach =>
                {
                    var name = reach.Image(parsed.GetValue(image)!);
                    if (name.Reference is not null)
                        throw new CommandException(ExitCode.Usage, "a repository has tags, an image has none", $"{name.Repository}");
                    var tags = await reach.Repository(name, "pull").TagsAsync(default);
                    if (!parsed.GetValue(json))
                        surroundings.Print(string.Concat(tags.Select(tag => PlainText.Of(tag) + "\n")));
                    else
                        JsonText.Write(
                            surroundings.Out,
                            writer =>
                            {
                                writer.WriteString("name", name.Repository);
                                writer.WriteStrings("tags", tags);
                            }
                        );
                }
            )
        );
        return verb;
    }
}
